"""A stand-in by https: its certificate is trusted where it is named, and nowhere else."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from click.testing import CliRunner
from cryptography import x509
from simple_salesforce import Salesforce

from syncline_sandbox.certificate import NotOurs, make_certificate
from syncline_sandbox.cli import sandbox
from syncline_sandbox.testing import GraphSandbox, SalesforceSandbox

PROGRAM = [sys.executable, "-c", "from syncline_sandbox.cli import sandbox; sandbox()"]


@contextmanager
def served(*arguments: str) -> Iterator[dict[str, Any]]:
    command = [*PROGRAM, "serve", *arguments, "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_a_client_that_speaks_https_only_comes_as_it_is() -> None:
    """simple-salesforce puts https before every address."""
    with SalesforceSandbox.start(tls=True) as sf, requests.Session() as session:
        session.trust_env, session.verify = False, str(sf.certificate)
        client = Salesforce(
            session_id=sf.token, instance_url=sf.url, session=session, version="66.0"
        )
        record_id = client.Contact.create({"LastName": "Hopper"})["id"]
        assert sf.url.startswith("https://127.0.0.1:")
        assert [row["Id"] for row in sf.rows("Contact")] == [record_id]


def test_addresses_in_answers_are_https() -> None:
    with SalesforceSandbox.start(tls=True) as sf:
        context = ssl.create_default_context(cafile=sf.certificate)
        form = {
            "grant_type": "client_credentials",
            "client_id": sf.client_id,
            "client_secret": sf.client_secret,
        }
        body = httpx.post(f"{sf.url}/services/oauth2/token", data=form, verify=context).json()
        assert body["instance_url"] == sf.url
        assert body["id"].startswith(f"{sf.url}/id/00D")


def test_graph_is_served_so_too_and_a_quirk_still_cuts_the_connection() -> None:
    with GraphSandbox.start(tls=True) as graph:
        graph.add_mailbox("ada@example.test")
        context = ssl.create_default_context(cafile=graph.certificate)
        headers = {"Authorization": f"Bearer {graph.credentials()['token']}"}
        users = f"{graph.credentials()['graph']}/users"
        with httpx.Client(verify=context, headers=headers) as client:
            assert client.get(users).json()["value"][0]["mail"] == "ada@example.test"
            graph.quirk("drop-before-commit", 1)
            with pytest.raises(httpx.TransportError):
                client.get(users)
            assert client.get(users).status_code == 200


def test_who_does_not_trust_it_does_not_connect() -> None:
    with SalesforceSandbox.start(tls=True) as sf:
        with pytest.raises(httpx.ConnectError, match="certificate"):
            httpx.get(sf.url)
        other = make_certificate()
        context = ssl.create_default_context(cadata=other.authority.decode())
        with pytest.raises(httpx.ConnectError, match="certificate"):
            httpx.get(sf.url, verify=context)


def test_several_stand_ins_are_trusted_in_one_file(tmp_path: Path) -> None:
    with GraphSandbox.start(tls=True) as graph, SalesforceSandbox.start(tls=True) as sf:
        both = tmp_path / "both.pem"
        trusted = (Path(str(each.certificate)).read_bytes() for each in (graph, sf))
        both.write_bytes(b"".join(trusted))
        context = ssl.create_default_context(cafile=both)
        for url in (graph.url, sf.url):
            assert httpx.get(f"{url}/_sandbox/clock", verify=context).status_code == 200


def test_the_certificate_is_for_this_machine_alone() -> None:
    made = make_certificate()
    shown = x509.load_pem_x509_certificate(made.shown)
    authority = x509.load_pem_x509_certificate(made.authority)
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert {str(each) for each in names.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", "::1"}
    assert not shown.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    shown.verify_directly_issued_by(authority)
    assert b"PRIVATE" not in made.authority + made.shown
    assert "PRIVATE" not in repr(made)


def test_the_command_line_writes_what_is_to_be_trusted(tmp_path: Path) -> None:
    trusted = tmp_path / "sandbox.pem"
    for _ in range(2):  # a second stand-in replaces what the first one wrote
        with served("salesforce", "--certificate", str(trusted)) as facts:
            assert facts["certificate"] == str(trusted)
            sf = SalesforceSandbox.attach(facts["url"], trusted)
            assert sf.rows("Contact") == []
            sf.close()


def test_without_a_name_the_certificate_is_in_a_file_of_its_own() -> None:
    with served("graph", "--tls") as facts:
        assert facts["url"].startswith("https://")
        graph = GraphSandbox.attach(facts["url"], facts["certificate"])
        assert graph.mailboxes() == []
        graph.close()


def test_no_other_file_is_written_over(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("mine", encoding="utf-8")
    with pytest.raises(NotOurs):
        make_certificate().write_authority(other)
    result = CliRunner().invoke(sandbox, ["serve", "salesforce", "--certificate", str(other)])
    assert result.exit_code == 1
    assert "no certificate of a stand-in" in result.output
    assert other.read_text("utf-8") == "mine"
