"""The façade of a connection: hooks, wrappers, counting, and what a faulty connector can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.errors import Busy, ConfigurationError, Retry, Stop
from syncline.model.fields import SHORT_TEXT
from syncline.model.records import AbsenceReason, Absent
from syncline.plugin import (
    Account,
    AccountId,
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    Applied,
    ApplyRequest,
    ChangesRequest,
    CheckRequest,
    Connector,
    Container,
    Containers,
    ContainersRequest,
    Create,
    Delete,
    DeleteRequest,
    Feed,
    Gone,
    IdsRequest,
    Page,
    Record,
    RecordId,
    Unknown,
    hookimpl,
)
from syncline.plugin.connection import open_connection
from syncline.plugin.hookspecs import PROJECT, ConnectionSpecs

SPEC = MemoryOptions().spec()
FEED = Feed(type="contact", account=AccountId("left-user-1"))
CREATE = Create(key="k", account=AccountId("left-user-1"), fields={"family_name": "Lovelace"})
APPLY = ApplyRequest(spec=SPEC, feed=FEED, operations=(CREATE,))
CHANGES = ChangesRequest(spec=SPEC, feed=FEED)
GONE = Record(id=RecordId("gone"), version="1")
DELETION = Delete(id=GONE.id, version="1", current=GONE, account=AccountId("left-user-1"))
DELETE = DeleteRequest(spec=SPEC, feed=FEED, operations=(DELETION,))


def test_every_connection_hook_has_a_test() -> None:
    hooks = [n for n, f in vars(ConnectionSpecs).items() if hasattr(f, f"{PROJECT}_spec")]

    assert [h for h in hooks if not any(t.startswith(f"test_{h}_") for t in globals())] == []


def test_check_says_which_store_it_is(connect) -> None:
    assert connect().check(CheckRequest()).store == "memory:left"


def test_containers_are_folders_or_accounts(connect) -> None:
    handle = connect()

    (account,) = handle.accounts(AccountsRequest(names=("ada", "nobody"))).accounts
    found = handle.containers(ContainersRequest(type="contact", account=account.id))

    assert account.id == "left-user-1"
    assert [each.path for each in found.containers] == [""]


def test_list_accounts_goes_on_page_by_page(connect, store) -> None:
    store.add_account("bob")
    handle = connect()

    first = handle.list_accounts(AccountListRequest(page_size=1))
    last = handle.list_accounts(AccountListRequest(page_size=1, next=first.next))

    assert [each.name for each in first.accounts + last.accounts] == ["ada", "bob"]
    assert (first.next, last.next) == ({"after": "ada"}, None)
    assert handle.can_list_accounts


def test_accounts_and_folders_that_cannot_be_kept_are_left_out(connect) -> None:
    """PostgreSQL takes no NUL: one such id would end the run of everybody."""
    good = Container(id="f", path="", also=("Contacts", "a\0b"))
    odd: list[Any] = [
        Container(id="a\0b", path="x"), Container(id="g", path="a\0b"), Container(id=5, path="x"),
        "no folder",
    ]  # fmt: skip

    class Odd(MemoryConnector):
        def accounts(self, _request: AccountsRequest) -> Containers:
            ids: list[Any] = ["ada", "a\0b", None, ["x"]]
            return Containers(accounts=tuple(Account(id=id, name="Ada") for id in ids))

        def containers(self, _request: ContainersRequest) -> Containers:
            return Containers(containers=(good, *odd))

    handle = connect(Odd)
    assert [each.id for each in handle.accounts(AccountsRequest(names=("Ada",))).accounts] == [
        "ada"
    ]
    folders = handle.containers(ContainersRequest(type="contact", account=AccountId("ada")))
    assert folders.containers == (replace(good, also=("Contacts",)),)


def test_list_accounts_is_refused_where_the_connector_has_no_such_method(connect) -> None:
    class Unlisted(MemoryConnector):
        list_accounts = Connector.list_accounts

    handle = connect(Unlisted)

    assert not handle.can_list_accounts
    with pytest.raises(ConfigurationError, match="cannot list accounts"):
        handle.list_accounts(AccountListRequest())


def test_list_accounts_lets_in_only_what_can_be_relied_on(connect) -> None:
    class Careless(MemoryConnector):
        def list_accounts(self, request):
            shown = Account(id="1", name="ada", display_name=7, also=["ada", "a@x", None, "a@x"])
            nobody = (Account(id="", name="x"), Account(id="2", name=None), "bob")
            return AccountPage(accounts=[shown, *nobody, shown])

    (account,) = connect(Careless).list_accounts(AccountListRequest()).accounts

    assert account == Account(id=AccountId("1"), name="ada", also=("a@x",))


@pytest.mark.parametrize("answer", [None, AccountPage(accounts=7), AccountPage(next={1, 2})])
def test_list_accounts_with_an_answer_that_is_none_is_a_fault_of_the_connector(
    connect, answer
) -> None:
    class Strange(MemoryConnector):
        def list_accounts(self, request):
            return answer

    with pytest.raises(Stop, match="memory"):
        connect(Strange).list_accounts(AccountListRequest())


def test_fetch_returns_a_finished_page(connect, store) -> None:
    id = store.create("ada", {"family_name": "Lovelace"})

    page = connect().fetch(CHANGES)

    assert [each.id for each in page.records] == [id]
    assert page.cursor is not None


def test_apply_and_delete_return_one_outcome_each(connect, store) -> None:
    handle = connect()

    (created,) = handle.apply(APPLY)
    assert isinstance(created, Applied)
    (record,) = handle.fetch(IdsRequest(spec=SPEC, feed=FEED, ids=(created.id,))).records
    operation = Delete(id=record.id, version=record.version, current=record, account=FEED.account)
    request = DeleteRequest(spec=SPEC, feed=FEED, operations=(operation,))

    assert isinstance(handle.delete(request)[0], Applied)
    assert handle.delete(request) == [Gone()]
    assert store.read() == {}


def test_delete_of_nothing_makes_no_call(connect) -> None:
    handle = connect()

    assert handle.delete(DeleteRequest(spec=SPEC, feed=FEED, operations=())) == []
    assert handle.calls().writes == 0


def test_calls_are_counted_by_kind_and_passed_on(connect) -> None:
    told: list[str] = []
    handle = connect(count_call=told.append)

    handle.check(CheckRequest())
    handle.fetch(CHANGES)
    handle.fetch(CHANGES)
    handle.apply(APPLY)

    counts = handle.calls()
    assert (counts.checks, counts.reads, counts.writes) == (1, 2, 1)
    assert (counts.connection, told) == ("crm", ["check", "read", "read", "write"])


def test_a_call_of_an_unknown_kind_is_a_fault_of_the_connector(connect) -> None:
    class Miscounting(MemoryConnector):
        def fetch_changes(self, request):
            self.context.count_call("reed")
            return Page(cursor=1)

    with pytest.raises(Stop, match="memory"):
        connect(Miscounting).fetch(CHANGES)


def test_every_attempt_passes_the_wrappers_and_is_counted(connect, store) -> None:
    attempts: list[int] = []

    class Flaky:
        @hookimpl(wrapper=True)
        def fetch(self, request):
            attempts.append(1)
            page = yield
            if len(attempts) < 3:
                raise Retry("busy")
            return page

    handle = connect(MemoryConnector, Flaky())

    handle.fetch(CHANGES)
    assert len(attempts) == handle.calls().reads == 3


def test_a_create_without_a_key_is_never_repeated(connect, store) -> None:
    class Lost:
        @hookimpl(wrapper=True)
        def apply(self, request):
            yield
            raise Retry("connection lost")

    spec = MemoryOptions(idempotency="marker").spec()
    outcomes = connect(MemoryConnector, Lost()).apply(replace(APPLY, spec=spec))

    assert [type(each) for each in outcomes] == [Unknown]
    assert len(store.read()) == 1


def test_a_create_with_a_key_is_repeated_and_made_once(connect, store) -> None:
    lost: list[int] = []

    class LostOnce:
        @hookimpl(wrapper=True)
        def apply(self, request):
            outcomes = yield
            if not lost:
                lost.append(1)
                raise Retry("connection lost")
            return outcomes

    (outcome,) = connect(MemoryConnector, LostOnce()).apply(APPLY)

    assert isinstance(outcome, Applied)
    assert list(store.read()) == [outcome.id]


def test_whether_deleted_records_can_be_read_is_the_presence_of_the_method(connect) -> None:
    class NoBin(MemoryConnector):
        fetch_deleted = Connector.fetch_deleted

    assert connect().can_read_deleted
    assert not connect(NoBin).can_read_deleted


def test_scope_and_custom_fields_are_asked_of_the_connector(connect) -> None:
    handle = connect()

    assert handle.scope(SPEC, "company=Acme").condition == {"field": "company", "value": "Acme"}
    assert handle.custom_field(SPEC, "tier", "Tier__c", SHORT_TEXT).native == ("Tier__c",)
    with pytest.raises(ConfigurationError):
        handle.scope(SPEC, "nonsense")


RECORD = Record(id=RecordId("1"), version="v")


@pytest.mark.parametrize(
    ("answers", "request_", "what"),
    [
        ({"fetch_changes": Page(next=1, cursor=2)}, CHANGES, "both next and cursor"),
        ({"fetch_changes": Page()}, CHANGES, "without a cursor"),
        ({"fetch_changes": [RECORD]}, CHANGES, "list instead of Page"),
        ({"fetch_changes": None}, CHANGES, "NoneType instead of Page"),
        ({"fetch_changes": Page(records=None, cursor=1)}, CHANGES, "records of type NoneType"),
        ({"fetch_changes": Page(absent=map(str, ()), cursor=1)}, CHANGES, "absent of type map"),
        ({"apply": []}, APPLY, "0 outcomes for 1 operations"),
        ({"apply": [Gone(), Gone()]}, APPLY, "2 outcomes for 1 operations"),
        ({"apply": ["done"]}, APPLY, "an outcome of type str"),
        ({"apply": None}, APPLY, "NoneType instead of list"),
        ({"check": {}}, CheckRequest(), "dict instead of CheckReport"),
    ],
)
def test_a_malformed_answer_names_the_connector(connect, answers, request_, what) -> None:
    methods = {name: lambda self, request, a=answer: a for name, answer in answers.items()}
    handle = connect(type("Faulty", (MemoryConnector,), methods))
    call = {ApplyRequest: handle.apply, CheckRequest: handle.check}.get(
        type(request_), handle.fetch
    )

    with pytest.raises(Stop, match=f"malformed answer from connector 'memory': .*{what}") as stop:
        call(request_)
    assert stop.value.hint


def test_a_cursor_that_cannot_be_kept_is_the_connectors_failure(connect) -> None:
    """Elsewhere it would end the run of everybody."""
    page = Page(cursor=object())
    faulty = type("Faulty", (MemoryConnector,), {"fetch_changes": lambda self, request: page})

    with pytest.raises(Stop, match="'memory' failed in fetch: TypeError"):
        connect(faulty).fetch(CHANGES)


def test_a_bug_in_a_connector_shows_its_place_and_no_argument(connect) -> None:
    class Buggy(MemoryConnector):
        def apply(self, request):
            raise KeyError(request.operations[0].fields["family_name"])

    with pytest.raises(
        Stop, match=r"'memory' failed in apply: KeyError at test_connection\.py"
    ) as stop:
        connect(Buggy).apply(APPLY)
    assert "Lovelace" not in f"{stop.value!r}{stop.value.hint}{stop.value.context}"
    assert stop.value.__suppress_context__


def test_a_connector_that_says_what_only_core_can_know_is_at_fault(connect) -> None:
    """It would end the work of every member, as a lease does that is lost."""

    class Busybody(MemoryConnector):
        def fetch_changes(self, request):
            raise Busy("I am busy")

    with pytest.raises(Stop, match="'memory' failed in fetch: Busy"):
        connect(Busybody).fetch(CHANGES)


def _wrapper(hook: str, change: Callable[[Any], Any], *, first: bool = False) -> object:
    """A plugin's wrapper that makes something else of the answers to a hook."""

    @hookimpl(wrapper=True, tryfirst=first)
    def wraps(self, request):
        return change((yield))

    return type("Wrapper", (), {hook: wraps})()


def _fails(_answer: object) -> object:
    raise KeyError("Lovelace")


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    ("hook", "ask"),
    [
        ("check", lambda handle: handle.check(CheckRequest())),
        ("containers", lambda handle: handle.accounts(AccountsRequest(names=("ada",)))),
        ("list_accounts", lambda handle: handle.list_accounts(AccountListRequest())),
        ("fetch", lambda handle: handle.fetch(CHANGES)),
        ("apply", lambda handle: handle.apply(APPLY)),
        ("delete", lambda handle: handle.delete(DELETE)),
    ],
)
def test_a_wrapper_that_fails_or_answers_with_nothing_is_named_by_its_connection(
    connect, hook, ask, first
) -> None:
    """It would end everybody's run, and show what it was called with."""
    with pytest.raises(Stop, match=f"around connection 'crm' failed in {hook}: KeyError") as stop:
        ask(connect(MemoryConnector, _wrapper(hook, _fails, first=first)))
    assert "Lovelace" not in f"{stop.value!r}{stop.value.hint}{stop.value.context}"

    with pytest.raises(Stop, match="around connection 'crm': NoneType instead of"):
        ask(connect(MemoryConnector, _wrapper(hook, lambda _answer: None, first=first)))


def test_a_wrapper_that_drops_an_outcome_leaves_none_of_its_batch(connect) -> None:
    with pytest.raises(Stop, match="around connection 'crm': 0 outcomes for 1 operations"):
        connect(MemoryConnector, _wrapper("apply", lambda outcomes: outcomes[:-1])).apply(APPLY)


def test_settings_of_another_connector_are_refused(context) -> None:
    with pytest.raises(ConfigurationError, match="crm"):
        open_connection("crm", MemoryConnector, object(), context)


def test_closing_twice_closes_once(connect) -> None:
    closed: list[int] = []

    class Closing(MemoryConnector):
        def close(self) -> None:
            closed.append(1)

    handle = connect(Closing)
    handle.close()
    handle.close()

    assert closed == [1]


def test_absences_pass_through(connect, store) -> None:
    id = store.create("ada", {"family_name": "Lovelace"})
    handle = connect()
    cursor = handle.fetch(CHANGES).cursor
    store.delete(id)

    page = handle.fetch(replace(CHANGES, cursor=cursor))

    assert page.absent == (Absent(id, AbsenceReason.DELETED),)
