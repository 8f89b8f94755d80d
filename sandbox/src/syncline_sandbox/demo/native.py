"""A card of the demo in the words of each service. The connectors' mapping is not used here."""

from __future__ import annotations

from typing import Any

from syncline_sandbox.demo.data import Address, Card


def for_graph(card: Card) -> dict[str, Any]:
    """The body of a contact in Microsoft Graph."""
    body: dict[str, Any] = {
        "givenName": card.given,
        "surname": card.family,
        "displayName": card.name,
        "companyName": card.company,
        "jobTitle": card.title,
        "department": card.department,
        "emailAddresses": [{"address": each, "name": card.name} for each in card.emails],
        "businessPhones": list(card.work_phones),
        "mobilePhone": card.mobile,
        "businessAddress": _graph_address(card.business),
        "homeAddress": _graph_address(card.home),
        "birthday": f"{card.birthday}T11:59:00Z" if card.birthday else None,
        "categories": list(card.categories),
        "personalNotes": card.notes,
    }
    return {name: value for name, value in body.items() if value}


def _graph_address(address: Address | None) -> dict[str, str] | None:
    if address is None:
        return None
    return {
        "street": address.street,
        "city": address.city,
        "state": address.region,
        "postalCode": address.postal_code,
        "countryOrRegion": address.country,
    }


def for_salesforce(card: Card, account: str | None, owner: str) -> dict[str, Any]:
    """The body of a Salesforce Contact; `account` and `owner` are ids."""
    body: dict[str, Any] = {
        "FirstName": card.given,
        "LastName": card.family,
        "AccountId": account,
        "OwnerId": owner,
        "Title": card.title,
        "Department": card.department,
        "Email": card.emails[0] if card.emails else None,
        "Phone": card.work_phones[0] if card.work_phones else None,
        "MobilePhone": card.mobile,
        "Birthdate": card.birthday,
        "Description": card.notes,
        **_salesforce_address(card.business),
    }
    return {name: value for name, value in body.items() if value}


def _salesforce_address(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        "MailingStreet": address.street,
        "MailingCity": address.city,
        "MailingState": address.region,
        "MailingPostalCode": address.postal_code,
        "MailingCountry": address.country,
    }
