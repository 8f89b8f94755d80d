"""The generated pages hold every command and key, and `--check` notices when they do not."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from syncline.cli.exit_codes import EXIT_CODES
from syncline.cli.reference.__main__ import generate
from syncline.cli.reference.commands import commands_page
from syncline.cli.reference.configuration import configuration_page
from syncline.cli.root import COMMANDS
from syncline.config.document import (
    ConnectionTable,
    Document,
    GuardsTable,
    MemberTable,
    ObjectTable,
    PluginsTable,
    StateTable,
    SyncTable,
)


def test_every_command_and_exit_code_is_on_its_page():
    page = commands_page()
    assert all(f"### `syncline {name}" in page for name in COMMANDS)
    assert all(f"\n| {code} | " in page for code in EXIT_CODES)


@pytest.mark.parametrize(
    "model",
    [
        Document,
        StateTable,
        PluginsTable,
        ConnectionTable,
        SyncTable,
        MemberTable,
        ObjectTable,
        GuardsTable,
    ],
)
def test_every_key_is_on_its_page_with_its_meaning(model):
    page = configuration_page()
    for name, info in model.model_fields.items():
        assert f"| `{name}` |" in page
        assert info.description in page


def test_check_fails_until_the_pages_are_current(tmp_path):
    run = CliRunner().invoke
    assert run(generate, [str(tmp_path), "--check"]).exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert run(generate, [str(tmp_path)]).exit_code == 0
    assert run(generate, [str(tmp_path), "--check"]).exit_code == 0
    (tmp_path / "cli.md").write_text("edited by hand")
    stale = run(generate, [str(tmp_path), "--check"])
    assert (stale.exit_code, "cli.md" in stale.output) == (1, True)
