"""Where a token may go: the configured instance and those of its domain, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Stop
from syncline.testing.scripted import Answer, in_turn, scripted
from syncline_salesforce.rest.instances import belongs

ACME = "https://acme.my.salesforce.com"
UAT = "https://acme--uat.sandbox.my.salesforce.com"
LOGIN = "https://login.salesforce.com"


@pytest.mark.parametrize(
    ("instance", "configured"),
    [
        (ACME, ACME),
        ("https://ACME.my.salesforce.com", ACME),
        (UAT, UAT),
        ("https://acme--uat.my.salesforce.com", UAT),
        ("https://acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.my.salesforce.com"),
        (ACME, LOGIN),
        (UAT, "https://test.salesforce.com"),
        ("https://na139.salesforce.com", LOGIN),
        (ACME, "https://na139.salesforce.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_an_instance_of_the_configured_domain_may_have_the_token(
    instance: str, configured: str
) -> None:
    assert belongs(instance, configured)


@pytest.mark.parametrize(
    ("instance", "configured"),
    [
        ("https://evil.example", ACME),
        ("https://acme.my.salesforce.com.evil.example", ACME),
        ("https://acme.my.evil.example", ACME),
        ("https://evil.my.salesforce.com", ACME),
        ("https://acme.evil.example/.my.salesforce.com", ACME),
        (UAT, ACME),
        (ACME, UAT),
        ("https://acme.my.salesforce.com:8443", ACME),
        ("http://acme.my.salesforce.com", ACME),
        ("https://user@acme.my.salesforce.com", ACME),
        ("https://evilsalesforce.com", LOGIN),
        ("https://evil.example", LOGIN),
        ("https://acme.my.salesforce.com", "https://gateway.example"),
        ("https://evil.example", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8080"),
        ("http://127.0.0.1", ACME),
    ],
)
def test_any_other_instance_may_not(instance: str, configured: str) -> None:
    assert not belongs(instance, configured)


@pytest.mark.parametrize("named", ["http://127.0.0.1:1", "https://evil.example", "nowhere", "//x"])
def test_a_token_for_another_instance_stops_before_anything_is_sent_there(
    org: Any, named: str
) -> None:
    token = {"access_token": "token-47", "instance_url": named}
    with scripted(in_turn(Answer.json(token))) as endpoint:
        connection = org.connect(instance_url=endpoint.url)
        with pytest.raises(Stop, match="does not belong to the configured one") as refused:
            connection.check()
    assert [asked.path for asked in endpoint.seen] == ["/services/oauth2/token"]
    assert "instance_url" in refused.value.hint
    assert "token-47" not in f"{refused.value} {refused.value.hint} {refused.value.context}"
