"""Signing in against the stand-in, through msal and a real socket."""

from __future__ import annotations

import gzip
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from syncline.errors import ConfigurationError, Reconnect, Retry, Stop, SynclineError
from syncline.model.rights import Right
from syncline.plugin.requests import AccountListRequest, AccountsRequest, CheckRequest
from syncline.testing.scripted import Answer, in_turn, scripted
from syncline_outlook.sign_in.refusals import refused_sign_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey, days: int = 365) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "syncline")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


def pem(key: rsa.RSAPrivateKey, passphrase: bytes | None = None, days: int = 365) -> str:
    lock: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return (private + certificate(key, days)).decode()


def stored(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    (tmp_path / name).write_text(text)
    return {"file": str(tmp_path / name)}


def check(connector: Any, *accounts: str, thorough: bool = True) -> Any:
    request = CheckRequest(types=("contact",), accounts=tuple(accounts), thorough=thorough)  # type: ignore[arg-type]
    return connector.check(request)


# ---- as the app ---------------------------------------------------------------------------------


def test_a_secret_signs_in_and_the_report_names_the_tenant(outlook: Any) -> None:
    report = check(outlook.connector, outlook.account)
    assert report.ok
    assert report.store == outlook.box.sandbox.tenant_id
    assert report.types["contact"].name == "contact"
    assert abs(report.server_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert set(outlook.calls) == {"check"}


def test_a_mailbox_that_is_only_read_needs_the_permission_to_read(graph: Any, connect: Any) -> None:
    graph.change_app(roles=["Contacts.Read"])
    connector = connect()

    def said(**rights: frozenset[Right]) -> Any:
        results = connector.check(CheckRequest(types=("contact",), rights=rights)).results
        return next(each for each in results if each.id == "permissions")

    assert said(contact=frozenset()).message == "Contacts.Read is granted"
    written = said(contact=frozenset({"update"}))
    assert (written.level, "Contacts.ReadWrite" in written.hint) == ("warning", True)


def test_a_thorough_check_says_that_private_contacts_are_synced_too(outlook: Any) -> None:
    said = [each.message for each in check(outlook.connector).results if "private" in each.message]
    assert said == ["contacts marked private are synced like all others"]
    assert "private" not in str(check(outlook.connector, thorough=False).results)


def test_a_certificate_signs_in(graph: Any, connect: Any, tmp_path: Path, key: Any) -> None:
    graph.change_app(certificate=certificate(key).decode())
    settings = {"pem": stored(tmp_path, "app.pem", pem(key))}
    report = check(connect(client_secret=None, certificate=settings))
    (expiry,) = [each for each in report.results if each.id == "credentials.expiry"]
    assert expiry.level == "ok"
    assert "2027-11-21" in expiry.message


def test_a_locked_key_signs_in_with_its_passphrase(
    graph: Any, connect: Any, tmp_path: Path, key: Any
) -> None:
    graph.change_app(certificate=certificate(key).decode())
    settings = {
        "pem": stored(tmp_path, "app.pem", pem(key, b"open sesame")),
        "passphrase": stored(tmp_path, "passphrase", "open sesame"),
    }
    assert check(connect(client_secret=None, certificate=settings)).ok


@pytest.mark.parametrize(("days", "level"), [(10, "warning"), (-1, "error")])
def test_a_certificate_that_ends_soon_is_reported(
    connect: Any, tmp_path: Path, key: Any, days: int, level: str
) -> None:
    settings = {"pem": stored(tmp_path, "app.pem", pem(key, days=days))}
    report = check(connect(client_secret=None, certificate=settings))
    assert [each.level for each in report.results if each.id == "credentials.expiry"] == [level]
    assert report.ok is (level == "warning")


def test_a_certificate_that_is_not_the_apps_must_reconnect(
    graph: Any, connect: Any, tmp_path: Path, key: Any
) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    graph.change_app(certificate=certificate(other).decode())
    settings = {"pem": stored(tmp_path, "app.pem", pem(key))}
    with pytest.raises(Reconnect, match="AADSTS700027"):
        check(connect(client_secret=None, certificate=settings))


@pytest.mark.parametrize("problem", ["no certificate", "wrong passphrase", "no passphrase", "junk"])
def test_a_certificate_that_cannot_be_read_is_a_configuration_error(
    connect: Any, tmp_path: Path, key: Any, problem: str
) -> None:
    texts = {"no certificate": pem(key).split("-----BEGIN CERT")[0], "junk": "not a pem"}
    settings = {"pem": stored(tmp_path, "pem", texts.get(problem, pem(key, b"right")))}
    if problem == "wrong passphrase":
        settings["passphrase"] = stored(tmp_path, "passphrase", "wrong")
    with pytest.raises(ConfigurationError) as caught:
        check(connect(client_secret=None, certificate=settings))
    assert "PRIVATE KEY" not in str(caught.value)


def test_a_missing_secret_names_its_place(connect: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        check(connect(client_secret={"file": str(tmp_path / "nowhere")}))


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({"client_secret": "wrong"}, "AADSTS7000215", "secret"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "AADSTS700016", "client_id"),
        ({"tenant_id": "nobody.example"}, "AADSTS90002", "tenant_id"),
    ],
)
def test_refused_credentials_name_microsofts_code_and_the_way_out(
    connect: Any, tmp_path: Path, changes: dict[str, Any], code: str, hint: str
) -> None:
    if "client_secret" in changes:
        changes = {"client_secret": stored(tmp_path, "other", "wrong")}
    with pytest.raises(Reconnect) as caught:
        check(connect(**changes))
    assert code in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"error_description": "AADSTS7000222: expired"}, Reconnect, "expired"),
        ({"error_codes": [700082]}, Reconnect, "expired"),
        ({"error": "interaction_required"}, Reconnect, "interaction_required"),
        ({"error": "temporarily_unavailable"}, Retry, "busy"),
        (None, Reconnect, "not accepted"),
    ],
)
def test_refusals_are_told_apart(answer: Any, kind: type, words: str) -> None:
    found = refused_sign_in(answer)
    assert isinstance(found, kind)
    assert words in str(found)


@pytest.mark.parametrize(
    ("quirk", "options", "after"),
    [("rate-limit", {"retry_after": 4}, 4.0), ("server-error", {}, None),
     ("commit-then-drop", {}, None)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_a_busy_sign_in_service_means_the_call_was_not_sent(
    outlook: Any, quirk: str, options: Any, after: float | None, path: str
) -> None:
    outlook.box.sandbox.quirk(quirk, 1, path=path, **options)
    with pytest.raises(Retry) as caught:
        outlook.create({"given_name": "G"})
    assert (caught.value.after, caught.value.reached) == (after, False)
    assert outlook.create({"given_name": "G"})[0].id


def test_a_token_in_an_answer_that_is_cut_off_is_not_logged(
    outlook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """msal logs what it cannot parse, whole and as an error."""
    outlook.box.sandbox.quirk("malformed-body", 1, path="/token")
    with caplog.at_level(logging.DEBUG), pytest.raises(Stop):
        outlook.page()

    assert "eyJ" not in caplog.text


def test_a_malformed_answer_of_the_sign_in_service_stops(outlook: Any) -> None:
    outlook.box.sandbox.quirk("malformed-body", 1, path="/token")
    with pytest.raises(Stop, match="sign-in"):
        outlook.page()


@pytest.mark.parametrize("body", [b"x" * 2_000_000, gzip.compress(b" " * 50_000_000)])
def test_an_answer_of_the_sign_in_service_without_end_is_cut_off(connect: Any, body: bytes) -> None:
    packed = {"Content-Encoding": "gzip"} if body[:1] != b"x" else {}
    answer = in_turn(Answer(200, packed, body))
    with scripted(answer) as service, pytest.raises(Stop, match="larger than"):
        check(connect(login_url=service.url))
    assert len(service.seen) == 1


# ---- what check finds ---------------------------------------------------------------------------


def test_an_app_without_permission_is_stopped_with_what_to_grant(
    graph: Any, outlook: Any, connect: Any
) -> None:
    graph.change_app(roles=["User.Read.All"])
    with pytest.raises(Stop) as caught:
        check(connect(), outlook.account)
    assert "Contacts.ReadWrite" in caught.value.hint


def test_an_app_that_may_only_read_is_warned(graph: Any, outlook: Any, connect: Any) -> None:
    graph.change_app(roles=["Contacts.Read"])
    report = check(connect(), outlook.account)
    assert [each.level for each in report.results if each.id == "permissions"] == ["warning"]


def test_one_closed_mailbox_is_a_warning_and_the_others_go_on(graph: Any, outlook: Any) -> None:
    shut = graph.add_mailbox("shut@example.test")
    shut.set_access("denied")
    report = check(outlook.connector, outlook.account, shut.id)
    (found,) = [each for each in report.results if each.id == "mailbox"]
    assert report.ok
    assert shut.id in found.message


def test_of_a_type_that_is_not_synced_nothing_is_asked_and_nothing_is_said(
    graph: Any, outlook: Any, connect: Any
) -> None:
    graph.change_app(roles=[])
    request = CheckRequest(types=(), accounts=(outlook.account,), thorough=True)
    report = connect().check(request)
    assert [(each.id, each.level) for each in report.results] == [("credentials", "ok")]
    assert "contact" not in str(report.results).lower()
    assert [call for call in graph.calls() if "contactFolders" in call["path"]] == []


# ---- as a person --------------------------------------------------------------------------------


class Approving(logging.Handler):
    """The person who reads the code and uses it."""

    def __init__(self, graph: Any, mailbox: str | None) -> None:
        super().__init__()
        self.graph, self.mailbox = graph, mailbox
        self.shown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "/devices/" in text:
            self.shown.append(text)
            self.graph.approve_device(text.rsplit("/", 1)[1].rstrip("."), self.mailbox)


@pytest.fixture
def approving(graph: Any) -> Any:
    graph.add_mailbox("ada@example.test")
    handler = Approving(graph, "ada@example.test")
    logger = logging.getLogger("syncline")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


PERSON = {"sign_in": "device_code", "client_secret": None}


def test_a_person_signs_in_once_and_later_connections_use_that(
    graph: Any, connect: Any, approving: Any, memory_tokens: Any
) -> None:
    assert check(connect(tokens=memory_tokens, **PERSON)).ok
    later = connect(tokens=memory_tokens, **PERSON)
    (account,) = later.accounts(AccountsRequest(names=("me",))).accounts
    assert account.id == graph.mailbox("ada@example.test").id
    assert check(later).ok
    assert len(approving.shown) == 1


def test_a_person_lists_nobody_but_themselves(
    graph: Any, connect: Any, approving: Any, memory_tokens: Any
) -> None:
    graph.add_mailbox("bob@example.test")
    connector = connect(tokens=memory_tokens, **PERSON)
    check(connector)
    page = connector.list_accounts(AccountListRequest())
    assert [each.name for each in page.accounts] == ["me"]
    assert page.next is None


def test_a_person_who_has_not_signed_in_is_sent_to_check(connect: Any, graph: Any) -> None:
    with pytest.raises(Reconnect) as caught:
        connect(**PERSON).accounts(AccountsRequest(names=("me",)))
    assert "syncline check" in caught.value.hint


def test_a_revoked_token_of_a_person_is_renewed_and_the_new_sign_in_kept(
    graph: Any, connect: Any, approving: Any, memory_tokens: Any
) -> None:
    connector = connect(tokens=memory_tokens, **PERSON)
    check(connector)
    before = dict(memory_tokens.kept)
    graph.revoke_tokens()
    assert check(connector).ok
    assert memory_tokens.kept != before
    assert len(approving.shown) == 1


def test_a_person_who_declines_must_sign_in_again(graph: Any, connect: Any, approving: Any) -> None:
    approving.mailbox = None
    with pytest.raises(Reconnect):
        check(connect(**PERSON))


# ---- hygiene ------------------------------------------------------------------------------------


def test_no_secret_and_no_personal_data_is_in_a_log_a_repr_or_an_error(
    graph: Any, outlook: Any, connect: Any, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = graph.client_secret
    outlook.create({"given_name": "Hildegard", "emails": ("hildegard@bingen.test",)})
    _, cursor = outlook.round()
    errors: list[SynclineError] = []
    for quirk in ("malformed-body", "server-error", "commit-then-drop", "rate-limit"):
        graph.quirk(quirk, 1)
        with pytest.raises(SynclineError) as caught:
            outlook.page(cursor=cursor)
        errors.append(caught.value)
    with pytest.raises(SynclineError) as refused:
        check(connect(client_secret=stored(tmp_path, "w", "wrong-but-still-secret")))
    errors.append(refused.value)
    token = outlook.connector._tokens.token()
    said = [repr(outlook.connector), repr(outlook.connector.config), caplog.text]
    said += [repr(each) + str(each.context) + each.hint for each in errors]
    said += [repr(each.__context__) + repr(each.__cause__) for each in errors]
    for hidden in (secret, token, "wrong-but-still-secret", "Hildegard", "hildegard@bingen.test"):
        assert not any(hidden in each for each in said)


def test_a_kept_sign_in_is_json_for_the_encrypted_store(
    connect: Any, approving: Any, memory_tokens: Any
) -> None:
    check(connect(tokens=memory_tokens, **PERSON))
    (kept,) = memory_tokens.kept.values()
    assert "RefreshToken" in json.loads(kept)
