//! Faults that real integrations of Kustom have had, each shown to be impossible here.
//!
//! The number in a test's name is the fault's number in this list. A test whose name says that it waits fails as soon as
//! what it waits for is built, and says what to write in its place.
//!
//! 1. Confirm and push ran at once, both found no order, and both made one.
//!    `fault_1_two_orders_for_one_purchase`
//! 2. A lock should have kept them apart, but it was a setting, or a cache, or held in one process only.
//!    `fault_2_the_lock_is_optional`
//! 3. The shopper paid and the shop had no order, because the cart had changed or the answer was only logged.
//!    `fault_3_paid_at_kustom_and_no_order_in_the_shop` `fault_3_what_was_never_offered_waits_for_a_person`
//! 4. Kustom's retry came in another shape than its first push and was answered without being read.
//!    `fault_4_a_push_of_another_shape_is_not_understood`
//! 5. Kustom was told that we had the order before it was stored; after a crash nobody had it.
//!    `fault_5_acknowledged_before_it_was_stored`
//! 6. A push about a finished order was answered as an error, so it came again for two days.
//!    `fault_6_ten_pushes_to_a_finished_order` `fault_6_two_days_of_pushes_to_an_order_that_cannot_be_acknowledged`
//! 7. An exception in the shop cancelled what the shopper had paid.
//!    `fault_7_every_call_of_the_store_fails_once`
//!    `fault_7_every_call_of_a_completion_fails_at_kustom_in_every_way` `fault_7_cancelling_has_one_place`
//! 8. The cart was noted as told before Kustom was told, so a failed call was never repeated.
//!    `fault_8_synced_is_recorded_before_the_call`
//! 9. Rapid edits overtook each other on the way to Kustom, and an older cart won.
//!    `fault_9_rapid_edits_race` `fault_9_an_edit_during_a_call_is_sent_after_it`
//! 10. The iframe resumed by itself after ten seconds, and the old total was paid.
//!     `fault_10_the_iframe_resumes_by_itself_during_a_long_sync`
//!     `fault_10_the_iframe_resumes_by_itself_after_an_answer_was_lost`
//! 11. An update or a resume in the middle of a card payment ended it.
//!     `fault_11_a_payment_at_the_bank_is_disturbed` `fault_11_an_edit_overtakes_the_bank`
//! 12. An order that could no longer be changed was taken for broken, and a second one was made and paid as well.
//!     `fault_12_read_only_order_is_treated_as_broken`
//!     `fault_12_an_opening_that_meets_a_read_only_order_makes_no_other`
//! 13. An expired order left the shopper without a checkout; or any trouble threw a live order away.
//!     `fault_13_an_expired_order_strands_the_shopper` `fault_13_an_order_that_was_only_lost_sight_of_is_aborted`
//!     `fault_13_any_trouble_throws_a_live_order_away`
//! 14. Two tabs had an order each for one cart, and both could be paid.
//!     `fault_14_two_tabs_one_cart` `fault_14_a_retired_order_that_is_paid_after_all_still_becomes_the_order`
//!     `fault_14_a_cart_that_is_paid_twice_is_one_order_and_one_visible_cancellation`
//! 15. Kustom sold without being told yes, or was told so by code that checked nothing, or was too slow.
//!     `fault_15_kustom_sells_without_our_yes` `fault_15_an_order_that_lost_its_gate_is_sold_for_what_it_says`
//!     `fault_15_an_answer_comes_when_kustom_has_hung_up` `fault_15_our_own_trouble_is_a_yes`
//!     `fault_15_space_around_a_name_blocks_the_purchase`
//! 16. Kustom refused the cart for one öre, or a rounding line hid it.
//!     `fault_16_one_oere_off` `fault_16_one_oere_off_with_crooked_prices_and_rates`
//! 17. A discount over several tax rates did not add up.
//!     `fault_17_a_discount_over_several_rates` `fault_17_a_discount_and_a_choice_of_shipping`
//! 18. Lines were computed anew for a capture or refund, and no longer were those that were bought. Waits for captures.
//!     `fault_18_waits_for_captures`
//! 19. A capture or refund whose answer was lost was made twice. Waits for captures.
//!     `fault_19_waits_for_captures`
//! 20. Goods left while the purchase was examined, or after it was rejected.
//!     `fault_20_pending_is_shipped` `fault_20_rejected_is_ignored`
//!     `fault_20_what_was_accepted_and_then_stopped_before_we_heard_is_no_order`
//! 21. Something else than a purchase counted as one, or trouble in asking counted as an answer.
//!     `fault_21_an_unknown_word_counts_as_paid` `fault_21_an_unknown_word_about_an_open_order_counts_as_paid`
//!     `fault_21_incomplete_counts_as_paid` `fault_21_an_accepted_acknowledge_counts_as_paid`
//!     `fault_21_trouble_in_order_management_counts_as_an_answer`
//!     `fault_21_an_answer_that_leaves_something_out_counts_as_paid`
//! 22. The country changed during the checkout, and tax or currency did not.
//!     `fault_22_another_country_in_the_iframe` `fault_22_a_country_of_another_market_in_the_iframe`
//!     `fault_22_the_tax_of_another_country`
//! 23. The shipping that was chosen in the iframe was lost, or was for another cart.
//!     `fault_23_the_way_to_ship_that_was_chosen_is_in_the_order` `fault_23_a_choice_that_was_made_for_a_larger_cart`
//!     `fault_23_a_cart_without_a_choice_is_not_sold` `fault_23_shipping_that_is_no_longer_free_is_given_away`
//! 24. An order that was made after a push lacked what the usual way knew.
//!     `fault_24_the_fallback_knows_less`
//! 25. A callback came from somebody else and was believed; or none ever came, and nobody asked.
//!     `fault_25_a_stranger_calls` `fault_25_a_callback_is_believed` `fault_25_callbacks_are_played_again`
//!     `fault_25_sql_in_every_field_and_id` `fault_25_no_callback_ever_arrives`
//!     `fault_25_no_callback_ever_arrives_and_nobody_was_asked`

mod after_sale;
mod amounts;
mod cancel;
mod every_way;
mod iframe;
mod live;
mod once;
mod paying;
mod proof;
mod ring;
mod source;
mod stranger;
mod sync;

const FAULTS: usize = 25;

/// The tests that exist, by their names.
fn tests() -> Vec<String> {
    let lines = source::lines_with(&["crates/server/tests/api/faults"], "fn fault_");
    let names = lines.iter().map(|line| {
        let name = line.split("fn ").nth(1).unwrap();
        name.split('(').next().unwrap().to_owned()
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Of each entry of the list above, the tests that it names.
fn listed() -> Vec<Vec<String>> {
    let mut entries: Vec<Vec<String>> = Vec::new();
    for line in include_str!("faults.rs").lines() {
        let Some(text) = line.strip_prefix("//! ") else {
            continue;
        };
        if text.starts_with(&format!("{}. ", entries.len() + 1)) {
            entries.push(Vec::new());
        }
        if let Some(entry) = entries.last_mut() {
            let named = text.split('`').skip(1).step_by(2);
            entry.extend(named.map(str::to_owned));
        }
    }
    entries
}

#[test]
fn every_fault_has_its_tests_and_the_list_names_them_all() {
    let listed = listed();
    assert_eq!(listed.len(), FAULTS);
    for (number, names) in (1..).zip(&listed) {
        assert!(!names.is_empty(), "fault {number} has no test");
        let prefix = format!("fault_{number}_");
        assert!(
            names.iter().all(|name| name.starts_with(&prefix)),
            "fault {number}: {names:?}"
        );
    }
    let mut all = listed.concat();
    all.sort();
    assert_eq!(all, tests());
}
