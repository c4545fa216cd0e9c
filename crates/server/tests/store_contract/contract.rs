//! The list of the contract's tests, and what a store must offer to be tested. Other crates that have a store include it.

use kassa::store::Store;

/// A store of its own for one test.
pub(crate) trait Backend: Sized {
    async fn new() -> Self;

    fn store(&self) -> &dyn Store;

    /// The same data after the process has ended and started again.
    async fn restarted(self) -> Self;
}

macro_rules! tests {
    ($backend:ty, $module:ident($given:ident), $($test:ident),+ $(,)?) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let backend = <$backend as crate::Backend>::new().await;
                    crate::$module::$test(tests!(backend $given)).await;
                }
            )+
        }
    };
    ($backend:ident store) => { crate::Backend::store(&$backend) };
    ($backend:ident itself) => { $backend };
}

/// The list. A test that is missing here is dead code, which the compiler reports.
macro_rules! contract {
    ($store:ident, $backend:ty) => {
        mod $store {
            tests!(
                $backend,
                cart(store),
                an_inserted_cart_is_read_back,
                an_unknown_cart_is_none,
                cart_numbers_are_drawn_in_order,
                carts_inserted_at_once_have_numbers_without_gaps,
                an_update_grows_the_version,
                an_update_keeps_the_number,
                an_update_planned_on_an_older_version_is_refused,
                an_update_of_an_unknown_cart_is_refused,
                inserting_a_cart_twice_is_refused,
                of_many_updates_at_once_one_wins,
            );
            tests!(
                $backend,
                answer(store),
                a_kept_answer_is_read_back_for_a_day,
                a_key_belongs_to_its_scope,
                a_key_that_has_an_answer_refuses_the_whole_change,
                a_creation_that_was_answered_makes_no_second_cart,
                a_refused_change_keeps_no_answer,
                a_conflict_is_told_before_an_answer_that_is_there,
                a_key_that_has_ended_can_be_used_again,
                a_cart_has_so_many_keys_and_no_more,
                carts_may_be_made_without_end,
                of_many_changes_at_once_under_one_key_one_wins,
            );
            tests!(
                $backend,
                kustom_order(store),
                a_state_never_goes_back,
                an_opened_kustom_order_is_read_back,
                an_unknown_kustom_order_is_none,
                a_second_open_kustom_order_is_refused,
                a_retired_kustom_order_makes_room_for_another,
                replacing_the_open_kustom_order_is_one_change,
                a_kustom_order_never_moves_to_another_cart,
                a_state_of_an_unknown_kustom_order_is_refused,
                a_fate_is_decided_once,
                every_state_is_read_back,
                kustom_orders_of_a_cart_come_newest_first,
                of_many_openings_at_once_one_wins,
            );
            tests!(
                $backend,
                snapshot(store),
                a_snapshot_is_read_back,
                an_unknown_snapshot_is_none,
                snapshots_with_the_same_goods_come_newest_first,
                goods_are_looked_for_in_one_cart_only,
                a_revision_is_written_once,
            );
            tests!(
                $backend,
                hold(store),
                a_limit_of_redemptions_holds,
                what_is_held_and_not_used_comes_back,
                what_is_given_back_is_there_again_once,
                stock_counts_pieces_and_a_cart_may_change_its_mind,
                what_nobody_counts_has_no_end,
                what_is_paid_is_honoured_and_counted,
                a_refused_claim_refuses_the_whole_change,
                of_fifty_at_once_as_many_win_as_there_are,
            );
            tests!(
                $backend,
                catalogue(store),
                before_the_first_import_there_is_no_shop,
                an_import_is_read_back,
                an_import_overwrites_what_it_names_and_keeps_the_rest,
                an_import_that_replaces_removes_the_rest_with_its_count,
                an_import_planned_on_an_older_catalogue_is_refused,
                of_many_imports_at_once_one_wins,
                a_tax_class_that_a_product_needs_stays,
                an_import_that_is_refused_undoes_the_change_it_is_part_of,
                what_a_start_has_imported_is_remembered,
            );
            tests!(
                $backend,
                purchase(store),
                a_purchase_is_read_back,
                a_cart_shows_the_order_it_became,
                order_numbers_are_drawn_in_order,
                each_series_draws_its_own_numbers,
                a_refused_order_skips_no_number_of_its_series,
                an_order_moves_on_from_the_version_it_was_planned_on,
                an_order_needs_no_kustom_order,
                a_second_order_of_a_kustom_order_is_refused,
                a_second_order_of_a_cart_is_refused,
                a_second_payment_of_a_kustom_order_is_refused,
                a_completion_that_is_committed_again_is_refused,
                an_order_for_an_unknown_kustom_order_is_refused,
                of_fifty_completions_at_once_one_wins,
                of_two_kustom_orders_completing_one_cart_one_wins,
                a_refused_completion_skips_no_order_number,
                a_review_is_kept_once_per_purchase_and_reason,
                reviews_come_oldest_first,
                an_authorization_moves_on_until_it_is_rejected,
                a_released_authorization_stays_released,
                a_review_is_resolved_once,
            );
            tests!(
                $backend,
                job_wish(store),
                without_jobs_nothing_is_due,
                a_job_is_due_at_the_time_wished_for,
                the_earliest_job_is_due_next,
                a_wish_never_waits_beyond_its_own_latest_time,
                repeated_wishes_push_a_waiting_job_back,
                repeated_wishes_never_push_a_job_beyond_the_first_latest_time,
                an_urgent_wish_brings_a_waiting_job_forward,
                jobs_of_another_kind_or_subject_stand_apart,
                a_wish_ends_the_back_off,
                a_wish_during_a_run_waits_for_its_end,
                a_wish_during_a_run_is_not_bound_by_the_earlier_wish,
                wishes_after_a_run_renew_the_one_that_came_during_it,
                a_wish_after_progress_is_not_bound_by_the_earlier_wish,
                a_wish_in_the_change_that_ends_the_run_is_a_fresh_one,
                a_wish_in_the_change_that_fails_the_run_replaces_the_back_off,
            );
            tests!(
                $backend,
                job_claim(store),
                a_job_is_not_claimed_before_its_time,
                due_jobs_are_claimed_oldest_first_and_up_to_the_limit,
                a_claim_gives_back_exactly_the_lease_asked_for,
                a_held_job_is_not_claimed_again,
                held_jobs_do_not_use_up_the_limit,
                a_held_job_is_due_when_its_lease_ends,
                a_lease_that_ended_unreported_is_told_to_the_next_holder,
                leases_of_the_dead_end_when_a_new_process_says_so,
                one_job_is_claimed_before_its_time,
                a_missing_job_is_made_by_claiming_it,
                a_change_claims_the_job_it_asks_for,
                a_lease_that_ended_by_itself_counts_as_a_failed_run,
                a_later_claim_has_a_larger_number,
                many_workers_claim_each_job_once,
            );
            tests!(
                $backend,
                job_settle(store),
                a_job_that_is_done_is_gone,
                a_job_that_was_asked_for_during_its_run_outlives_it,
                a_failed_run_is_counted_and_tried_again_at_its_time,
                a_failed_run_gives_way_to_a_newer_wish,
                progress_forgets_the_failed_runs,
                progress_keeps_the_earlier_of_its_time_and_a_newer_wish,
                a_lease_taken_over_by_another_is_lost,
                a_lease_that_ended_still_settles_while_nobody_took_over,
                a_lease_settles_once,
                a_lease_of_the_jobs_earlier_life_is_lost,
                a_job_that_nobody_claimed_cannot_be_settled,
            );
            tests!(
                $backend,
                whole_change(store),
                an_empty_change_writes_nothing,
                a_change_writes_all_of_its_parts,
                a_refused_part_undoes_all_others,
                a_lost_lease_undoes_the_whole_change,
                a_conflict_does_not_end_the_run,
                a_refused_change_skips_no_cart_number,
                a_lost_lease_is_told_before_a_conflict,
                a_conflict_is_told_before_a_collision,
                refused_changes_do_not_touch_those_written_with_them,
            );
            tests!(
                $backend,
                restart(itself),
                everything_is_there_after_a_restart,
                leases_outlive_a_restart,
                a_kept_answer_outlives_a_restart,
                numbers_go_on_after_a_restart,
                the_callback_key_stays_and_belongs_to_one_store,
            );
        }
    };
}
