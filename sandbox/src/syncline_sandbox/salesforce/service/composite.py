"""Composite, graphs and batch: several calls in one, counted as one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.service.references import BadReferenceError, resolve
from syncline_sandbox.salesforce.service.requests import Context, answer, flag

MAX_SUBREQUESTS = 25
MAX_HEAVY = 5
"""Subrequests that may be collections or queries."""
MAX_GRAPHS, MAX_NODES = 75, 500
HALTED = "The transaction was rolled back since another operation in the same transaction failed."

_HEAVY = re.compile(r"/services/data/v[\d.]+/(composite/sobjects|query|queryAll)\b", re.IGNORECASE)
_FORBIDDEN_HEADERS = frozenset({"accept", "authorization", "content-type"})
_NESTED = re.compile(r"/services/data/v[\d.]+/composite(/graph|/batch)?/?", re.IGNORECASE)
_URL = re.compile(r"/services/data/v\d+\.0/\S.*", re.DOTALL)

Perform = Callable[[Call], Answer]


@dataclass(frozen=True)
class Subrequest:
    """One call within a composite call."""

    method: str
    url: str
    reference: str
    body: Any
    headers: Mapping[str, str]


class _Halted(Exception):
    """Takes the whole composite call back."""

    def __init__(self, position: int, response: dict[str, Any]) -> None:
        super().__init__()
        self.position = position
        self.response = response


def composite(context: Context, perform: Perform) -> Answer:
    """POST of `compositeRequest`; `perform` answers one call within this one."""
    body = context.body()
    subrequests = [_subrequest(item) for item in _list(body)]
    _check(subrequests)
    if flag(body.get("allOrNone")):
        responses, _ = _all_or_none(context, subrequests, perform)
    else:
        responses = _run(context, subrequests, perform)
    return answer({"compositeResponse": responses})


def graphs(context: Context, perform: Perform) -> Answer:
    """POST of `graphs`: each a list of subrequests that succeeds or fails as a whole."""
    found = _list(context.body(), "graphs")
    if len(found) > MAX_GRAPHS or sum(len(_list(g)) for g in found) > MAX_NODES:
        raise refuse("LIMIT_EXCEEDED", f"Limit of {MAX_NODES} nodes in {MAX_GRAPHS} graphs reached")
    return answer({"graphs": [_graph(context, graph, perform) for graph in found]})


def batch(context: Context, perform: Perform) -> Answer:
    """POST of `batchRequests`: independent calls, their addresses without `/services/data/`."""
    body = context.body()
    items = _list(body, "batchRequests")
    if len(items) > MAX_SUBREQUESTS:
        raise refuse("LIMIT_EXCEEDED", f"Limit of {MAX_SUBREQUESTS} reached for: BATCH_REQUESTS")
    results: list[dict[str, Any]] = []
    for item in items:
        path = str(item.get("url", "")).removeprefix("/services/data").lstrip("/")
        whole = {"method": item.get("method"), "url": f"/services/data/{path}", "referenceId": "b"}
        subrequest = _subrequest(whole | {"body": item.get("richInput")})
        failed = any(result["statusCode"] >= 400 for result in results)
        if failed and flag(body.get("haltOnError")):
            response = _halt(subrequest, "Batch processing halted per request")
        else:
            response = _one(context, subrequest, {}, perform, all_or_none=False)
        results.append({"statusCode": response["httpStatusCode"], "result": response["body"]})
    return answer({"hasErrors": any(r["statusCode"] >= 400 for r in results), "results": results})


def _graph(context: Context, graph: dict[str, Any], perform: Perform) -> dict[str, Any]:
    subrequests = [_subrequest(item) for item in _list(graph)]
    responses, successful = _all_or_none(context, subrequests, perform)
    return {
        "graphId": graph.get("graphId"),
        "graphResponse": {"compositeResponse": responses},
        "isSuccessful": successful,
    }


def _all_or_none(
    context: Context, subrequests: list[Subrequest], perform: Perform
) -> tuple[list[dict[str, Any]], bool]:
    try:
        with context.org.storage.transaction():
            return _run(context, subrequests, perform, all_or_none=True), True
    except _Halted as halted:
        responses = [_halt(subrequest, HALTED) for subrequest in subrequests]
        responses[halted.position] = halted.response
        return responses, False


def _run(
    context: Context,
    subrequests: list[Subrequest],
    perform: Perform,
    *,
    all_or_none: bool = False,
) -> list[dict[str, Any]]:
    responses: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    for position, subrequest in enumerate(subrequests):
        response = _one(context, subrequest, answers, perform, all_or_none=all_or_none)
        responses.append(response)
        if response["httpStatusCode"] < 300:
            answers[subrequest.reference] = response["body"]
        if all_or_none and _failed(response):
            raise _Halted(position, response)
    return responses


def _one(
    context: Context,
    subrequest: Subrequest,
    answers: Mapping[str, Any],
    perform: Perform,
    *,
    all_or_none: bool,
) -> dict[str, Any]:
    try:
        url = str(resolve(subrequest.url, answers))
        body = resolve(subrequest.body, answers)
    except BadReferenceError as error:
        return _halt(subrequest, str(error))
    if all_or_none and isinstance(body, dict) and "/composite/sobjects" in url:
        body = body | {"allOrNone": True}
    return _response(subrequest, perform(_call(context.call, subrequest, url, body)))


def _call(outer: Call, subrequest: Subrequest, url: str, body: Any) -> Call:
    path, _, query = url.partition("?")
    headers = {
        "authorization": outer.header("authorization") or "",
        "content-type": "application/json",
    }
    return replace(
        outer,
        method=subrequest.method,
        path=path,
        query_string=query,
        headers=headers | dict(subrequest.headers),
        body=b"" if body is None else json.dumps(body).encode(),
        outer=outer.number,
        number=0,
    )


def _response(subrequest: Subrequest, result: Answer) -> dict[str, Any]:
    return {
        "body": result.content,
        "httpHeaders": dict(result.headers),
        "httpStatusCode": result.status,
        "referenceId": subrequest.reference,
    }


def _halt(subrequest: Subrequest, message: str) -> dict[str, Any]:
    error = [{"errorCode": "PROCESSING_HALTED", "message": message}]
    return _response(subrequest, Answer(400, error))


def _failed(response: dict[str, Any]) -> bool:
    body = response["body"]
    items = body if isinstance(body, list) else []
    refused = any(isinstance(item, dict) and item.get("success") is False for item in items)
    return refused or response["httpStatusCode"] >= 400


def _list(body: dict[str, Any], name: str = "compositeRequest") -> list[dict[str, Any]]:
    items = body.get(name)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refuse("JSON_PARSER_ERROR", f"{name} is required to be an array of objects")
    return items


def _subrequest(item: dict[str, Any]) -> Subrequest:
    method, url, reference = (item.get(name) for name in ("method", "url", "referenceId"))
    headers = item.get("httpHeaders") or {}
    if not all(isinstance(part, str) and part for part in (method, url, reference)):
        raise refuse("MISSING_ARGUMENT", "method, url and referenceId are required")
    if not isinstance(headers, dict) or _FORBIDDEN_HEADERS & {name.lower() for name in headers}:
        raise refuse("INVALID_INPUT", "Invalid header in httpHeaders")
    if not _URL.fullmatch(str(url)):
        raise refuse("INVALID_INPUT", f"Invalid URL in subrequest: {url}")
    if _NESTED.fullmatch(str(url)):
        raise refuse("INVALID_INPUT", "A composite request cannot hold another one")
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    return Subrequest(str(method).upper(), str(url), str(reference), item.get("body"), lower)


def _check(subrequests: list[Subrequest]) -> None:
    if len(subrequests) > MAX_SUBREQUESTS:
        message = f"Limit of {MAX_SUBREQUESTS} reached for: COMPOSITE_SUBREQUESTS"
        raise refuse("LIMIT_EXCEEDED", message)
    if sum(bool(_HEAVY.match(s.url)) for s in subrequests) > MAX_HEAVY:
        message = f"Limit of {MAX_HEAVY} reached for: COMPOSITE_COLLECTIONS_AND_QUERIES"
        raise refuse("LIMIT_EXCEEDED", message)
    references = [s.reference for s in subrequests]
    if len(set(references)) != len(references):
        raise refuse("INVALID_INPUT", "Duplicate referenceId in composite request")
    if not all(re.fullmatch(r"[A-Za-z0-9_]+", reference) for reference in references):
        raise refuse("INVALID_INPUT", "A referenceId holds letters, digits and underscores only")
