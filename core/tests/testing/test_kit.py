"""The kit itself: it catches connectors that do not hold what they declare, and is never silent."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = """
from dataclasses import replace
import pytest
from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.model.capacity import Capacity
from syncline.plugin import Applied, Create, Page
from syncline.testing import ConnectorContract
from syncline.testing.every_kind import ERRAND
from syncline.testing.memory import PASSWORDS, MemorySystem

class Contract(ConnectorContract):
    connector_type = MemoryConnector
    options = MemoryOptions(capacities={"given_name": Capacity(max_length=30)}, page_size=3)

    @pytest.fixture
    def system(self, monkeypatch):
        for name, password in PASSWORDS.items():
            monkeypatch.setenv(name, password)
        return MemorySystem(self.options)
"""

LIARS = '''
def declaring(**claims):
    """A connector whose declaration says more than its store can do."""

    class Claiming(MemoryConnector):
        def check(self, request):
            report = super().check(request)
            types = {n: replace(t, **claims) for n, t in report.types.items()}
            return replace(report, types=types)

    return Claiming


class TestIgnoresVersions(Contract):
    connector_type = declaring(conditional="version", conditional_delete="version")
    options = MemoryOptions(conditional="none", conditional_delete="none")


class TestForgetsKeys(Contract):
    connector_type = declaring(idempotency="key")
    options = MemoryOptions(idempotency="marker")


class TestHoldsLessThanItSays(Contract):
    connector_type = declaring(fields=MemoryOptions().spec().fields)
    options = MemoryOptions(capacities={"given_name": Capacity(max_length=30)})


class TestRewritesUnannounced(Contract):
    connector_type = declaring(stored_as=lambda fields: fields)
    options = MemoryOptions(
        stored_as=lambda f: {n: v.upper() if n == "company" and v else v for n, v in f.items()}
    )


def flattened(fields):
    """What a service of errands makes of values, and does not say."""
    changes = {
        "body": lambda value: {"text": "see attachment"},
        "start": lambda value: {"at": value["at"][:19] + "Z"},
        "urgent": lambda value: value if value == "true" else None,
        "effort": lambda value: value.partition(".")[0],
        "status": lambda value: "completed",
        "people": lambda value: tuple({"address": person["address"]} for person in value),
    }
    return {n: changes[n](v) if n in changes and v else v for n, v in fields.items()}


class TestFlattensEveryKind(Contract):
    options = MemoryOptions(type=ERRAND, stored_as=flattened)
    object_types = {ERRAND.name: ERRAND}

    class connector_type(declaring(stored_as=lambda fields: fields)):
        types = (MemoryOptions(type=ERRAND).spec(),)


class TestSweepsWhatItCallsReported(Contract):
    connector_type = declaring(deletions="reported")
    options = MemoryOptions(deletions="swept")


class TestClaimsKeysItCannotMatch(Contract):
    class connector_type(MemoryConnector):
        def fetch_match(self, request):
            return Page()


class TestLosesAPage(Contract):
    class connector_type(MemoryConnector):
        def fetch_changes(self, request):
            page = super().fetch_changes(request)
            return replace(page, records=page.records[1:]) if request.next else page


class TestClearsWhatIsNotSent(Contract):
    class connector_type(MemoryConnector):
        def apply(self, request):
            full = [
                o if isinstance(o, Create)
                else replace(o, fields={**dict.fromkeys(request.spec.by_name), **o.fields})
                for o in request.operations
            ]
            return super().apply(replace(request, operations=tuple(full)))


class TestAnswersOutOfOrder(Contract):
    class connector_type(MemoryConnector):
        def apply(self, request):
            return list(reversed(super().apply(request)))


class TestCallsAFailureAnEmptyPage(Contract):
    class connector_type(MemoryConnector):
        def fetch_changes(self, request):
            try:
                return super().fetch_changes(request)
            except Exception:
                return Page(cursor={"line": 0, "epoch": 0})


class TestLogsRecords(Contract):
    class connector_type(MemoryConnector):
        def apply(self, request):
            self.context.log.debug("sending %s", [dict(o.fields) for o in request.operations])
            return super().apply(request)


class TestShowsItsPassword(Contract):
    class connector_type(MemoryConnector):
        def check(self, request):
            self.context.log.info("password %s", self.config.password.resolve().get_secret_value())
            return super().check(request)


class TestCountsNothing(Contract):
    class connector_type(MemoryConnector):
        def __init__(self, config, context):
            super().__init__(config, replace(context, count_call=lambda kind: None))


class TestMixesUpAccounts(Contract):
    class connector_type(MemoryConnector):
        def accounts(self, request):
            answer = super().accounts(request)
            return replace(
                answer, accounts=tuple(replace(a, id="contract-user-1") for a in answer.accounts)
            )


class TestListsOnlyTheFirstPage(Contract):
    class connector_type(MemoryConnector):
        def list_accounts(self, request):
            return replace(super().list_accounts(request), next=None)


class TestListsOtherNames(Contract):
    class connector_type(MemoryConnector):
        def list_accounts(self, request):
            page = super().list_accounts(request)
            return replace(page, accounts=tuple(replace(a, name=a.id) for a in page.accounts))
'''

CAUGHT_BY = {
    "TestIgnoresVersions": {
        "test_a_stale_version_is_refused",
        "test_a_stale_version_is_not_deleted",
    },
    "TestForgetsKeys": {"test_a_repeated_create_makes_no_second_record"},
    "TestHoldsLessThanItSays": {"test_a_longer_text_is_cut_as_predicted"},
    "TestRewritesUnannounced": {"test_a_created_record_is_read_back_as_predicted"},
    "TestFlattensEveryKind": {
        "test_rich_text_keeps_its_words",
        "test_an_instant_stays_the_same_moment",
        "test_a_flag_that_is_off_is_not_empty",
        "test_a_number_keeps_its_digits",
        "test_every_word_of_a_choice_is_held_as_predicted",
        "test_people_may_have_no_role_and_no_response",
    },
    "TestSweepsWhatItCallsReported": {"test_a_deletion_is_found"},
    "TestClaimsKeysItCannotMatch": {"test_a_record_is_found_by_its_match_key"},
    "TestLosesAPage": {"test_every_record_is_read_once_over_many_pages"},
    "TestClearsWhatIsNotSent": {"test_a_partial_update_leaves_other_fields_alone"},
    "TestAnswersOutOfOrder": {"test_a_batch_of_creates_is_answered_in_order"},
    "TestCallsAFailureAnEmptyPage": {
        "test_a_malformed_answer_is_an_error",
        "test_a_dead_cursor_asks_for_a_resync",
        "test_a_failing_service_is_a_retry",
    },
    "TestLogsRecords": {"test_no_value_a_user_entered_reaches_a_log"},
    "TestShowsItsPassword": {"test_no_secret_reaches_a_log_or_a_repr"},
    "TestCountsNothing": {"test_calls_are_counted"},
    "TestMixesUpAccounts": {"test_accounts_are_resolved_to_their_ids"},
    "TestListsOnlyTheFirstPage": {"test_every_account_is_listed_once"},
    "TestListsOtherNames": {"test_listed_names_resolve_to_the_listed_accounts"},
}


def _pytest(folder: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_generated.py").write_text(HEAD + code)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "test_generated.py"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Liar → the checks that caught it. Without the engine, which would only take longer."""
    done = _pytest(
        tmp_path_factory.mktemp("liars"),
        LIARS,
        "-rf",
        "-k",
        "not engine and not travel and not run",
    )
    found: dict[str, set[str]] = {}
    for liar, test in re.findall(r"^FAILED .*?::(\w+)::(\w+)", done.stdout, re.MULTILINE):
        found.setdefault(liar, set()).add(test)
    return found


@pytest.mark.parametrize("liar", CAUGHT_BY)
def test_a_connector_that_breaks_a_promise_is_caught(
    failures: dict[str, set[str]], liar: str
) -> None:
    assert CAUGHT_BY[liar] <= failures.get(liar, set())


def test_a_known_gap_must_fail(tmp_path: Path) -> None:
    gap = """
class TestMine(Contract):
    known_gaps = {"test_nothing_new_is_nothing": "it was so once"}
"""
    done = _pytest(tmp_path, gap, "-k", "nothing_new")

    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_a_known_gap_that_fails_is_listed_with_its_reason(tmp_path: Path) -> None:
    gap = """
class TestMine(Contract):
    known_gaps = {"test_a_deletion_is_found": "deletions are slow here"}
    options = MemoryOptions(visibility_lag=600.0)

    @pytest.fixture
    def system(self, monkeypatch):
        for name, password in PASSWORDS.items():
            monkeypatch.setenv(name, password)
        system = MemorySystem(self.options)
        system.advance = lambda seconds: None
        return system
"""
    done = _pytest(tmp_path, gap, "-k", "a_deletion_is_found")

    assert done.returncode == 0, done.stdout
    assert "known gap: deletions are slow here" in done.stdout


def test_a_gap_that_names_no_test_is_an_error(tmp_path: Path) -> None:
    gap = """
class TestMine(Contract):
    known_gaps = {"test_of_nothing": "?"}
"""
    done = _pytest(tmp_path, gap)

    assert done.returncode == 4
    assert "test_of_nothing" in done.stdout + done.stderr


def test_what_was_not_checked_is_listed_with_its_reason(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "class TestMine(Contract):\n    pass\n", "-k", "page_loop or loop")

    assert "syncline conformance" in done.stdout
    assert "not checked: the system cannot produce the fault 'page_loop'" in done.stdout
