"""The file as a whole: what it becomes, and how everything wrong with it is reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.config.load import load
from syncline.config.problems import InvalidConfigurationError
from syncline.config.read import chosen_plugins
from syncline.errors import ConfigurationError
from syncline.plugin.discovery import ALL, NONE, Choice

BOTH = 'direction = "both"\nconflict = "crm_wins"\n'


def test_a_whole_file_becomes_values(load_text, contact, tmp_path):
    configuration = load_text(contact(BOTH))
    assert configuration.path == tmp_path / "syncline.toml"
    assert configuration.installation == "test-1234"
    assert configuration.state.url == f"sqlite:///{tmp_path}/syncline.sqlite"
    assert configuration.state.key.env == "SYNCLINE_KEY"
    assert configuration.state.history_days == 30
    assert configuration.state.history_runs == 100
    assert configuration.connections["mail"].connector == "mailbox"
    assert configuration.connections["mail"].config.tenant == "contoso"
    assert configuration.connections["mail"].config.page_size == 100
    assert configuration.syncs["sales"].rules == "open"


def test_a_missing_file_points_at_init(tmp_path, offer):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "syncline.toml", offer)
    assert "syncline init" in caught.value.hint
    assert caught.value.exit_code == 3


def test_a_directory_is_no_file(tmp_path, offer):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, offer)


def test_broken_toml_names_the_line(load_text):
    with pytest.raises(ConfigurationError, match="line 2"):
        load_text('installation = "a"\n[state\n')


def test_bytes_that_are_not_utf8_are_refused(tmp_path, offer):
    path = tmp_path / "syncline.toml"
    path.write_bytes(b'installation = "\xff"')
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load(path, offer)


@pytest.mark.parametrize(
    "text",
    [
        'installation = "a\\u0000b"',
        '[state]\nkey = { file = "a\\U00000000" }',
        '[plugins]\ndisabled = ["\\u0000"]',
        '"\\u0000" = 1',
        f"[state]\nhistory_days = {'9' * 5000}",
        f"x = {'[' * 100_000}",
    ],
)
def test_what_no_file_holds_is_refused_wherever_it_is(tmp_path, offer, text):
    path = tmp_path / "syncline.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"NUL|not valid TOML"):
        load(path, offer)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("state = 3", "state"),
        ("[connections]\ncrm = 3", "connections.crm"),
        ("[syncs]\nsales = 3", "syncs.sales"),
        ("[syncs.sales]\nobjects = 3", "syncs.sales.objects"),
    ],
)
def test_a_value_in_the_place_of_a_table_is_called_so(problems_of, text, key):
    assert {problem.key: problem.rule for problem in problems_of(text)}[key] == "must be a table"


def test_a_value_in_the_place_of_the_guards_is_called_so(problem_of):
    problem = problem_of(f"{BOTH}guards = 3")
    assert (problem.key, problem.rule) == (
        "syncs.sales.objects.contact.guards",
        "must be a table",
    )


def test_a_byte_order_mark_is_no_problem(load_text, contact):
    assert load_text("\ufeff" + contact(BOTH)).installation == "test-1234"


def test_all_problems_are_reported_at_once_with_their_places(problems_of, contact):
    body = 'direction = "sideways"\nmax_records = 5\n[syncs.sales.objects.task]\ndirection = "none"'
    text = contact(body).replace('tenant = "contoso"', 'tenat = "contoso"')
    keys = [problem.key for problem in problems_of(text)]
    assert keys == [
        "connections.mail.tenant",
        "connections.mail.tenat",
        "syncs.sales.objects.contact.direction",
        "syncs.sales.objects.task",
    ]


def test_the_message_names_file_key_rule_and_what_is_allowed(load_text, contact, tmp_path):
    with pytest.raises(InvalidConfigurationError) as caught:
        load_text(contact('direction = "sideways"'))
    assert caught.value.message == (
        "the configuration cannot be used: 1 problem\n"
        f"  {tmp_path}/syncline.toml: syncs.sales.objects.contact.direction: "
        '"sideways" is not a direction here\n'
        "    allowed: none, mail_to_crm, crm_to_mail, both"
    )
    assert caught.value.exit_code == 3


def test_a_secret_typed_into_the_file_never_appears_in_the_message(load_text, contact):
    text = contact(BOTH).replace('{ env = "MAIL_SECRET" }', '"hunter2-very-secret"')
    with pytest.raises(InvalidConfigurationError) as caught:
        load_text(text)
    assert "hunter2" not in f"{caught.value!r} {caught.value.message} {caught.value.context}"
    (problem,) = caught.value.problems
    assert problem.key == "connections.mail.secret"
    assert '{ env = "NAME" }' in problem.allowed


def test_a_secret_names_exactly_one_place(problems_of, contact):
    text = contact(BOTH).replace('{ env = "MAIL_SECRET" }', '{ env = "A", file = "b" }')
    (problem,) = problems_of(text)
    assert (problem.key, problem.rule) == (
        "connections.mail.secret",
        "must name exactly one place",
    )


def test_files_of_secrets_are_beside_the_configuration(load_text, contact, tmp_path):
    text = contact(BOTH).replace('{ env = "SYNCLINE_KEY" }', '{ file = "state.key" }')
    text = text.replace('{ env = "MAIL_SECRET" }', '{ file = "/run/secrets/mail" }')
    configuration = load_text(text)
    assert configuration.state.key.file == tmp_path / "state.key"
    assert configuration.connections["mail"].config.secret.file == Path("/run/secrets/mail")


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("sqlite:///data/own.sqlite", "sqlite:///{folder}/data/own.sqlite"),
        ("sqlite:////var/lib/own.sqlite", "sqlite:////var/lib/own.sqlite"),
        ("sqlite:///own.sqlite?timeout=5", "sqlite:///{folder}/own.sqlite?timeout=5"),
        ("postgresql+psycopg://sync@db/syncline", "postgresql+psycopg://sync@db/syncline"),
    ],
)
def test_databases(load_text, contact, tmp_path, url, becomes):
    text = contact(BOTH).replace("[state]", f'[state]\nurl = "{url}"')
    assert load_text(text).state.url == becomes.format(folder=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db/x",
        "syncline.sqlite",
        "postgresql://u:pw@db/x",
        "postgresql://db/x?password=pw",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///:memory:?timeout=5",
        "sqlite:///?timeout=5",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:///own.sqlite?foo=bar",
        "sqlite:///own.sqlite?timeout=5&uri=true",
        "sqlite://folder/own.sqlite",
    ],
)
def test_databases_that_cannot_be(problems_of, contact, url):
    text = contact(BOTH).replace("[state]", f'[state]\nurl = "{url}"')
    (problem,) = problems_of(text)
    assert problem.key == "state.url"
    assert "pw" not in str(problem)


@pytest.mark.parametrize("installation", ["", "ab", "has space", "x" * 65, "-abc"])
def test_installation_ids_that_cannot_be(problems_of, contact, installation):
    (problem,) = problems_of(contact(BOTH).replace("test-1234", installation))
    assert problem.key == "installation"


def test_installation_and_key_are_required(problems_of):
    keys = {problem.key for problem in problems_of("[state]\nhistory_days = 3\n")}
    assert keys == {"installation", "state.key"}


@pytest.mark.parametrize("name", ["a_to_b", "newest", "direction", '"my crm"', "1st"])
def test_connection_names_that_would_make_words_ambiguous(problems_of, head, name):
    (problem,) = problems_of(f'{head}\n[connections.{name}]\nconnector = "crm"\n')
    assert problem.rule == "is not a name for a connection"


def test_an_unknown_connector_says_what_is_installed_and_what_to_do(problems_of, head):
    (problem,) = problems_of(f'{head}\n[connections.x]\nconnector = "mailbocks"\n')
    assert problem.key == "connections.x.connector"
    assert "mailbox" in problem.rule
    assert "Did you mean" in problem.allowed


def test_a_missing_connector_is_no_problem_while_only_resting_syncs_use_it(load_text, head):
    text = f"""{head}
[connections.old]
connector = "not-installed"
[syncs.pilot]
between = ["mail", "old"]
enabled = false
members = []
"""
    configuration = load_text(text)
    assert set(configuration.connections) == {"mail", "crm"}
    assert configuration.syncs == {}


def test_which_plugins_take_part_is_known_before_anything_is_checked(tmp_path):
    path = tmp_path / "syncline.toml"
    assert chosen_plugins(path) == ALL
    path.write_text('[plugins]\ndisabled = ["sandbox"]\nonly = ["outlook"]\nnonsense = 1\n')
    assert chosen_plugins(path) == Choice(frozenset({"sandbox"}), frozenset({"outlook"}))
    for unusable in (
        "[plugins",
        "plugins = 1",
        "[plugins]\nonly = 7",
        '[plugins]\nonly = "memory"',
    ):
        path.write_text(unusable)
        assert chosen_plugins(path) == NONE
    path.write_text("[state]")
    assert chosen_plugins(path) == ALL


def test_a_plugin_that_is_to_take_part_and_is_not_installed_is_a_problem(problems_of, contact):
    text = contact(BOTH).replace("[state]", '[plugins]\nonly = ["memroy"]\n[state]', 1)
    (problem,) = problems_of(text)
    assert problem.key == "plugins.only"
    assert "no plugin 'memroy' is installed" in problem.rule
