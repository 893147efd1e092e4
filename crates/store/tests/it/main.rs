//! The contract of the store: one suite, run on SQLite always and on PostgreSQL with `--features postgres-tests`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod addresses;
mod copying;
mod engines;
mod given;
mod hands;
mod looks;
mod mails;
mod notices;
mod queue;
mod remembering;
mod restoring;
mod scheduling;
mod sealing;
mod stages;

use engines::contract;

contract!(
    queue::a_job_is_leased_once_and_given_again_when_the_lease_runs_out,
    queue::of_a_lane_one_job_is_leased_at_a_time,
    queue::a_lost_lease_can_finish_nothing,
    queue::a_renewed_lease_is_kept,
    queue::a_parked_job_waits_for_a_person,
    queue::leases_of_living_processes_are_left_alone,
    stages::a_story_that_is_not_looked_for_any_more_is_not_found_by_anything,
    stages::sources_follow_the_configuration,
    stages::a_poll_opens_a_page_for_each_new_entry_only,
    stages::an_article_goes_from_entry_to_index,
    stages::the_same_text_makes_no_second_version,
    stages::a_page_that_cannot_be_read_goes_on_with_the_feeds_text,
    stages::a_later_capture_becomes_the_next_version,
    stages::a_content_rule_that_finds_nothing_marks_its_source,
    stages::a_match_under_an_old_watch_list_is_refused,
    stages::an_index_job_shows_the_newest_version,
    addresses::twins_of_one_address_are_one_article,
    addresses::a_page_elsewhere_is_not_the_sources_own,
    addresses::what_a_page_calls_its_address_is_known_from_then_on,
    addresses::a_site_that_gives_all_its_pages_one_address_keeps_its_articles,
    addresses::a_short_link_belongs_to_the_outlet_that_it_leads_to,
    looks::a_look_at_the_same_page_changes_nothing,
    looks::an_edited_text_becomes_a_version_and_is_said,
    looks::two_looks_that_find_nothing_make_it_removed_until_it_is_back,
    looks::an_error_that_is_served_as_a_page_is_looked_at_again_soon,
    looks::a_removal_is_matched_and_indexed_again,
    looks::what_is_back_is_matched_and_indexed_again,
    looks::an_article_is_edited_when_its_page_says_something_else,
    mails::an_alert_is_told_once_to_each_subscriber,
    mails::a_frozen_digest_stays_the_same_mail,
    mails::a_daily_digest_comes_even_when_nothing_matched,
    mails::what_was_held_back_is_said_on_mondays,
    mails::an_instant_mail_is_not_sent_for_nothing,
    mails::what_comes_in_while_a_mail_is_sent_gets_the_next_one,
    mails::backlog_is_counted_and_not_told,
    mails::a_removed_subscriber_leaves_nothing_behind,
    mails::what_is_kept_of_a_person_can_be_told,
    mails::another_time_zone_moves_what_is_due,
    notices::each_subscriber_is_told_once_and_of_what_is_last,
    notices::a_content_rule_is_told_after_a_day_and_when_it_finds_text_again,
    notices::a_sources_lists_are_found_beside_its_feed,
    remembering::a_robots_txt_is_kept_until_the_next_one,
    remembering::what_a_poll_taught_of_a_server_is_there_at_the_next,
    restoring::what_was_due_waits_for_a_person_and_is_told_on_request,
    restoring::a_frozen_digest_keeps_its_message_id_and_the_rest_follows_it,
    restoring::a_digest_of_the_timetable_comes_at_its_next_time,
    scheduling::what_a_schedule_learned_is_kept_with_the_poll,
    scheduling::minutes_and_entries_are_told_apart,
    sealing::watches_and_addresses_can_be_found_and_used_once,
    sealing::the_teams_own_lexicon_is_kept,
    sealing::a_list_of_names_is_kept_whole_or_not_at_all,
    sealing::every_change_of_a_watch_moves_the_revision,
    sealing::who_has_read_the_watch_list_reads_only_what_changed,
    sealing::a_watch_that_cannot_be_read_is_set_apart_told_and_taken_back,
    sealing::another_key_opens_all_that_the_old_one_did,
    hands::an_edited_watch_keeps_its_number_and_is_found_by_its_new_name,
    hands::a_watch_that_is_paused_while_it_cannot_be_read_is_not_unreadable,
    hands::an_edit_makes_a_watch_readable_again_and_tells_it,
    hands::the_history_of_a_watch_outlives_it,
    hands::versions_that_were_replaced_are_listed,
    hands::marks_and_notes_are_kept_with_a_story,
);
