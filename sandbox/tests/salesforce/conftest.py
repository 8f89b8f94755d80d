"""One stand-in and one client per test: cheap, and nothing leaks from test to test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from syncline_sandbox.testing import SalesforceSandbox

BASE = "/services/data/v66.0"


class Api:
    """A plain HTTP client with a token; paths are below the API version."""

    def __init__(self, sandbox: SalesforceSandbox, token: str | None = None) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or sandbox.token}"

    def __call__(
        self, method: str, path: str, *, version: str = "v66.0", **options: Any
    ) -> requests.Response:
        url = path if path.startswith("http") else f"{self.sandbox.url}/services/data/{version}"
        target = url if path.startswith("http") else f"{url}/{path}"
        return self.session.request(method, target, timeout=30, **options)

    def soql(self, query: str, *, deleted: bool = False, **options: Any) -> requests.Response:
        resource = "queryAll" if deleted else "query"
        return self("GET", resource, params={"q": query}, **options)

    def records(self, query: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        response = self.soql(query, deleted=deleted)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["records"]
        return found

    def column(self, query: str, *, deleted: bool = False) -> list[Any]:
        """The first selected field of every row."""
        rows = self.records(query, deleted=deleted)
        return [next(v for k, v in row.items() if k != "attributes") for row in rows]

    def composite(self, *subrequests: dict[str, Any], all_or_none: bool = False) -> list[Any]:
        body = {"allOrNone": all_or_none, "compositeRequest": list(subrequests)}
        response = self("POST", "composite", json=body)
        assert response.status_code == 200, response.text
        found: list[Any] = response.json()["compositeResponse"]
        return found

    def close(self) -> None:
        self.session.close()


@pytest.fixture
def sf() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def api(sf: SalesforceSandbox) -> Iterator[Api]:
    client = Api(sf)
    yield client
    client.close()


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()[0]["errorCode"]


@pytest.fixture
def refused() -> Any:
    return error_of
