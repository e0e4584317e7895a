"""The suite finds what it is there to find."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.internal.detection import is_hypothesis_test

from supportcore.storage.ports import Conflict
from supportcore.testing.conformance import ManyWritersConformance, OverlapsConformance, StoreConformance
from tests.testing import broken, broken_credentials, broken_knowledge, broken_portal, broken_rewriting

FOUND_BY: list[tuple[type[broken.BrokenStore], str, dict[str, Any]]] = [
    (broken.VersionsIgnored, "test_a_stale_version_is_a_conflict", {"version": 3}),
    (broken.LastCommitWins, "test_no_order_of_steps_loses_a_change", {}),
    (broken.LastCommitWins, "test_writers_of_one_ticket_lose_nothing", {"lock": True}),
    (broken.EventsDropped, "test_a_decision_comes_back_as_it_was_saved", {}),
    (broken.EventsDropped, "test_the_feed_can_be_walked", {}),
    (broken.NumbersReadThenWritten, "test_no_order_of_steps_gives_a_number_twice", {}),
    (broken.NumbersCounted, "test_numbers_begin_at_one_and_rise", {}),
    (broken.NoticesLeak, "test_what_is_undone_never_was", {}),
    (broken.ReadsDirty, "test_nobody_else_sees_what_is_not_committed", {}),
    (broken.ReadsDirty, "test_what_is_undone_never_was", {}),
    (broken.SeeksByKeyAlone, "test_a_seek_goes_on_strictly_behind_the_edge", {}),
    (broken.SeeksByKeyAlone, "test_pages_make_up_the_whole_list", {}),
    (broken.LeasesIgnored, "test_a_leased_row_is_left_alone_until_the_lease_ends", {}),
    (broken.TokensIgnored, "test_who_lost_the_lease_settles_nothing", {}),
    (broken.DesksLeak, "test_desks_never_see_one_another", {}),
    (broken.NullsCompareAsInSql, "test_missing_values_compare_as_the_language_says", {}),
    (broken.NullsCompareAsInSql, "test_a_list_is_what_a_plain_filter_gives", {}),
    (broken.CaseFolds, "test_text_is_equal_byte_by_byte", {"other": "Acme"}),
    (broken.ColumnsGrowStale, "test_a_saved_ticket_replaces_the_one_before", {}),
    (broken.SequencesAtSave, "test_what_is_committed_late_comes_late", {}),
    (broken.SequencesAtSave, "test_no_order_of_commits_skips_an_event", {}),
    (broken.NumberersCollide, "test_several_can_give_places_at_once", {}),
    (broken.FeedWithGaps, "test_the_feed_can_be_walked", {}),
    (broken.FeedWithGaps, "test_places_are_given_a_few_at_a_time", {}),
    (broken.SavesWhatItCan, "test_one_that_cannot_be_saved_undoes_all", {"place": 1, "why": "version"}),
    (broken.SavesInGroups, "test_many_decisions_are_saved_as_one_by_one", {}),
    (broken.ReceiptsAsStored, "test_receipts_come_in_the_order_asked_for", {}),
    (broken.ReceiptsOfSome, "test_many_receipts_can_be_asked_for_at_once", {}),
    (broken.NumbersOneByOne, "test_numbers_can_be_asked_for_together", {}),
    (broken.NumbersOneByOne, "test_numbers_asked_for_together_are_nobody_elses", {}),
    (broken.ClaimsOutlive, "test_a_claim_ends_with_its_transaction", {}),
    (broken.ClaimsParked, "test_what_is_claimed_is_due", {}),
    (broken.LastCommitWins, "test_all_that_is_due_is_done_once", {}),
    (broken.LastCommitWins, "test_two_open_claims_never_do_the_same_ticket", {"limit": 1}),
    (broken.LeasesNeverEnd, "test_a_claim_whose_answer_was_lost_is_given_out_again", {}),
    (broken.LeasesIgnored, "test_workers_never_share_a_row", {}),
    (broken.BlobsUnfinished, "test_what_is_not_finished_is_no_blob", {}),
    (broken.BlobsShared, "test_a_file_is_that_of_one_desk", {}),
    (broken.ChunksLeft, "test_what_is_dropped_is_gone", {}),
    (broken.BytesAsText, "test_any_bytes_come_back", {}),
    (broken.EntriesFold, "test_entries_come_by_key", {}),
    (broken.EntriesFromTheEdge, "test_entries_come_by_key", {}),
    (broken.EntriesReplace, "test_an_entry_is_put_once", {"kind": "receipt"}),
    (broken_rewriting.SequencesRewritten, "test_an_entry_is_replaced_where_it_is", {"kind": "event"}),
    (broken_rewriting.NumbersRewritten, "test_an_entry_is_replaced_where_it_is", {"kind": "ticket"}),
    (broken_rewriting.MissingOnesStored, "test_an_entry_is_replaced_where_it_is", {"kind": "file"}),
    (broken_rewriting.DropsAllOfAKind, "test_an_entry_is_dropped_alone", {"kind": "read"}),
    (broken_rewriting.LocksNothing, "test_what_is_locked_is_rewritten_by_one", {}),
    (broken.EntriesForgetLeases, "test_a_desk_moves_entry_by_entry", {}),
    (broken.FormsOfItsOwn, "test_forms_are_those_of_every_store", {}),
    (broken_portal.FilesTakenTwice, "test_what_is_no_draft_is_not_taken", {"why": "taken"}),
    (broken_portal.FilesTakenTwice, "test_no_order_of_steps_gives_a_file_to_two", {}),
    (broken_portal.FilesNamedTwice, "test_what_is_no_draft_is_not_taken", {"why": "twice"}),
    (broken.LastCommitWins, "test_no_order_of_steps_gives_a_file_to_two", {}),
    (broken_portal.DraftsReplaced, "test_a_draft_is_put_once", {}),
    (broken_portal.DraftsOfAll, "test_drafts_are_those_of_their_owner", {}),
    (broken_portal.DraftsOfAll, "test_a_draft_becomes_what_was_taken", {}),
    (broken_portal.DraftsExpireLate, "test_drafts_expire_earliest_first", {}),
    (broken_portal.DropsWhatWasTaken, "test_a_draft_is_dropped_once", {}),
    (broken_portal.FilesAsStored, "test_files_come_in_the_order_asked_for", {}),
    (broken_portal.BlobsNotLocked, "test_a_blob_that_is_locked_is_not_dropped_meanwhile", {"first": "drafting"}),
    (broken_portal.BlobsNotLocked, "test_a_blob_that_is_locked_is_not_dropped_meanwhile", {"first": "dropping"}),
    (broken_portal.BlobsNotLocked, "test_no_order_of_steps_drops_a_blob_in_use", {}),
    (broken_portal.BlobsOfDrafts, "test_a_blob_is_used_by_what_is_kept_under_it", {}),
    (broken_portal.InboxOfEverybody, "test_a_team_is_no_person", {}),
    (broken_portal.InboxFromTheEdge, "test_an_inbox_is_what_a_plain_filter_gives", {}),
    (broken_portal.InboxOfWhatIsPending, "test_what_became_of_the_delivery_is_all_one", {}),
    (broken_portal.ReadAgain, "test_a_notice_is_read_once", {"later": timedelta(milliseconds=1)}),
    (broken_portal.ReadByAll, "test_what_was_read_is_known", {}),
    (broken_portal.CountsOnce, "test_counts_come_together", {}),
    (broken_portal.FilesLeftBehind, "test_an_entry_is_put_once", {"kind": "file"}),
    (broken_credentials.CredentialsNotLocked, "test_no_order_of_steps_loses_a_guess", {}),
    (broken_credentials.CredentialsNotLocked, "test_no_guess_is_lost_among_others", {}),
    (broken_credentials.CredentialsReplaced, "test_a_credential_is_added_once", {}),
    (broken_credentials.CredentialsFold, "test_a_credential_comes_back_as_it_was_put", {}),
    (broken_credentials.CredentialsRetired, "test_a_credential_comes_back_as_it_was_put", {}),
    (broken_knowledge.TotalsOfPages, "test_a_page_beyond_the_end_tells_the_total", {}),
    (broken_knowledge.TotalsOfPages, "test_questions_are_answered_as_on_every_store", {}),
    (broken_knowledge.ScoresRounded, "test_scores_may_be_large", {}),
    (broken_knowledge.ScopesIgnored, "test_a_search_is_what_adding_up_gives", {}),
    (broken_knowledge.ScopesIgnored, "test_questions_are_answered_as_on_every_store", {}),
    (broken_knowledge.CountsWhatIsHidden, "test_frequencies_are_what_counting_gives", {}),
    (broken_knowledge.CountsWhatIsHidden, "test_questions_are_answered_as_on_every_store", {}),
    (broken_knowledge.OneWordIsEnough, "test_words_narrow_lists_and_counts", {}),
    (broken_knowledge.KindsMixed, "test_kinds_and_desks_are_apart", {}),
    (broken_knowledge.ImpactsStay, "test_the_index_holds_what_was_added_last", {}),
    (broken_knowledge.DropsLast, "test_the_index_holds_what_was_added_last", {}),
    (broken_knowledge.RevisionsReplaced, "test_a_revision_is_made_once", {}),
    (broken_knowledge.RevisionsAsText, "test_revisions_come_in_order", {}),
    (broken.LastCommitWins, "test_no_order_of_steps_loses_a_revision", {}),
    (broken_knowledge.TranslationsOfPublished, "test_translations_are_those_of_an_article", {}),
    (broken_knowledge.ReadAnew, "test_a_reading_keeps_its_first_instant", {"later": timedelta(milliseconds=1)}),
    (broken_knowledge.VotesAlone, "test_readings_are_counted_by_article", {}),
    (broken_knowledge.DeflectionOfAll, "test_deflection_counts_what_was_shown", {}),
    (broken.ReadsDirty, "test_postings_are_seen_inside_at_once_and_outside_after_the_commit", {}),
]


class Suite(StoreConformance, ManyWritersConformance, OverlapsConformance):
    """All that the memory store passes."""


@pytest.mark.parametrize(("store", "test", "given"), FOUND_BY, ids=lambda value: getattr(value, "__name__", None))
def test_a_broken_store_is_found(
    store: type[broken.BrokenStore], test: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store broken in one way fails the test that is about that."""
    run = getattr(Suite, test)
    if is_hypothesis_test(run):  # the first failure is enough, and nothing to remember
        quick = settings(
            run._hypothesis_internal_use_settings,
            phases=[Phase.generate],
            database=None,
            derandomize=True,
            max_examples=400,
        )
        monkeypatch.setattr(run, "_hypothesis_internal_use_settings", quick)
    with pytest.raises((AssertionError, Conflict, pytest.fail.Exception, ExceptionGroup)):
        getattr(Suite(), test)(store=store(), **given)


def test_every_broken_store_is_tried() -> None:
    """No broken store is left out above."""
    assert set(broken.BrokenStore.__subclasses__()) == {store for store, _, _ in FOUND_BY}


def test_the_suite_is_ten_lines_away(tmp_path: Path) -> None:
    """A module of ten lines judges somebody's store: a good one passes, a broken one does not."""
    (tmp_path / "test_stores.py").write_text(
        "import pytest\n"
        "from supportcore.storage.memory import MemoryStore\n"
        "from supportcore.testing.conformance import OutboxConformance\n"
        "from tests.testing.broken import LeasesIgnored\n"
        "class TestGood(OutboxConformance):\n"
        "    @pytest.fixture\n"
        "    def store(self): return MemoryStore()\n"
        "class TestBroken(OutboxConformance):\n"
        "    @pytest.fixture\n"
        "    def store(self): return LeasesIgnored()\n",
        encoding="utf-8",
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    command += ["-k", "leased_row or never_claimed", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{root}:{root / 'src'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_stores.py::TestBroken::test_a_leased_row_is_left_alone_until_the_lease_ends" in done.stdout
