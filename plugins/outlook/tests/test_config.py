from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from syncline_outlook.config import CLOUDS, OutlookConfig

BASE: dict[str, Any] = {
    "tenant_id": "contoso.example",
    "client_id": "0000-11",
    "client_secret": {"env": "S"},
}


def config(**changes: Any) -> OutlookConfig:
    return OutlookConfig(**{**BASE, **changes})


@pytest.mark.parametrize("cloud", list(CLOUDS))
def test_every_cloud_has_its_own_hosts(cloud: Any) -> None:
    found = config(cloud=cloud)
    assert found.graph == f"{CLOUDS[cloud].graph}/v1.0"
    assert found.login == CLOUDS[cloud].login
    assert found.scope_host == CLOUDS[cloud].graph


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:3/v1.0", "https://graph.example"],
)
def test_plain_http_is_accepted_for_this_machine_only(url: str) -> None:
    assert config(graph_url=url).graph.endswith("/v1.0")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com", "http://10.0.0.1", "ftp://localhost", "graph.example",
        "http://127.0.0.1.evil.example", "https://user@graph.example", "https://graph.example?x=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["graph_url", "login_url"])
def test_unsafe_urls_are_refused_with_the_key_named(key: str, url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        config(**{key: url})
    assert key in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": None},
        {"certificate": {"pem": {"env": "C"}}},
        {"sign_in": "device_code"},
        {"tenant_id": "common"},
        {"tenant_id": "a/b"},
        {"client_secret": "in-the-open"},
        {"page_size": 0},
        {"page_size": 1001},
        {"cloud": "germany"},
        {"folder": "Contacts"},
    ],
)
def test_contradictory_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(**changes)


def test_a_secret_written_into_the_file_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        config(certificate={"pem": {"env": "C"}})
    assert "exactly one of client_secret, certificate" in str(caught.value)


def test_nothing_of_a_secret_is_in_the_settings_repr(tmp_path: Any) -> None:
    place = tmp_path / "secret"
    place.write_text("hunter2-very-secret")
    found = config(client_secret={"file": str(place)})
    assert "hunter2" not in repr(found) + str(found.model_dump())
    assert found.client_secret is not None
    assert "hunter2" not in repr(found.client_secret.resolve())
