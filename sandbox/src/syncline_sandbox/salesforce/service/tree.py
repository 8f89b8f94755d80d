"""composite/tree: rows with their children, up to 200 in one call, all or none of them.

REST guide, "sObject Tree", its request and its response body; the refusals of reference ids as
recorded by a public client (glenmazza/java-salesforce-rest).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import RowError, RowRefused, refuse
from syncline_sandbox.salesforce.rows import writes
from syncline_sandbox.salesforce.schema.object_type import Children, ObjectType
from syncline_sandbox.salesforce.service.requests import Context, answer

MAX_ROWS = 200
MAX_LEVELS = 5
MAX_TYPES = 5
_DUPLICATE = RowError("INVALID_INPUT", "Duplicate ReferenceId provided in the request.")
_MISSING = "Include a reference ID for each record in the request."


@dataclass(frozen=True)
class Node:
    """One row of a tree: its fields without its children, and the field that names its parent."""

    reference: str
    kind: ObjectType
    fields: dict[str, Any]
    children: tuple[tuple[Children, Any], ...]
    parent: tuple[str, str] | None = None
    """The name of that field, and the reference of the parent."""


class _TakenBack(Exception):
    """Takes the transaction of a tree back."""


def create(context: Context, kind: str) -> Answer:
    """POST: creates level by level, so that parents have their ids."""
    nodes = _nodes(context, context.kind(kind))
    repeated = [n for n, times in Counter(node.reference for node in nodes).items() if times > 1]
    if repeated:
        twice = [node.reference for node in nodes if node.reference in repeated]
        return _failed((reference, (_DUPLICATE,)) for reference in twice)
    errors: list[tuple[str, tuple[RowError, ...]]] = []
    try:
        with context.org.storage.transaction():
            ids = _written(context, nodes, errors)
    except _TakenBack:
        return _failed(errors)
    results = [{"referenceId": reference, "id": record_id} for reference, record_id in ids.items()]
    return answer({"hasErrors": False, "results": results}, 201)


def _written(
    context: Context, nodes: list[Node], errors: list[tuple[str, tuple[RowError, ...]]]
) -> dict[str, str]:
    ids: dict[str, str] = {}
    for node in nodes:
        fields = dict(node.fields)
        if node.parent:
            field, parent = node.parent
            if parent not in ids:
                continue
            fields[field] = ids[parent]
        try:
            ids[node.reference] = writes.create(context.org, node.kind, fields, context.actor)
        except RowRefused as refused:
            errors.append((node.reference, refused.errors))
    if errors:
        raise _TakenBack
    return ids


def _failed(errors: Iterable[tuple[str, tuple[RowError, ...]]]) -> Answer:
    results = [
        {"referenceId": reference, "errors": [error.item() for error in found]}
        for reference, found in errors
    ]
    return answer({"hasErrors": True, "results": results}, 400)


def _nodes(context: Context, root: ObjectType) -> list[Node]:
    """All rows, those of a level before those below it."""
    level = [_node(context, item, root) for item in _records(context.body())]
    found: list[Node] = []
    depth = 0
    while level:
        depth += 1
        found += level
        level = [child for node in level for child in _below(context, node)]
        _check_size(found, depth + bool(level))
    return found


def _below(context: Context, node: Node) -> list[Node]:
    below = []
    for relationship, subtree in node.children:
        kind = context.kind(relationship.object)
        parent = (relationship.field, node.reference)
        below += [_node(context, item, kind, parent) for item in _records(subtree)]
    return below


def _check_size(nodes: list[Node], levels: int) -> None:
    kinds = {node.kind.name for node in nodes}
    if len(nodes) > MAX_ROWS or len(kinds) > MAX_TYPES or levels > MAX_LEVELS:
        message = (
            f"A tree holds up to {MAX_ROWS} records of {MAX_TYPES} types in {MAX_LEVELS} levels"
        )
        raise refuse("LIMIT_EXCEEDED", message)


def _node(
    context: Context, item: dict[str, Any], kind: ObjectType, parent: tuple[str, str] | None = None
) -> Node:
    attributes = item.get("attributes")
    facts = attributes if isinstance(attributes, dict) else {}
    reference, name = facts.get("referenceId"), facts.get("type")
    if not isinstance(reference, str) or not reference:
        raise refuse("INVALID_INPUT", _MISSING, status=403)
    if not isinstance(name, str) or name.lower() != kind.name.lower():
        message = f"The type of every record here must be {kind.name}"
        raise refuse("INVALID_INPUT", message)
    relationships = {child.relationship.lower(): child for child in kind.children}
    fields = {n: v for n, v in item.items() if n != "attributes" and n.lower() not in relationships}
    children = tuple(
        (relationships[n.lower()], v) for n, v in item.items() if n.lower() in relationships
    )
    return Node(reference, kind, fields, children, parent)


def _records(collection: Any) -> list[dict[str, Any]]:
    records = collection.get("records") if isinstance(collection, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise refuse("JSON_PARSER_ERROR", "records is required to be an array of objects")
    return records
