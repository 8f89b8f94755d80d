"""The misbehaviours of Graph, beside those common to both services."""

from __future__ import annotations

from syncline_sandbox.quirks import COMMON, GRAPH, Quirk

QUIRKS = (
    *COMMON,
    Quirk("delta-gone", "410 SyncStateNotFound for a delta token", GRAPH),
    Quirk("delta-replay", "a round delivers rows of earlier rounds again", GRAPH, {"rows": 3}),
    Quirk("delta-repeat", "a delta page delivers its first row twice", GRAPH),
    Quirk(
        "moved-back-unreported",
        "an item that left a folder and came back is told of as removed only (immutable ids)",
        GRAPH,
    ),
    Quirk("empty-page", "a delta page without rows that has a next link all the same", GRAPH),
    Quirk("if-match-ignored", "a write goes through whatever If-Match says", GRAPH),
    Quirk("change-key-bump", "the server changes the change key again after a write", GRAPH),
    Quirk(
        "second-delete-forbidden", "403 for deleting what was deleted, by its immutable id", GRAPH
    ),
    Quirk("deleted-unreadable", "what lies in Deleted Items answers to no id outside of it", GRAPH),
    Quirk("deleted-items-unlisted", "Deleted Items cannot be asked for as a folder", GRAPH),
    Quirk("deleted-folders-answer", "a deleted folder still answers, with its items", GRAPH),
    Quirk("extensions-reported", "a delta tells of changes of open extensions", GRAPH),
    Quirk("extension-merge", "PATCH of an open extension keeps what it does not name", GRAPH),
    Quirk("extension-graph-prefix", "ids of open extensions begin with microsoft.graph", GRAPH),
    Quirk("no-numbered-addresses", "there is no primaryEmailAddress and none of its kind", GRAPH),
    Quirk("photo-unreported", "a delta tells nothing of a new photo", GRAPH),
    Quirk("search-thin", "what $search finds is shown without stamps and addresses", GRAPH),
    Quirk("search-unsupported", "400 for $search", GRAPH),
    Quirk("slashed-ids", "ids made from now on hold `/` and `+`, which a path must encode", GRAPH),
    Quirk(
        "mailbox-concurrency",
        "429 for more than four calls, or more than one batch, at a time in one mailbox",
        GRAPH,
        {"hold_ms": 30},
    ),
)
