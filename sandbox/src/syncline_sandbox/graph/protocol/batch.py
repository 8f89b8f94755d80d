"""`POST /$batch`: up to twenty requests in one, answered in any order.

Rules and messages: learn.microsoft.com/graph/json-batching.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, bad_request, error_answer
from syncline_sandbox.graph.protocol.routes import ROOT, Routes, body_of
from syncline_sandbox.graph.sign_in.tokens import Principal
from syncline_sandbox.messages import Answer, Call, JsonObject

LIMIT = 20
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
PATH = "/$batch"


@dataclass(frozen=True)
class Step:
    """One request of a batch."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    depends_on: tuple[str, ...]

    def target(self) -> tuple[str, str]:
        """Path from the version root on, and query; the URL may be relative or absolute."""
        parts = urlsplit(self.url)
        path = parts.path if parts.scheme else f"{ROOT}/{parts.path.lstrip('/')}"
        return path, parts.query


class BatchRoute:
    """Runs the requests of a batch one by one through the same way as any other call."""

    def __init__(self, environment: Environment, perform: Callable[[Call], Answer]) -> None:
        self._environment = environment
        self._perform = perform

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.add("POST", PATH, self._batch)

    def _batch(self, call: Call, principal: Principal) -> Answer:
        steps = read_steps(body_of(call))
        answers: dict[str, JsonObject] = {}
        for step in steps:
            failed = [name for name in step.depends_on if answers[name]["status"] >= 400]
            inner = inner_call(call, step)
            answer = self._dependency_failed(inner) if failed else self._perform(inner)
            answers[step.id] = _inner_response(step, answer)
        shuffled = list(answers.values())
        self._environment.shuffler("batch").shuffle(shuffled)
        return Answer(200, {"responses": shuffled})

    def _dependency_failed(self, call: Call) -> Answer:
        failure = Failure(424, "FailedDependency", "A request this one depends on has failed.")
        return error_answer(failure, call, self._environment.clock.now())


def read_steps(body: JsonObject) -> Sequence[Step]:
    """The requests of a batch in the order they have to run; raises `Failure` (400)."""
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > LIMIT:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {LIMIT}.")
    steps = [_step(request) for request in requests]
    if len({step.id for step in steps}) < len(steps):
        raise bad_request("Invalid batch payload format: Request Id must be unique in a batch.")
    return _in_order(steps)


def inner_call(call: Call, step: Step) -> Call:
    """The call a step stands for; it is made with the batch's token."""
    path, query = step.target()
    headers = {name.lower(): str(value) for name, value in step.headers.items()}
    if authorization := call.header("authorization"):
        headers["authorization"] = authorization
    body = b"" if step.body is None else json.dumps(step.body).encode()
    return Call(step.method, path, query, headers, body, base_url=call.base_url, outer=call.number)


def _step(request: Any) -> Step:
    if not isinstance(request, dict):
        raise bad_request("Invalid batch payload format.")
    identifier, method, url = (request.get(name) for name in ("id", "method", "url"))
    if not isinstance(identifier, str) or not identifier:
        raise bad_request("Invalid batch payload format: a request lacks its id.")
    if not isinstance(url, str) or not isinstance(method, str) or method.upper() not in METHODS:
        raise bad_request(f"Invalid batch payload format: request id {identifier}.")
    headers, body = request.get("headers") or {}, request.get("body")
    if body is not None and "content-type" not in {name.lower() for name in headers}:
        raise bad_request(
            f"Write request id : {identifier} does not contain Content-Type header or body."
        )
    step = Step(
        identifier, method.upper(), url, headers, body, tuple(request.get("dependsOn") or ())
    )
    if step.target()[0].replace("%24", "$").casefold().endswith(PATH):
        raise bad_request(f"Batch requests cannot be nested: request id {identifier}.")
    return step


def _in_order(steps: Sequence[Step]) -> Sequence[Step]:
    waiting, ordered = list(steps), dict[str, Step]()
    while waiting:
        ready = [step for step in waiting if all(name in ordered for name in step.depends_on)]
        if not ready:
            raise bad_request("Invalid batch payload format: dependsOn names no earlier request.")
        ordered |= {step.id: step for step in ready}
        waiting = [step for step in waiting if step.id not in ordered]
    return list(ordered.values())


def _written(content: bytes, media_type: str) -> str:
    """A body that is no JSON: text as it is, anything else as base64 (json-batching)."""
    if media_type.startswith(("text/", "application/json")):
        return content.decode("utf-8", "replace")
    return urlsafe_b64encode(content).decode()


def _inner_response(step: Step, answer: Answer) -> JsonObject:
    headers = dict(answer.headers)
    content = answer.content
    if isinstance(content, bytes):
        content = _written(content, answer.media_type)
    if content is not None:
        headers["Content-Type"] = answer.media_type
    response: JsonObject = {"id": step.id, "status": answer.status, "headers": headers}
    return response if content is None else {**response, "body": content}
