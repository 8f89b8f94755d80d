"""What was found out about connections, and about plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from syncline.cli.render.parts import COLOR, heading, line, table
from syncline.cli.render.text import count_text, printable
from syncline.plugin.discovery import PluginInfo
from syncline.plugin.requests import CheckResult

if TYPE_CHECKING:
    from syncline.run.session import ConnectionCheck


def check_parts(checks: Iterable[ConnectionCheck]) -> Iterator[Text]:
    """Per connection: every finding with its level, and the way out."""
    for check in checks:
        yield heading(f"{check.name} ({check.connector})")
        if check.error is not None:
            yield from _finding("error", type(check.error).__name__, check.error.message)
            yield from _hint(check.error.hint)
        if check.report is not None:
            for result in check.report.results:
                yield from _finding(result.level, result.id, result.message)
                yield from _hint(result.hint)
            if check.report.ok:
                yield line(("ok", COLOR["ok"]), f"       store {check.report.store}", indent=2)


def doctor_parts(findings: Sequence[CheckResult]) -> Iterator[Text]:
    """Every finding with its level and the way out, then the sum."""
    for each in findings:
        yield from _finding(each.level, each.id, each.message)
        yield from _hint(each.hint)
    bad = [each.level for each in findings if each.level != "ok"]
    counts = ", ".join(count_text(bad.count(level), level) for level in ("error", "warning"))
    yield heading(counts if bad else "Nothing is wrong.")


def _finding(level: str, id: str, message: str) -> Iterator[Text]:
    yield line((f"{level:<8} ", COLOR[level]), f"{id}: {printable(message)}", indent=2)


def _hint(hint: str) -> Iterator[Text]:
    if hint:
        yield line(f"hint: {printable(hint)}", indent=11)


def plugin_parts(plugins: Iterable[PluginInfo]) -> Iterator[Any]:
    """Every plugin with its state, and why it is in it."""
    rows = [
        [each.name, each.state, each.distribution, each.version, ", ".join(each.connectors)]
        for each in plugins
    ]
    yield table(["plugin", "state", "distribution", "version", "connectors"], rows)
    for each in plugins:
        if each.reason:
            yield line((f"{each.name}: ", COLOR["warning"]), printable(each.reason))
