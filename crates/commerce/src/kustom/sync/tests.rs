use super::*;
use crate::fixture::{
    add, answer, cart_with, changed, edited, kustom_id, now, opened, remove, seconds_later, set_quantity,
    state, written,
};
use crate::kustom::Approval;
use kustom_api::Refusal;

/// A cart whose second revision Kustom has yet to hear of, and the snapshot of both.
struct Scene {
    cart: Cart,
    first: Snapshot,
    second: Snapshot,
}

fn scene() -> Scene {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let (cart, second) = edited(&opened.cart, set_quantity(1, 2));
    Scene {
        cart,
        first: opened.snapshot,
        second,
    }
}

fn planned(cart: &Cart, snapshot: &Snapshot, at: Timestamp) -> SyncCall {
    plan(cart, Some(snapshot), at).expect("there is something to tell")
}

/// The cart after an answer that arrives two seconds after the call was sent.
fn told(
    cart: &Cart,
    call: &SyncCall,
    answer: &Result<CheckoutOrder, Failure>,
    sent_at: Timestamp,
) -> Absorbed {
    absorb(
        cart,
        call,
        answer,
        sent_at,
        sent_at + SignedDuration::from_secs(2),
    )
}

fn lost_call() -> Failure {
    Failure::Ambiguous {
        status: Some(504),
        reason: "status 504".into(),
    }
}

fn failures_that_prove_nothing() -> Vec<Failure> {
    vec![
        Failure::Unreachable {
            reason: "refused".into(),
        },
        Failure::Unauthorized,
        Failure::Blocked { status: 403 },
        Failure::TooManyRequests {
            retry_after_seconds: Some(7),
        },
        Failure::Refused(Refusal {
            status: 400,
            code: "BAD_VALUE".into(),
            messages: Vec::new(),
            correlation_id: String::new(),
        }),
    ]
}

fn check_is_synced(cart: &Cart, revision: u64) {
    let kustom = state(cart);
    assert_eq!((kustom.revision, kustom.synced_revision), (revision, revision));
    assert_eq!(kustom.pending_hash.as_ref(), Some(&kustom.sync_hash));
    assert!(!kustom.is_syncing());
}

fn check_not_published(before: &Cart, after: &Cart) {
    assert_eq!(state(after).sync_hash, state(before).sync_hash);
    assert_eq!(state(after).synced_revision, state(before).synced_revision);
    assert_eq!(state(after).pending_hash, state(before).pending_hash);
    assert!(state(after).is_syncing());
}

#[test]
fn the_newest_payload_is_sent() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    assert_eq!(
        call.request,
        SyncRequest::Update(Box::new(second.offer.to_payload()))
    );
    assert_eq!((call.revision, call.urls.is_none()), (2, true));
    assert_eq!(Some(&call.sync_hash), state(&cart).pending_hash.as_ref());
}

#[test]
fn nothing_is_sent_when_there_is_nothing_to_tell() {
    let Scene { cart, first, second } = scene();
    let synced = opened(&cart_with(&[("SHOE", 1)])).cart;
    assert_eq!(plan(&synced, Some(&first), now()), None);
    let emptied = changed(&cart, remove(1));
    assert_eq!(plan(&emptied, Some(&second), now()), None);
    let state = CartState::Completed;
    let bought = Cart {
        state,
        ..cart.clone()
    };
    assert_eq!(plan(&bought, Some(&second), now()), None);
    let never_opened = Cart {
        kustom: None,
        ..cart.clone()
    };
    assert_eq!(plan(&never_opened, Some(&second), now()), None);
    assert_eq!(plan(&cart, None, now()), None);
}

#[test]
fn success_publishes_the_pending_hash() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let Absorbed { change, next } = told(&cart, &call, &Ok(answer(&second)), now());
    assert_eq!(next, Next::Done);
    check_is_synced(&written(&change), 2);
    assert_eq!(
        (
            change.jobs.len(),
            change.kustom_orders.len(),
            change.snapshots.len()
        ),
        (0, 0, 0)
    );
}

#[test]
fn a_newer_revision_meanwhile_is_not_called_synced() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let (newer, third) = edited(&cart, set_quantity(1, 3));
    let Absorbed { change, next } = told(&newer, &call, &Ok(answer(&second)), now());
    let after = written(&change);
    assert_eq!(next, Next::At(seconds_later(2)));
    assert_eq!((state(&after).synced_revision, state(&after).revision), (2, 3));
    assert_eq!(state(&after).sync_hash, call.sync_hash);
    assert_eq!(state(&after).pending_hash, state(&newer).pending_hash);
    assert_eq!(after.items[0].quantity, 3, "the edit is not lost");
    let call = planned(&after, &third, seconds_later(2));
    let done = told(&after, &call, &Ok(answer(&third)), seconds_later(2));
    check_is_synced(&written(&done.change), 3);
}

#[test]
fn an_edit_and_its_undo_during_the_call_are_sent_again() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let (edit, second) = edited(&opened.cart, set_quantity(1, 2));
    let call = planned(&edit, &second, now());
    let (undo, _) = edited(&edit, set_quantity(1, 1));
    let (redo, fourth) = edited(&undo, set_quantity(1, 2));
    assert_eq!(fourth.content_hash, call.content_hash);
    let after = written(&told(&redo, &call, &Ok(answer(&second)), now()).change);
    assert_ne!(
        state(&after).pending_hash.as_ref(),
        Some(&state(&after).sync_hash)
    );
    assert!(plan(&after, Some(&fourth), now()).is_some());
}

#[test]
fn an_answer_with_other_content_publishes_nothing() {
    let Scene { cart, first, second } = scene();
    let call = planned(&cart, &second, now());
    let mut dearer = answer(&second);
    *dearer.order_amount.as_mut().unwrap() += 1;
    let blank = CheckoutOrder {
        order_lines: None,
        ..answer(&second)
    };
    for other in [answer(&first), dearer, blank] {
        let Absorbed { change, next } = told(&cart, &call, &Ok(other), now());
        assert_eq!(next, Next::BackOff);
        check_not_published(&cart, &written(&change));
    }
}

#[test]
fn another_orders_answer_is_not_believed() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let other = CheckoutOrder {
        order_id: Some(kustom_id("k2")),
        ..answer(&second)
    };
    assert_eq!(told(&cart, &call, &Ok(other), now()), nothing(Next::BackOff));
}

#[test]
fn a_bought_order_is_completed_and_not_synced() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let complete = CheckoutOrder {
        status: Some(CheckoutStatus::Complete),
        ..answer(&second)
    };
    for news in [Ok(complete), Err(Failure::ReadOnly)] {
        let Absorbed { change, next } = told(&cart, &call, &news, now());
        let job = JobRequest::at(JobKey::Complete(kustom_id("k1")), seconds_later(2));
        assert_eq!((&change.jobs, next), (&vec![job], Next::Done));
        let since = change
            .cart
            .is_some()
            .then(|| state(&written(&change)).read_only_since);
        let refused = news.is_err().then_some(Some(seconds_later(2)));
        assert_eq!(since, refused);
    }
}

#[test]
fn an_order_that_stays_read_only_and_is_not_bought_is_given_up_after_a_while() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let stuck = written(&told(&cart, &call, &Err(Failure::ReadOnly), now()).change);
    let (k1, window) = (kustom_id("k1"), AMBIGUITY_WINDOW.as_secs() + 2);
    assert_eq!(give_up(&stuck, &k1, seconds_later(window - 1)), None);
    let change = give_up(&stuck, &k1, seconds_later(window)).unwrap();
    assert_eq!(written(&change).kustom, None);
    let retired = KustomOrderWrite::SetState {
        id: k1.clone(),
        state: KustomOrderState::Retired,
    };
    assert_eq!(change.kustom_orders, [retired]);
    // The first refusal counts, and only for the order that was refused.
    let again = written(&told(&stuck, &call, &Err(Failure::ReadOnly), seconds_later(30)).change);
    assert_eq!(state(&again).read_only_since, state(&stuck).read_only_since);
    assert_eq!(give_up(&stuck, &kustom_id("k2"), seconds_later(999)), None);
    assert_eq!(give_up(&cart, &k1, seconds_later(999)), None);
    // A change that is taken proves that it can be changed.
    let taken = written(&told(&stuck, &call, &Ok(answer(&second)), seconds_later(3)).change);
    assert_eq!(state(&taken).read_only_since, None);
}

#[test]
fn a_cart_under_payment_is_left_alone_until_the_freeze_ends() {
    let mut cart = scene().cart;
    assert_eq!(hands_off_until(&cart, now()), None);
    let kustom = cart.kustom.as_mut().unwrap();
    kustom.approval = Some(Approval {
        content_hash: String::new(),
        first_at: now(),
        at: now(),
    });
    assert_eq!(
        hands_off_until(&cart, seconds_later(119)),
        Some(seconds_later(120))
    );
    assert_eq!(hands_off_until(&cart, seconds_later(120)), None);
}

#[test]
fn only_a_404_retires_an_order() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let Absorbed { change, next } = told(&cart, &call, &Err(Failure::Gone), now());
    let retired = KustomOrderWrite::SetState {
        id: kustom_id("k1"),
        state: KustomOrderState::Retired,
    };
    assert_eq!((&change.kustom_orders, next), (&vec![retired], Next::Done));
    // The 404 may have been a passing one: two orders of one cart must not both be payable.
    let abort = JobRequest::at(JobKey::Abort(kustom_id("k1")), seconds_later(2));
    assert_eq!(change.jobs, [abort]);
    let after = written(&change);
    assert_eq!((after.kustom.is_none(), after.payload_revision), (true, 2));

    let mut others = failures_that_prove_nothing();
    others.push(lost_call());
    others.push(Failure::ReadOnly);
    for request in [SyncRequest::Read, call.request.clone()] {
        let call = SyncCall {
            request,
            ..call.clone()
        };
        for failure in &others {
            let Absorbed { change, .. } = told(&cart, &call, &Err(failure.clone()), now());
            assert_eq!(change.kustom_orders, [], "{failure}");
            assert!(
                change.cart.is_none() || written(&change).kustom.is_some(),
                "{failure}"
            );
        }
    }
}

#[test]
fn a_refused_call_changes_nothing_and_is_tried_again() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    for failure in failures_that_prove_nothing() {
        let absorbed = told(&cart, &call, &Err(failure), now());
        assert_eq!(absorbed, nothing(Next::BackOff));
    }
}

#[test]
fn a_lost_update_is_ambiguous_for_its_window() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let Absorbed { change, next } = told(&cart, &call, &Err(lost_call()), now());
    let after = written(&change);
    assert_eq!(next, Next::BackOff);
    assert_eq!(state(&after).ambiguous_until, Some(seconds_later(35)));
    check_not_published(&cart, &after);
    // A second loss makes the window longer, and never shorter.
    let later = told(&after, &call, &Err(lost_call()), seconds_later(10));
    assert_eq!(
        state(&written(&later.change)).ambiguous_until,
        Some(seconds_later(45))
    );
    let earlier = told(&after, &call, &Err(lost_call()), seconds_later(-10));
    assert_eq!(
        state(&written(&earlier.change)).ambiguous_until,
        Some(seconds_later(35))
    );
}

#[test]
fn a_lost_read_is_no_doubt_about_what_kustom_holds() {
    let Scene { cart, second, .. } = scene();
    let call = SyncCall {
        request: SyncRequest::Read,
        ..planned(&cart, &second, now())
    };
    assert_eq!(
        told(&cart, &call, &Err(lost_call()), now()),
        nothing(Next::BackOff)
    );
}

/// The scene after its update was lost at `now()`.
fn lost_scene() -> Scene {
    let scene = scene();
    let call = planned(&scene.cart, &scene.second, now());
    let cart = written(&told(&scene.cart, &call, &Err(lost_call()), now()).change);
    Scene { cart, ..scene }
}

#[test]
fn nothing_is_published_before_the_window_has_passed() {
    let Scene { cart, second, .. } = lost_scene();
    let call = planned(&cart, &second, seconds_later(5));
    assert!(
        matches!(call.request, SyncRequest::Update(_)),
        "newer payloads may go out at once"
    );
    let Absorbed { change, next } = told(&cart, &call, &Ok(answer(&second)), seconds_later(5));
    assert_eq!(next, Next::At(seconds_later(35)));
    let after = written(&change);
    check_not_published(&cart, &after);
    assert_eq!(state(&after).ambiguous_until, Some(seconds_later(35)));
}

#[test]
fn a_read_after_the_window_publishes_what_it_confirms() {
    let Scene { cart, second, .. } = lost_scene();
    let just_before = SignedDuration::from_millis(34_999);
    assert_ne!(
        planned(&cart, &second, now() + just_before).request,
        SyncRequest::Read
    );
    let call = planned(&cart, &second, seconds_later(35));
    assert_eq!(call.request, SyncRequest::Read);
    let Absorbed { change, next } = told(&cart, &call, &Ok(answer(&second)), seconds_later(35));
    assert_eq!(next, Next::Done);
    check_is_synced(&written(&change), 2);
    assert_eq!(state(&written(&change)).ambiguous_until, None);
}

#[test]
fn a_read_that_shows_older_content_sends_again() {
    let Scene { cart, first, second } = lost_scene();
    let call = planned(&cart, &second, seconds_later(40));
    let Absorbed { change, next } = told(&cart, &call, &Ok(answer(&first)), seconds_later(40));
    assert_eq!(next, Next::At(seconds_later(42)));
    let after = written(&change);
    check_not_published(&cart, &after);
    let again = planned(&after, &second, seconds_later(42));
    assert!(matches!(again.request, SyncRequest::Update(_)));
    let done = told(&after, &again, &Ok(answer(&second)), seconds_later(42));
    check_is_synced(&written(&done.change), 2);
}

#[test]
fn a_read_that_confirms_an_older_revision_goes_on_with_the_newest() {
    let Scene { cart, second, .. } = lost_scene();
    let call = planned(&cart, &second, seconds_later(40));
    let (newer, third) = edited(&cart, add(2, "BOOK", 1));
    let Absorbed { change, next } = told(&newer, &call, &Ok(answer(&second)), seconds_later(40));
    assert_eq!(next, Next::At(seconds_later(42)));
    let after = written(&change);
    assert_eq!((state(&after).synced_revision, state(&after).revision), (2, 3));
    assert!(matches!(
        planned(&after, &third, seconds_later(42)).request,
        SyncRequest::Update(_)
    ));
}

#[test]
fn an_answer_that_shows_something_else_makes_a_synced_cart_unsynced() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let Scene { second, .. } = scene();
    let update = SyncRequest::Update(Box::new(opened.snapshot.offer.to_payload()));
    let expected = [
        (SyncRequest::Read, Next::At(seconds_later(2))),
        (update, Next::BackOff),
    ];
    for (request, next) in expected {
        let call = call(state(&opened.cart), &opened.snapshot, request);
        let absorbed = told(&opened.cart, &call, &Ok(answer(&second)), now());
        assert_eq!(absorbed.next, next);
        let after = written(&absorbed.change);
        assert!(state(&after).is_syncing());
        // The page suspends its iframe, and resumes it when the order has been put right.
        assert_eq!(
            state(&after).pending_hash,
            Some(state(&opened.cart).sync_hash.clone())
        );
        assert_ne!(
            state(&after).pending_hash.as_ref(),
            Some(&state(&after).sync_hash)
        );
        let again = planned(&after, &opened.snapshot, seconds_later(2));
        assert!(matches!(again.request, SyncRequest::Update(_)));
        let done = told(&after, &again, &Ok(answer(&opened.snapshot)), seconds_later(2));
        check_is_synced(&written(&done.change), 1);
    }
}

#[test]
fn an_answer_about_a_replaced_or_bought_order_is_ignored() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let mut replaced = cart.clone();
    replaced.kustom.as_mut().unwrap().kustom_order_id = kustom_id("k2");
    let state = CartState::Completed;
    let bought = Cart {
        state,
        ..cart.clone()
    };
    let retired = Cart { kustom: None, ..cart };
    for cart in [replaced, bought, retired] {
        for answer in [Ok(answer(&second)), Err(Failure::Gone), Err(lost_call())] {
            assert_eq!(told(&cart, &call, &answer, now()), nothing(Next::Done));
        }
    }
}

#[test]
fn a_read_sent_within_the_window_confirms_nothing() {
    let Scene { cart, second, .. } = lost_scene();
    // Kustom may have served the read before it served the lost call.
    let call = SyncCall {
        request: SyncRequest::Read,
        ..planned(&cart, &second, now())
    };
    let absorbed = told(&cart, &call, &Ok(answer(&second)), seconds_later(34));
    assert_eq!(absorbed.next, Next::At(seconds_later(36)));
    check_not_published(&cart, &written(&absorbed.change));
}

#[test]
fn a_call_lost_at_the_end_of_time_is_survived() {
    let Scene { cart, second, .. } = scene();
    let call = planned(&cart, &second, now());
    let absorbed = absorb(&cart, &call, &Err(lost_call()), Timestamp::MAX, Timestamp::MAX);
    let after = written(&absorbed.change);
    assert_eq!(state(&after).ambiguous_until, Some(Timestamp::MAX));
}
