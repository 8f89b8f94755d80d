"""A contact of the corpus (in its neutral shape, from vCards and record files) as Graph JSON.

Graph has fewer places than a vCard. What finds none is counted by kind, so that the numbers add
up: nothing is dropped silently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]
_NO_PLACE = (
    "anniversary", "gender", "impps", "kind", "members", "other_properties", "photo", "rev",
    "role", "sort_string", "titles", "tz",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?")


def to_graph(row: Row) -> tuple[dict[str, Any], Counter[str]]:
    """The body of the contact, and what Graph has no place for, by kind."""
    lost: Counter[str] = Counter({name: 1 for name in _NO_PLACE if row.get(name)})
    body = {
        **_names(row, lost),
        **_work(row, lost),
        **_phones(row.get("tels", ()), lost),
        **_addresses(row.get("adrs", ()), lost),
        "emailAddresses": [
            {"address": each} for each in _at_most(3, _emails(row, lost), "more e-mails", lost)
        ],
        "birthday": _birthday(row.get("bday"), lost),
        "personalNotes": "\n\n".join(row.get("notes") or ()),
        "categories": list(dict.fromkeys(row.get("categories") or ())),
    }
    return {name: value for name, value in body.items() if value}, lost


def _names(row: Row, lost: Counter[str]) -> dict[str, Any]:
    parts = row.get("n") or {}
    name = {
        "givenName": parts.get("given"),
        "surname": parts.get("family"),
        "middleName": parts.get("additional"),
        "title": parts.get("prefix"),
        "generation": parts.get("suffix"),
    }
    written = row.get("fn") or ""
    if any(name.values()):
        plain = " ".join(filter(None, (name["givenName"], name["surname"])))
        lost["display name of one's own"] += bool(written) and written != plain
        return {**name, "nickName": row.get("nickname")}
    return {"displayName": written, "nickName": row.get("nickname")}


def _work(row: Row, lost: Counter[str]) -> dict[str, Any]:
    units: list[str] = [*(row.get("org") or ()), "", ""]
    company, department = units[:2]
    lost["more units of an organisation"] += len([each for each in units[2:] if each])
    pages = [each["value"] for each in row.get("urls") or ()]
    return {
        "companyName": company,
        "department": department,
        "jobTitle": row.get("title"),
        "businessHomePage": next(iter(_at_most(1, pages, "more web pages", lost)), None),
    }


def _emails(row: Row, lost: Counter[str]) -> list[str]:
    found = [each["value"].strip() for each in row.get("emails") or ()]
    usable = list(dict.fromkeys(each for each in found if "@" in each))
    lost["e-mail without @, or twice"] += len(found) - len(usable)
    return usable


def _phones(tels: Sequence[Row], lost: Counter[str]) -> dict[str, Any]:
    by_place: dict[str, list[str]] = {"work": [], "home": [], "cell": []}
    for tel in tels:
        kinds = set(tel.get("type") or ())
        if kinds & {"fax", "pager", "video", "text"} and "voice" not in kinds:
            lost["fax, pager, video, text"] += 1
            continue
        place = next((each for each in ("cell", "home") if each in kinds), "work")
        if (value := tel["value"].strip()) and value not in by_place[place]:
            by_place[place].append(value)
    return {
        "businessPhones": _at_most(2, by_place["work"], "more work phones", lost),
        "homePhones": _at_most(2, by_place["home"], "more home phones", lost),
        "mobilePhone": next(iter(_at_most(1, by_place["cell"], "more mobiles", lost)), None),
    }


def _addresses(places: Sequence[Row], lost: Counter[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place in places:
        kinds = set(place.get("type") or ())
        wanted = "homeAddress" if "home" in kinds else "businessAddress"
        slot = next((each for each in (wanted, "otherAddress") if each not in found), None)
        if slot is None:
            lost["more addresses"] += 1
            continue
        lines = (place.get("pobox"), place.get("ext"), place.get("street"))
        address = {
            "street": "\n".join(filter(None, lines)),
            "city": place.get("locality"),
            "state": place.get("region"),
            "postalCode": place.get("code"),
            "countryOrRegion": place.get("country"),
        }
        if address := {name: value for name, value in address.items() if value}:
            found[slot] = address
    return found


def _birthday(text: str | None, lost: Counter[str]) -> str | None:
    found = _DATE.fullmatch(text or "")
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:  # the thirtieth of February
        day = None
    lost["birthday that is no full date"] += bool(text) and day is None
    return f"{day.isoformat()}T11:59:00Z" if day else None


def _at_most(limit: int, values: list[str], kind: str, lost: Counter[str]) -> list[str]:
    lost[kind] += max(0, len(values) - limit)
    return values[:limit]
