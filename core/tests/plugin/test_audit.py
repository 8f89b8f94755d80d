"""The log of calls: counts and types of failures, and never what was asked for."""

from __future__ import annotations

import logging

import pytest

from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.errors import Stop
from syncline.plugin import AccountId, ApplyRequest, ChangesRequest, Create, Feed
from syncline.plugin.wrappers.audit import LOGGER

SPEC = MemoryOptions().spec()
FEED = Feed(type="contact", account=AccountId("left-user-1"))
CREATE = Create(key="k", account=AccountId("left-user-1"), fields={"family_name": "Lovelace"})
APPLY = ApplyRequest(spec=SPEC, feed=FEED, operations=(CREATE,))
CHANGES = ChangesRequest(spec=SPEC, feed=FEED)


def test_audit_tells_counts_and_never_arguments(connect, store, caplog) -> None:
    store.create("ada", {"family_name": "Lovelace"})
    with caplog.at_level(logging.INFO, logger=LOGGER):
        handle = connect()
        handle.fetch(CHANGES)
        handle.apply(APPLY)

    fetched, applied = caplog.messages
    assert "connection='crm'" in fetched
    assert "call='fetch changes'" in fetched
    assert "records=1" in fetched
    assert "applied=1" in applied
    assert "Lovelace" not in caplog.text


def test_audit_tells_failures_by_type(connect, caplog) -> None:
    class Refusing(MemoryConnector):
        def fetch_changes(self, request):
            raise Stop("Lovelace is not allowed")

    with caplog.at_level(logging.INFO, logger=LOGGER), pytest.raises(Stop):
        connect(Refusing).fetch(CHANGES)
    assert "error='Stop'" in caplog.text
    assert "Lovelace" not in caplog.text


def test_audit_writes_nothing_to_the_terminal(connect, capsys) -> None:
    connect().fetch(CHANGES)

    assert capsys.readouterr() == ("", "")
