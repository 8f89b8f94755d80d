"""query, queryAll, and the server cursors that lead from page to page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.ids import PREFIXES, make_id
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.service.requests import Context, answer, flag
from syncline_sandbox.salesforce.soql import run
from syncline_sandbox.salesforce.soql.described import described
from syncline_sandbox.salesforce.soql.grouping import is_grouped
from syncline_sandbox.salesforce.stamps import stamp
from syncline_sandbox.salesforce.store.recent import note

PAGE, SMALLEST_PAGE, LARGEST_PAGE = 2000, 200, 2000
CURSOR_LIFE = timedelta(days=2)


def query(context: Context, *, include_deleted: bool = False) -> Answer:
    """GET with the query in `q`; with `columns=true` its columns instead of its rows."""
    text = context.call.query.get("q", "")
    org, base = context.org, context.base
    user = context.actor.user_id
    prepared = run.prepare(org, text, user, include_deleted=include_deleted, base=base)
    if flag(context.call.query.get("columns")):
        return answer(described(prepared))
    if is_grouped(prepared.query):
        groups = run.group_records(prepared)
        return answer(_result(groups, len(groups)))
    ids = run.matching_ids(prepared)
    if run.is_count(prepared.query):
        return answer(_result([], len(ids)))
    page = _page_size(context)
    records = _read(prepared, ids[:page])
    result = _result(records, len(ids))
    if len(ids) > page:
        locator = _open_cursor(org, prepared, ids, page)
        result |= {"done": False, "nextRecordsUrl": _address(base, locator, page)}
    return answer(result)


def more(context: Context, locator: str) -> Answer:
    """GET of the next page; a cursor lives for two days."""
    match = re.fullmatch(r"([0-9A-Za-z]{18})-(\d+)", locator)
    org = context.org
    cursor = match and org.storage.row("SELECT * FROM cursor WHERE id = ?", match.group(1))
    alive_from = stamp(org.now() - CURSOR_LIFE)
    lost = org.environment.quirks.fires("locator-lost")
    if not match or cursor is None or cursor["opened_at"] <= alive_from or lost:
        raise refuse("INVALID_QUERY_LOCATOR", "invalid query locator")
    ids, start = json.loads(cursor["ids"]), int(match.group(2))
    if start >= len(ids):
        raise refuse("INVALID_QUERY_LOCATOR", "invalid query locator")
    deleted = bool(cursor["include_deleted"])
    user, base = context.actor.user_id, context.base
    prepared = run.prepare(org, cursor["query"], user, include_deleted=deleted, base=base)
    end = start + min(cursor["page"], _page_size(context))
    result = _result(_read(prepared, ids[start:end]), len(ids))
    if end < len(ids):
        address = _address(context.base, match.group(1), end)
        if org.environment.quirks.fires("looping-next-link"):
            address = _address(context.base, match.group(1), start)
        result |= {"done": False, "nextRecordsUrl": address}
    return answer(result)


def _read(prepared: run.Prepared, ids: list[str]) -> list[dict[str, Any]]:
    """A page of rows, noted as viewed or referenced if the query says so."""
    records = run.read_rows(prepared, ids)
    uses = prepared.query.tracking
    if uses:
        note(prepared.org, prepared.kind, ids, prepared.catalogue.viewer.user_id, uses)
    return records


def _result(records: list[dict[str, Any]], total: int) -> dict[str, Any]:
    return {"totalSize": total, "done": True, "records": records}


def _page_size(context: Context) -> int:
    small = context.org.environment.quirks.fires("small-pages")
    if small:
        return int(small["size"])
    header = context.call.header("sforce-query-options") or ""
    match = re.search(r"batchSize\s*=\s*(\d+)", header, re.IGNORECASE)
    return min(max(int(match.group(1)), SMALLEST_PAGE), LARGEST_PAGE) if match else PAGE


def _open_cursor(org: Org, prepared: run.Prepared, ids: list[str], page: int) -> str:
    locator = make_id(PREFIXES["QueryCursor"], org.storage.next("id:QueryCursor"))
    org.storage.run(
        "INSERT INTO cursor VALUES (?, ?, ?, ?, ?, ?)",
        *(locator, prepared.text, prepared.include_deleted, json.dumps(ids)),
        *(page, stamp(org.now())),
    )
    return locator


def _address(base: str, locator: str, start: int) -> str:
    return f"{base}/query/{locator}-{start}"
