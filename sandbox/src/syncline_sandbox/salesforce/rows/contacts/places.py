"""States and countries in rows, for orgs that made picklists of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline_sandbox.salesforce.errors import RowError
from syncline_sandbox.salesforce.schema.places import COUNTRIES, STATES


def settle_places(
    prefixes: Sequence[str], given: dict[str, Any], stored: dict[str, Any]
) -> tuple[dict[str, Any], list[RowError]]:
    """Completes name by code and code by name in each address that `given` touches, by the prefixes
    of the addresses' fields.

    `stored` is the row before. Returns what to store instead, and an error for every state or
    country that is not in the list.
    """
    result, errors = dict(given), list[RowError]()
    for prefix in prefixes:
        names = [f"{prefix}{n}" for n in ("Country", "CountryCode", "State", "StateCode")]
        if not any(name in given for name in names):
            continue
        country = _settle(f"{prefix}Country", COUNTRIES, result, stored, errors)
        _settle(f"{prefix}State", STATES.get(country or "", {}), result, stored, errors)
    return result, errors


def _settle(
    name: str,
    choices: dict[str, str],
    result: dict[str, Any],
    stored: dict[str, Any],
    errors: list[RowError],
) -> str | None:
    code_name = f"{name}Code"
    if name not in result and code_name not in result:
        code: str | None = stored.get(code_name)
        return code
    wanted = result.get(code_name) or result.get(name)
    if wanted is None:
        result[name] = result[code_name] = None
        return None
    by_name = {label.lower(): code for code, label in choices.items()}
    code = wanted if wanted in choices else by_name.get(str(wanted).lower())
    if code is None:
        errors.append(_unknown(name))
        return None
    result[name], result[code_name] = choices[code], code
    return code


def _unknown(name: str) -> RowError:
    what = "country" if name.endswith("Country") else "state"
    message = (
        f"There's a problem with this {what}, even though it may appear correct. "
        f"Please choose a valid {what}.: {name}"
    )
    return RowError("FIELD_INTEGRITY_EXCEPTION", message, (name,))
