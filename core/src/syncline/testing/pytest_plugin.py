"""The pytest plugin: object types as parameters, known gaps as strict expected failures, and a
summary of what was not checked and why. Light on purpose: it is loaded in every pytest run.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

pytest.register_assert_rewrite("syncline.testing.contract", "syncline.testing.world")

PROPERTY: Final = "syncline-conformance"


def _contract(node: Any) -> Any:
    """The contract class a test belongs to, None for any other test."""
    owner = getattr(node, "cls", None)
    return owner if getattr(owner, "syncline_conformance", False) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each object type the connector offers, and for each matcher."""
    contract = _contract(metafunc)
    if contract is not None and "matcher" in metafunc.fixturenames:
        metafunc.parametrize("matcher", sorted(contract.matchers))
    if contract is not None and "type_name" in metafunc.fixturenames:
        metafunc.parametrize("type_name", [each.name for each in contract.connector_type.types])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Known gaps must fail; a gap that names no test is an error in the contract class."""
    named: dict[Any, set[str]] = {}
    for item in items:
        contract = _contract(item)
        if contract is None:
            continue
        item.user_properties.append((PROPERTY, contract.connector_type.name))
        names = {item.name, getattr(item, "originalname", item.name)}
        named.setdefault(contract, set()).update(names)
        for name in names & set(contract.known_gaps):
            item.add_marker(pytest.mark.xfail(reason=contract.known_gaps[name], strict=True))
    for contract in named:
        unknown = [gap for gap in contract.known_gaps if not hasattr(contract, gap.split("[")[0])]
        if unknown:
            raise pytest.UsageError(f"{contract.__name__}.known_gaps names no test: {unknown}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Silence is never a pass: say what was skipped, and which gaps are known."""
    lines = [
        f"{connector}: {'::'.join(report.nodeid.split('::')[1:])}: {word}: {_reason(report)}"
        for state, word in (("skipped", "not checked"), ("xfailed", "known gap"))
        for report in terminalreporter.stats.get(state, ())
        for name, connector in getattr(report, "user_properties", ())
        if name == PROPERTY
    ]
    if lines:
        terminalreporter.section("syncline conformance")
        for line in sorted(set(lines)):
            terminalreporter.line(line)


def _reason(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    details = report.longrepr
    text = details[2] if isinstance(details, tuple) else str(details)
    return str(text).removeprefix("Skipped: ")
