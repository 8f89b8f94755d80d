"""What the people do between the first and the second run, and what must then be true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.demo.data import (
    AMARA,
    MIRIAM,
    NEW_IN_OUTLOOK,
    NEW_IN_SALESFORCE,
    TOMAS,
    Card,
    Colleague,
)
from syncline_sandbox.demo.stage import Stage

MOBILE, TITLE, MAIL = "+47 990 98 765", "Procurement Director", "jh@hoffmann-gruppe.example"


@dataclass(frozen=True)
class Scene:
    """Something that happens, told in a sentence, and what Syncline must make of it."""

    story: str
    act: Callable[[Stage], None]
    promise: str
    holds: Callable[[Stage], bool]


def _card(cards: tuple[Card, ...], family: str) -> Card:
    return next(card for card in cards if card.family == family)


SOLVEIG = _card(MIRIAM.outlook, "Åsmundsen")
JUERGEN = _card(MIRIAM.outlook, "Hoffmann")
BEATRICE = _card(TOMAS.outlook, "Finch")
RECEPTION = _card(AMARA.outlook, "Fax-Number")


def _edit_different_fields(stage: Stage) -> None:
    stage.edit_in_outlook(MIRIAM, SOLVEIG, {"mobilePhone": MOBILE})
    stage.edit_in_salesforce(SOLVEIG, {"Title": TITLE})


def _both_edits_on_both_sides(stage: Stage) -> bool:
    there, here = stage.salesforce_contact(SOLVEIG), stage.outlook_contact(MIRIAM, SOLVEIG)
    return (
        (here.get("mobilePhone"), here.get("jobTitle"))
        == (there.get("MobilePhone"), there.get("Title"))
        == (MOBILE, TITLE)
    )


def _edit_the_same_field(stage: Stage) -> None:
    stage.edit_in_outlook(TOMAS, BEATRICE, {"jobTitle": "Managing Partner"})
    stage.edit_in_salesforce(BEATRICE, {"Title": "Equity Partner"})


def _salesforce_won(stage: Stage) -> bool:
    there, here = stage.salesforce_contact(BEATRICE), stage.outlook_contact(TOMAS, BEATRICE)
    return there.get("Title") == here.get("jobTitle") == "Equity Partner"


def _addresses(contact: dict[str, Any]) -> set[str]:
    return {each["address"].lower() for each in contact.get("emailAddresses", ())}


def _one_address_replaced(stage: Stage) -> bool:
    wanted = {MAIL, *(each.lower() for each in JUERGEN.emails[1:])}
    return _addresses(stage.outlook_contact(MIRIAM, JUERGEN)) == wanted


def _on_both_sides(stage: Stage, colleague: Colleague, card: Card) -> bool:
    return bool(stage.outlook_contact(colleague, card) and stage.salesforce_contact(card))


SCENES = (
    Scene(
        f"Miriam gives {SOLVEIG.name} a new mobile number in Outlook; "
        "at the same time her job title is changed in Salesforce",
        _edit_different_fields,
        "different fields of one contact: both edits are now on both sides",
        _both_edits_on_both_sides,
    ),
    Scene(
        f"Tomás and the back office both change the job title of {BEATRICE.name}, differently",
        _edit_the_same_field,
        "the same field on both sides is a conflict; the rule says that Salesforce wins",
        _salesforce_won,
    ),
    Scene(
        f"In Salesforce, which holds one of {JUERGEN.given} {JUERGEN.family}'s three e-mail "
        "addresses, that one is changed",
        lambda stage: stage.edit_in_salesforce(JUERGEN, {"Email": MAIL}),
        "that one is replaced in Outlook, and the other two are still there",
        _one_address_replaced,
    ),
    Scene(
        "Amara deletes an outdated entry in Outlook",
        lambda stage: stage.delete_in_outlook(AMARA, RECEPTION),
        "it is gone from Salesforce as well",
        lambda stage: not stage.salesforce_contact(RECEPTION),
    ),
    Scene(
        f"Miriam enters {NEW_IN_OUTLOOK.name} in Outlook",
        lambda stage: stage.add_to_outlook(MIRIAM, NEW_IN_OUTLOOK),
        "she is in Salesforce too",
        lambda stage: _on_both_sides(stage, MIRIAM, NEW_IN_OUTLOOK),
    ),
    Scene(
        f"{NEW_IN_SALESFORCE.name} is entered in Salesforce and given to Amara",
        lambda stage: stage.add_to_salesforce(AMARA, NEW_IN_SALESFORCE),
        "he is in her Outlook too",
        lambda stage: _on_both_sides(stage, AMARA, NEW_IN_SALESFORCE),
    ),
)
