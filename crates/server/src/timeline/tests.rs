use super::*;
use serde_json::json;
use uuid::Uuid;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-11-26T18:40:00.1234Z".parse().unwrap()
    }
}

fn timeline() -> Timeline {
    Timeline::new(Arc::new(Still))
}

fn cart_id(number: u128) -> CartId {
    CartId(Uuid::from_u128(number))
}

#[test]
fn an_entry_has_its_place_its_time_and_its_lanes() {
    let timeline = timeline();
    let draft = Draft::state(timeline.now(), "cart", Some("open"), "completed");
    timeline.note(cart_id(1), &draft);
    let (sequence, entry) = timeline.after(cart_id(1), 0).entries.remove(0);
    assert_eq!(sequence, 1);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&entry).unwrap(),
        json!({ "sequence": 1, "at": "2026-11-26T18:40:00.123Z", "from": "kassa", "to": "kassa", "kind": "state",
            "title": "cart completed", "detail": { "what": "cart", "from": "open", "to": "completed" } })
    );
}

#[test]
fn a_request_and_its_answer_share_a_number_that_no_other_request_has() {
    let timeline = timeline();
    let draft = Draft::state(timeline.now(), "a", None, "b");
    let first = timeline.request(cart_id(1), &draft);
    let second = timeline.request(cart_id(1), &draft);
    timeline.answer(cart_id(1), first, &draft);
    assert_ne!(first, second);
    let entries = timeline.after(cart_id(1), 2).entries;
    assert!(
        entries[0].1.contains(&format!(r#""exchange":{first},"#)),
        "{entries:?}"
    );
}

#[test]
fn the_oldest_make_room_when_a_cart_has_said_too_much() {
    let timeline = timeline();
    let long = Draft::state(timeline.now(), "cart", None, &"x".repeat(MAX_BYTES_PER_CART / 8));
    for _ in 0..10 {
        timeline.note(cart_id(1), &long);
    }
    let told = timeline.after(cart_id(1), 0);
    let bytes: usize = told.entries.iter().map(|(_, entry)| entry.len()).sum();
    assert!(bytes <= MAX_BYTES_PER_CART, "{bytes}");
    assert_eq!(u64::try_from(told.entries.len()).unwrap() + told.dropped, 10);
    assert_eq!(told.entries.last().unwrap().0, 10);
}

/// As after the cart was forgotten: its sequence has begun anew, and whoever followed it must not wait for the old one.
#[test]
fn whoever_has_seen_more_than_there_is_begins_anew() {
    let timeline = timeline();
    let draft = Draft::state(timeline.now(), "a", None, "b");
    timeline.note(cart_id(1), &draft);
    assert_eq!(timeline.after(cart_id(1), 57).entries.len(), 1);
    assert_eq!(timeline.after(cart_id(1), 1).entries.len(), 0);
    assert_eq!(timeline.after(cart_id(2), 0).entries.len(), 0);
}

#[test]
fn what_a_forgotten_cart_was_known_by_is_forgotten_with_it() {
    let timeline = timeline();
    let order = KustomOrderId("kco-1".to_owned());
    {
        let mut carts = timeline.lock();
        carts.name(cart_id(1), "C1");
        carts.bind(cart_id(1), &order);
    }
    assert_eq!(timeline.cart_of_number("C1"), Some(cart_id(1)));
    assert_eq!(timeline.cart_of_order(&order), Some(cart_id(1)));
    let draft = Draft::state(timeline.now(), "a", None, "b");
    for number in 2..=MAX_CARTS as u128 + 1 {
        timeline.note(cart_id(number), &draft);
    }
    assert!(!timeline.knows(cart_id(1)));
    assert_eq!(timeline.cart_of_number("C1"), None);
    assert_eq!(timeline.cart_of_order(&order), None);
    assert_eq!(timeline.lock().logs.len(), MAX_CARTS);
}
