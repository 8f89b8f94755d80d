"""The objects of an org's setup: User, Group, Organization, RecordType. The API only reads them."""

from __future__ import annotations

from syncline_sandbox.salesforce.schema.fields import (
    Field,
    address,
    audit,
    flag,
    lookup,
    phone,
    picklist,
    system,
    text,
)
from syncline_sandbox.salesforce.schema.object_type import ObjectType

USER = ObjectType(
    "User",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Username", 80, required=True, nillable=False),
        text("LastName", 80, required=True, nillable=False),
        text("FirstName", 40),
        system("Name", "string", length=121, nillable=False, label="Full Name"),
        text("CompanyName", 80),
        text("Division", 80),
        text("Department", 80),
        text("Title", 80),
        *address(""),
        Field("Email", "email", 128, required=True, nillable=False),
        phone("Phone"),
        phone("Fax"),
        phone("MobilePhone"),
        text("Alias", 8, nillable=False),
        text("CommunityNickname", 40, nillable=False),
        text("EmployeeNumber", 20),
        flag("IsActive", default=True),
        picklist("TimeZoneSidKey", 40, nillable=False, default="Europe/Berlin"),
        picklist("LocaleSidKey", 40, nillable=False, default="en_US"),
        picklist("EmailEncodingKey", 40, nillable=False, default="UTF-8"),
        picklist("LanguageLocaleKey", 40, nillable=False, default="en_US"),
        picklist("UserType", 40, "Standard", default="Standard"),
        text("FederationIdentifier", 512),
        lookup("ManagerId", "User"),
        system("LastLoginDate", "datetime"),
        *audit(),
    ),
    "Users",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
)

ACCESS = ("None", "Read", "Edit", "ReadEditTransfer", "ControlledByParent")
"""What an organization may let everybody do with everybody's rows."""

ORGANIZATION = ObjectType(
    "Organization",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 80, nillable=False),
        text("Division", 80),
        *address(""),
        phone("Phone"),
        phone("Fax"),
        text("PrimaryContact", 80),
        picklist("DefaultLocaleSidKey", 40, nillable=False, default="en_US"),
        picklist("TimeZoneSidKey", 40, nillable=False, default="Europe/Berlin"),
        picklist("LanguageLocaleKey", 40, nillable=False, default="en_US"),
        flag("ReceivesInfoEmails"),
        flag("ReceivesAdminInfoEmails"),
        system("FiscalYearStartMonth", "int", default=1),
        flag("UsesStartDateAsFiscalYearName"),
        picklist("DefaultAccountAccess", 40, *ACCESS, default="Edit"),
        picklist("DefaultContactAccess", 40, *ACCESS, default="ControlledByParent"),
        picklist("DefaultLeadAccess", 40, *ACCESS, default="ReadEditTransfer"),
        picklist("OrganizationType", 40, default="Developer Edition"),
        system("NamespacePrefix", "string", length=15),
        text("InstanceName", 5),
        flag("IsSandbox"),
        flag("IsReadOnly"),
        system("TrialExpirationDate", "datetime"),
        *audit(),
    ),
    "Organizations",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
    searchable=False,
)

RECORD_TYPE = ObjectType(
    "RecordType",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 80, required=True, nillable=False),
        text("DeveloperName", 80, nillable=False),
        text("SobjectType", 40, nillable=False),
        text("Description", 255),
        flag("IsActive", default=True),
        *audit(),
    ),
    "Record Types",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
    searchable=False,
)

GROUP = ObjectType(
    "Group",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 40, required=True, nillable=False),
        text("DeveloperName", 80),
        picklist("Type", 40, "Regular", "Queue", "Role", nillable=False, default="Queue"),
        Field("Email", "email", 255),
        flag("DoesSendEmailToMembers"),
        flag("DoesIncludeBosses"),
        *audit(),
    ),
    "Groups",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
)
"""A queue, which may own leads, or another group of users."""

NAME = ObjectType(
    "Name",
    (
        system("Id", "id", length=18, nillable=False),
        system("Name", "string", length=121),
        system("FirstName", "string", length=40),
        system("LastName", "string", length=80),
        system("Type", "string", length=40, nillable=False),
        system("Alias", "string", length=8),
        system("Email", "email", length=128),
        system("Phone", "phone", length=40),
        system("Title", "string", length=80),
        system("Username", "string", length=80),
        system("IsActive", "boolean"),
    ),
    "Names",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
    searchable=False,
)
"""What all rows that a polymorphic reference may lead to have in common (Object Reference, "Name").
It is reached through such a reference only and has no table.
"""
