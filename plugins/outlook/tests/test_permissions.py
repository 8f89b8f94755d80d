"""What has to be granted depends on what is synced."""

from __future__ import annotations

from syncline.plugin.http import Purpose, Reply
from syncline_outlook.graph.errors import failure


def hint(type: str) -> str:
    denied = Reply(403, {}, {"error": {"code": "ErrorAccessDenied"}})
    return failure(denied, Purpose(name="read", kind="read", type=type)).hint


def test_a_refusal_names_the_permission_of_the_type_it_is_about() -> None:
    assert "Contacts.ReadWrite" in hint("contact")


def test_a_refusal_that_is_about_no_type_names_no_permission_of_one() -> None:
    assert "Contacts" not in hint("")
