"""The people of a sync: tables in the file, or a CSV beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncline.config.document import MemberTable
from syncline.config.problems import Problems, did_you_mean
from syncline.model.sides import PerSide
from syncline.policy.settings import Member


@dataclass(frozen=True)
class MemberContext:
    """What a member may name: the two connections, and the types whose folder it may change."""

    names: PerSide[str]
    types: tuple[str, ...]


def resolve_members(
    written: str | list[dict[str, Any]], context: MemberContext, problems: Problems
) -> tuple[Member, ...]:
    """The members in the order written; whatever is wrong is noted with its line or number."""
    if isinstance(written, str):
        path = problems.file.parent / Path(written).expanduser()
        placed = list(_from_csv(path, context, problems))
    else:
        placed = list(_from_tables(written, context, problems))
    _check_unique(placed, context.names)
    return tuple(member for member, _ in placed)


Placed = tuple[Member, Problems]


def _from_tables(
    tables: list[dict[str, Any]], context: MemberContext, problems: Problems
) -> Iterator[Placed]:
    for number, raw in enumerate(tables, start=1):
        place = problems.under("members", f"{number}")
        try:
            table = MemberTable.model_validate(raw)
        except ValidationError as error:
            place.add_validation(error, MemberTable)
            continue
        accounts, containers = dict(table.model_extra or {}), dict(table)["containers"]
        for name in set(accounts) - set(context.names):
            place.add(name, f"unknown key{did_you_mean(name, context.names)}", context.names)
        for type in set(containers) - set(context.types):
            place.add(f"containers.{type}", "this sync has no such object", context.types)
        if all(_is_account(name, accounts.get(name), place) for name in context.names):
            yield _member(accounts, containers, context), place


def _is_account(name: str, value: object, place: Problems) -> bool:
    if isinstance(value, str) and value.strip():
        return True
    place.add(name, "is required" if value is None else "must be the name of an account")
    return False


def _member(
    accounts: Mapping[str, str], containers: Mapping[str, Mapping[str, str]], context: MemberContext
) -> Member:
    folders = {type: _per_side(own, context.names) for type, own in containers.items()}
    return Member(context.names.map(lambda name: accounts[name].strip()), folders)


def _per_side(own: Mapping[str, str], names: PerSide[str]) -> PerSide[str | None]:
    return names.map(lambda name: own.get(name) or None)


def _from_csv(path: Path, context: MemberContext, problems: Problems) -> Iterator[Placed]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.add("members", f"the file {path} cannot be read: {reason}")
        return
    here = problems.about(path)
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        columns = _columns(context)
        if _check_header(header, columns, context, here):
            for row in rows:
                if any(cell.strip() for cell in row):
                    place = here.under(f"line {rows.line_num}")
                    yield from _from_row(header, row, columns, context, place)
    except csv.Error as error:
        here.add(f"line {rows.line_num}", f"is not CSV: {error}")


def _columns(context: MemberContext) -> dict[str, tuple[str, str]]:
    """Optional columns: `containers.TYPE.CONNECTION` → (type, connection)."""
    return {
        f"containers.{type}.{name}": (type, name)
        for type in context.types
        for name in context.names
    }


def _check_header(
    header: list[str], columns: Iterable[str], context: MemberContext, problems: Problems
) -> bool:
    known = (*context.names, *columns)
    before = len(problems.found)
    for number, name in enumerate(header, start=1):
        if name in header[: number - 1]:
            problems.add(f"line 1, column {number}", f'"{name}" appears twice')
        elif name not in known:
            rule = f'unknown column "{name}"{did_you_mean(name, known)}'
            problems.add(f"line 1, column {number}", rule, known)
    for name in context.names:
        if name not in header:
            problems.add("line 1", f'there is no column "{name}"', known)
    return len(problems.found) == before


def _from_row(
    header: list[str],
    row: list[str],
    columns: Mapping[str, tuple[str, str]],
    context: MemberContext,
    place: Problems,
) -> Iterator[Placed]:
    if len(row) != len(header):
        place.add("", f"has {len(row)} cells, the first line has {len(header)}")
        return
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    containers: dict[str, dict[str, str]] = {}
    for column, (type, name) in columns.items():
        if cells.get(column):
            containers.setdefault(type, {})[name] = cells[column]
    empty = [name for name in context.names if not cells[name]]
    for name in empty:
        place.add(f"column {name}", "is empty", "the name of an account")
    if not empty:
        yield _member(cells, containers, context), place


def _check_unique(placed: list[Placed], names: PerSide[str]) -> None:
    """An account is in a sync once: two counterparts would fight over its records."""
    for side_name, pick in ((names.left, 0), (names.right, 1)):
        seen: set[str] = set()
        for member, place in placed:
            account = tuple(member.accounts)[pick]
            if account_key(account) in seen:
                place.add(side_name, f"the account {account} is already a member of this sync")
            seen.add(account_key(account))


def account_key(account: str) -> str:
    """What makes two account names the same: addresses and user names regardless of case; ids,
    which may differ in nothing but case, exactly.
    """
    return account.casefold() if "@" in account else account
