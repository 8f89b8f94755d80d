"""The commands that need no session: init, plugins, config."""

from __future__ import annotations

import json
import stat
import tomllib

import pytest

CONFIG = """
installation = "test-1234"
[state]
key = { env = "SYNCLINE_KEY" }
"""


def test_init_writes_a_configuration_a_key_and_a_list_of_members(syncline, tmp_path):
    ended = syncline("init", "--for", "left=memory,right=memory")
    assert (ended.code, ended.err) == (0, "")
    tables = tomllib.loads((tmp_path / "syncline.toml").read_text())
    assert tables["syncs"]["left-right"]["between"] == ["left", "right"]
    assert (tmp_path / "members.csv").read_text() == "left,right\n"
    assert stat.S_IMODE((tmp_path / "syncline.key").stat().st_mode) == 0o600


def test_what_init_writes_is_a_configuration_once_members_are_listed(syncline, tmp_path):
    syncline("init", "--for", "left=memory,right=memory")
    ended = syncline("config", "show")
    assert (ended.code, "names no member" in ended.err) == (3, True)
    with (tmp_path / "members.csv").open("a") as members:
        members.write("ann,ann\n")
    assert syncline("config", "show").code == 0


def test_init_uses_outlook_and_salesforce_where_nothing_else_is_said(syncline, tmp_path):
    assert syncline("init").code == 0
    tables = tomllib.loads((tmp_path / "syncline.toml").read_text())
    assert set(tables["connections"]) == {"outlook", "salesforce"}
    assert tables["syncs"]["outlook-salesforce"]["rules"] == "salesforce-for-outlook"


def test_init_overwrites_nothing(syncline, tmp_path):
    (tmp_path / "syncline.key").write_text("precious")
    assert syncline("init", "--for", "a=memory,b=memory").code == 0
    assert (tmp_path / "syncline.key").read_text() == "precious"
    before = (tmp_path / "syncline.toml").read_text()
    ended = syncline("init", "--for", "a=memory,b=memory")
    assert ended.code == 2
    assert "overwrites nothing" in ended.err
    assert (tmp_path / "syncline.toml").read_text() == before


@pytest.mark.parametrize("name", ["syncline.toml", "syncline.key", "members.csv"])
def test_init_writes_nothing_beside_a_link_that_leads_nowhere(syncline, tmp_path, name):
    (tmp_path / name).symlink_to(tmp_path / "elsewhere" / "absent")
    ended = syncline("init", "--for", "a=memory,b=memory")
    assert ended.code == 2
    assert f"{name} is a link to a file that is not there" in ended.err
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("systems", ["memory", "memory,memory", "a=memory,b=memory,c=memory"])
def test_init_needs_two_systems_of_different_names(syncline, tmp_path, systems):
    assert syncline("init", "--for", systems).code == 2
    assert list(tmp_path.iterdir()) == []


def test_init_for_a_connector_that_is_not_installed_says_what_to_install(syncline, tmp_path):
    ended = syncline("init", "--for", "memory,hubspot")
    assert ended.code == 3
    assert "hubspot" in ended.err and "hint:" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_init_into_a_folder_that_is_not_there(syncline):
    ended = syncline("init", "--for", "a=memory,b=memory", "-c", "nowhere/syncline.toml")
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_plugins_list_needs_no_configuration(syncline):
    ended = syncline("plugins", "list", "--json")
    assert ended.code == 0
    memory = next(each for each in ended.document["plugins"] if each["name"] == "memory")
    assert (memory["state"], memory["distribution"]) == ("loaded", "syncline")
    assert "memory" in syncline("plugins", "list").out


def test_plugins_list_obeys_the_configuration_even_if_it_is_wrong_otherwise(syncline, tmp_path):
    (tmp_path / "syncline.toml").write_text('nonsense = 1\n[plugins]\ndisabled = ["memory"]\n')
    plugins = syncline("plugins", "list", "--json").document["plugins"]
    assert next(each for each in plugins if each["name"] == "memory")["state"] == "disabled"


def test_config_schema_is_one_json_schema(syncline):
    ended = syncline("config", "schema")
    assert ended.code == 0
    assert ended.document["$schema"].startswith("https://json-schema.org")


def test_config_show_as_toml_and_as_json(syncline, tmp_path):
    (tmp_path / "syncline.toml").write_text(CONFIG)
    shown = tomllib.loads(syncline("config", "show").out)
    assert shown["state"]["key"] == {"env": "SYNCLINE_KEY"}
    document = syncline("config", "show", "--redacted", "--json").document
    assert document["command"] == "config show"
    assert document["configuration"]["installation"] == "***"


def test_json_is_ascii_and_nothing_but_json(syncline, tmp_path):
    (tmp_path / "syncline.toml").write_text(CONFIG + '[plugins]\ndisabled = ["Zoë"]\n')
    out = syncline("--json", "config", "show").out
    assert out.isascii()
    assert json.loads(out)["configuration"]["plugins"]["disabled"] == ["Zoë"]


@pytest.mark.parametrize("name", ["what?", "100%", "a%20b", "c#d", "x&y=z", "sp ace"])
def test_the_state_is_beside_the_configuration_whatever_the_folder_is_called(
    syncline, tmp_path, name
):
    folder = tmp_path / name
    folder.mkdir()
    path = str(folder / "syncline.toml")
    syncline("--config", path, "init", "--for", "left=memory,right=memory")
    with (folder / "members.csv").open("a") as members:
        members.write("ann,ann\n")

    assert syncline("--config", path, "status").code == 0
    assert syncline("--config", path, "state", "backup", str(folder / "copy.sqlite")).code == 0
    files = {each.name for each in folder.iterdir()}
    assert {"syncline.sqlite", "copy.sqlite", "syncline.key", "members.csv"} <= files
    assert [each.name for each in tmp_path.iterdir()] == [name]
