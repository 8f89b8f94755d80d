"""What Graph's answers to writes mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.plugin.http import Reply
from syncline.plugin.requests import (
    Deferred,
    Gone,
    Outcome,
    Rejected,
    RejectionKind,
    Stale,
    Unknown,
)
from syncline.plugin.spec import TypeSpec
from syncline_outlook.graph.errors import QUOTA, code_of, codes_of, is_item_gone
from syncline_outlook.graph.messages import Inner

_TOO_LONG = re.compile(r"exceed|too (?:long|large|many)|max(?:imum)? (?:allowed )?(?:length|size)")
_FULL = 507
"""Insufficient Storage."""


def refused(spec: TypeSpec, request: Inner, reply: Reply | None, after: float | None) -> Outcome:
    """The outcome of a write that was not answered with success. Pure.

    `after`: the longest wait any answer of the batch asked for.
    """
    if reply is None:
        return Unknown(message="no answer inside the batch")
    if reply.status in {401, 424, 429}:
        return Deferred(message=f"not done: status {reply.status}", after=after)
    if reply.status == 412:
        # 412 also comes as a passing fault, to requests without any condition.
        return (
            Stale()
            if request.if_match is not None
            else Deferred(message="a passing 412", after=after)
        )
    if reply.status == 408 or (reply.status >= 500 and reply.status != _FULL):
        return Unknown(message=f"status {reply.status}: it may have been done all the same")
    if is_item_gone(reply) and request.method != "POST":
        return Gone()
    return _rejected(spec, reply)


def _rejected(spec: TypeSpec, reply: Reply) -> Rejected:
    """The service's message is looked at for names of properties, never passed on: it may quote
    what a user entered.
    """
    code, message = code_of(reply.body), _message(reply.body)
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", message)}
    fields = tuple(
        each.name for each in spec.fields if any(name.lower() in words for name in each.native)
    )
    kind = _rejection(reply, message)
    what = f" ({', '.join(fields)})" if fields else ""
    return Rejected(
        kind=kind,
        message=f"Outlook refuses the contact: {_WORDS[kind]}{what}",
        code=code,
        fields=fields,
    )


_WORDS: Mapping[RejectionKind, str] = {
    "quota": "the mailbox is full",
    "forbidden": "access is denied, or the folder or mailbox is not there",
    "too_long": "a value is too long, or there are too many",
    "invalid": "a value is not valid",
    "other": "it conflicts with what is there",
}


def _rejection(reply: Reply, message: str) -> RejectionKind:
    if QUOTA & set(codes_of(reply.body)) or reply.status == _FULL:
        return "quota"
    if reply.status in {403, 404}:
        return "forbidden"
    if reply.status == 413 or _TOO_LONG.search(message.lower()):
        return "too_long"
    return "invalid" if reply.status in {400, 405, 415, 422} else "other"


def _message(body: Any) -> str:
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message if isinstance(message, str) else ""
