"""The identity endpoint `/id/ORG/USER`, to which the `id` of every token answer leads.

Members as in Salesforce Help, "Identity URLs" (remoteaccess_using_openid), and in answers recorded
by omniauth-salesforce and the Mobile SDK; pictures and Chatter addresses are left out.
"""

from __future__ import annotations

from typing import Any

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.service.organization import identity_url, organization_id
from syncline_sandbox.salesforce.service.requests import NEWEST, answer
from syncline_sandbox.salesforce.service.sessions import live_session, token_of
from syncline_sandbox.salesforce.stamps import from_stamp
from syncline_sandbox.salesforce.store.tables import table
from syncline_sandbox.storage import Row

_URLS = {
    "enterprise": "/services/Soap/c/{version}/ORG",
    "metadata": "/services/Soap/m/{version}/ORG",
    "partner": "/services/Soap/u/{version}/ORG",
    "rest": "/services/data/v{version}/",
    "sobjects": "/services/data/v{version}/sobjects/",
    "search": "/services/data/v{version}/search/",
    "query": "/services/data/v{version}/query/",
    "recent": "/services/data/v{version}/recent/",
    "profile": "/USER",
    "custom_domain": "",
}


def identity(org: Org, call: Call, organization: str, user: str) -> Answer:
    """GET or POST: who a user of the organization is, to whoever has a token of it."""
    given = token_of(call) or call.query.get("oauth_token") or call.form().get("oauth_token", "")
    session = live_session(org, given)
    if session is None:
        return _refused(403, "Bad_OAuth_Token" if given else "Missing_OAuth_Token")
    if normal_id(organization) != organization_id(org):
        return _refused(403, "Wrong_Org")
    row = org.storage.row(
        f"SELECT * FROM {table('User')} WHERE Id = ?",  # noqa: S608 - constant
        normal_id(user),
    )
    if row is None:
        return _refused(404, "Bad_Id")
    if not row["IsActive"]:
        return _refused(404, "Inactive")
    asserted = {"asserted_user": row["Id"] == session["user"]}
    return answer(_facts(org, call, row) | asserted | {"urls": _urls(org, call, row["Id"])})


def _refused(status: int, reason: str) -> Answer:
    """The codes of Salesforce Help, "Identity URL Response"."""
    return Answer(status, reason.encode(), media_type="text/plain")


def _facts(org: Org, call: Call, user: Row) -> dict[str, Any]:
    modified = from_stamp(user["LastModifiedDate"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": identity_url(org, call.base_url, user["Id"]),
        "user_id": user["Id"],
        "organization_id": organization_id(org),
        "username": user["Username"],
        "nick_name": user["CommunityNickname"],
        "display_name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "first_name": user["FirstName"],
        "last_name": user["LastName"],
        "timezone": user["TimeZoneSidKey"],
        "addr_street": user["Street"],
        "addr_city": user["City"],
        "addr_state": user["State"],
        "addr_country": user["Country"],
        "addr_zip": user["PostalCode"],
        "mobile_phone": user["MobilePhone"],
        "mobile_phone_verified": False,
        "status": {"created_date": None, "body": None},
        "active": bool(user["IsActive"]),
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "utcOffset": 0,
        "last_modified_date": modified,
        "is_app_installed": True,
    }


def _urls(org: Org, call: Call, user_id: str) -> dict[str, str]:
    """Addresses with `{version}` in them, unless the call names one (`version=latest`)."""
    named = call.query.get("version", "{version}")
    version = f"{NEWEST}.0" if named == "latest" else named
    values = {"ORG": organization_id(org)[:15], "USER": user_id, "{version}": version}
    urls = {name: call.base_url + path for name, path in _URLS.items()}
    for mark, value in values.items():
        urls = {name: url.replace(mark, value) for name, url in urls.items()}
    return urls
