"""The standard objects of the stand-in: Contact, Account, Lead, User, Organization, RecordType."""

from __future__ import annotations

from dataclasses import dataclass

from syncline_sandbox.salesforce.ids import PREFIXES
from syncline_sandbox.salesforce.schema.fields import (
    Field,
    address,
    audit,
    identity,
    lookup,
    picklist,
    seen,
    system,
    text,
)

SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
INDUSTRIES = ("Agriculture", "Banking", "Education", "Energy", "Finance", "Healthcare", "Retail")
RATINGS = ("Hot", "Warm", "Cold")
CLEAN_STATES = (
    "Matched",
    "Different",
    "Acknowledged",
    "NotFound",
    "Inactive",
    "Pending",
    "SelectMatch",
    "Skipped",
)


@dataclass(frozen=True)
class Children:
    """A relationship from a parent to rows that refer to it (`Account.Contacts`)."""

    relationship: str
    object: str
    field: str


@dataclass(frozen=True)
class ObjectType:
    """One sObject: its fields in the order of describe, and what callers may do with its rows."""

    name: str
    fields: tuple[Field, ...]
    plural: str
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    mergeable: bool = False
    undeletable: bool = True
    etags: bool = False
    children: tuple[Children, ...] = ()

    @property
    def prefix(self) -> str:
        """The first three characters of its ids."""
        return PREFIXES[self.name]

    def field(self, name: str) -> Field | None:
        """A field by name; Salesforce's names do not tell case."""
        wanted = name.lower()
        return next((field for field in self.fields if field.name.lower() == wanted), None)


def _owner() -> Field:
    return lookup("OwnerId", "User", nillable=False)


def _master(kind: str) -> Field:
    return lookup(
        "MasterRecordId", kind, createable=False, updateable=False, label="Master Record ID"
    )


def _person() -> tuple[Field, ...]:
    return (
        text("LastName", 80, required=True, nillable=False),
        text("FirstName", 40),
        picklist("Salutation", 40, *SALUTATIONS),
        text("MiddleName", 40, needs="middle_name"),
        text("Suffix", 40, needs="suffix"),
        system("Name", "string", length=121, nillable=False, label="Full Name"),
    )


def _phone(name: str) -> Field:
    return Field(name, "phone", 40)


def _flag(name: str, **more: object) -> Field:
    fixed: dict[str, object] = {"nillable": False, "default": False}
    return Field(name, "boolean", **(fixed | more))  # type: ignore[arg-type]  # checked by dataclass


CONTACT = ObjectType(
    "Contact",
    (
        *identity(),
        _master("Contact"),
        lookup("AccountId", "Account"),
        *_person(),
        *address("Other"),
        *address("Mailing"),
        *map(_phone, ("Phone", "Fax", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone")),
        lookup("ReportsToId", "Contact"),
        Field("Email", "email", 80, id_lookup=True),
        text("Title", 128),
        text("Department", 80),
        text("AssistantName", 40),
        picklist("LeadSource", 255, *LEAD_SOURCES),
        Field("Birthdate", "date"),
        Field("Description", "textarea", 32000, filterable=False),
        _owner(),
        lookup("RecordTypeId", "RecordType", needs="record_types"),
        _flag("HasOptedOutOfEmail", needs="opt_out_fields"),
        _flag("DoNotCall", needs="opt_out_fields"),
        *audit(),
        *seen(),
        system("LastCURequestDate", "datetime"),
        system("LastCUUpdateDate", "datetime"),
        text("EmailBouncedReason", 255),
        Field("EmailBouncedDate", "datetime"),
        system("IsEmailBounced", "boolean", nillable=False, default=False),
        system("PhotoUrl", "url", length=255),
        text("Jigsaw", 20),
        system("JigsawContactId", "string", length=20),
        picklist("CleanStatus", 40, *CLEAN_STATES, restricted=True),
        picklist("ContactSource", 40, "Auto Create", createable=False, updateable=False),
        system("IsPriorityRecord", "boolean", nillable=False, default=False, filterable=False),
        system(
            "IsPersonAccount", "boolean", nillable=False, default=False, needs="person_accounts"
        ),
    ),
    "Contacts",
    mergeable=True,
)

ACCOUNT = ObjectType(
    "Account",
    (
        *identity(),
        _master("Account"),
        text("Name", 255, required=True, nillable=False, label="Account Name"),
        picklist("Type", 40, "Prospect", "Customer", "Partner", "Reseller", "Other"),
        lookup("RecordTypeId", "RecordType", needs="record_types"),
        lookup("ParentId", "Account"),
        *address("Billing"),
        *address("Shipping"),
        _phone("Phone"),
        _phone("Fax"),
        text("AccountNumber", 40),
        Field("Website", "url", 255),
        system("PhotoUrl", "url", length=255),
        text("Sic", 20),
        picklist("Industry", 40, *INDUSTRIES),
        Field("AnnualRevenue", "currency"),
        Field("NumberOfEmployees", "int"),
        picklist("Ownership", 40, "Public", "Private", "Subsidiary", "Other"),
        text("TickerSymbol", 20),
        Field("Description", "textarea", 32000, filterable=False),
        picklist("Rating", 40, *RATINGS),
        text("Site", 80),
        _owner(),
        *audit(),
        *seen(),
        _flag("IsPartner", createable=False),
        _flag("IsCustomerPortal", createable=False),
        system("ChannelProgramName", "string", length=255, filterable=False),
        system("ChannelProgramLevelName", "string", length=255, filterable=False),
        picklist("AccountSource", 40, *LEAD_SOURCES),
        text("Jigsaw", 20),
        system("JigsawCompanyId", "string", length=20),
        picklist("CleanStatus", 40, *CLEAN_STATES, restricted=True),
        text("DunsNumber", 9),
        text("Tradestyle", 255),
        text("NaicsCode", 8),
        text("NaicsDesc", 120),
        text("YearStarted", 4),
        text("SicDesc", 80),
        system(
            "IsPersonAccount", "boolean", nillable=False, default=False, needs="person_accounts"
        ),
    ),
    "Accounts",
    mergeable=True,
    etags=True,
    children=(Children("Contacts", "Contact", "AccountId"),),
)

LEAD = ObjectType(
    "Lead",
    (
        *identity(),
        _master("Lead"),
        *_person(),
        text("Title", 128),
        text("Company", 255, required=True, nillable=False),
        *address(""),
        _phone("Phone"),
        _phone("MobilePhone"),
        _phone("Fax"),
        Field("Email", "email", 80, id_lookup=True),
        Field("Website", "url", 255),
        Field("Description", "textarea", 32000, filterable=False),
        picklist("LeadSource", 255, *LEAD_SOURCES),
        picklist(
            "Status",
            255,
            *("Open - Not Contacted", "Working - Contacted"),
            *("Closed - Converted", "Closed - Not Converted"),
            nillable=False,
            default="Open - Not Contacted",
        ),
        picklist("Industry", 255, *INDUSTRIES),
        picklist("Rating", 255, *RATINGS),
        Field("AnnualRevenue", "currency"),
        Field("NumberOfEmployees", "int"),
        _owner(),
        _flag("IsConverted", updateable=False),
        system("ConvertedDate", "date"),
        lookup("ConvertedAccountId", "Account", createable=False, updateable=False),
        lookup("ConvertedContactId", "Contact", createable=False, updateable=False),
        _flag("IsUnreadByOwner"),
        *audit(),
        *seen(),
        system("PhotoUrl", "url", length=255),
        text("Jigsaw", 20),
        system("JigsawContactId", "string", length=20),
        picklist("CleanStatus", 40, *CLEAN_STATES, restricted=True),
        text("CompanyDunsNumber", 9),
        text("EmailBouncedReason", 255, createable=False),
        Field("EmailBouncedDate", "datetime", createable=False),
        system("IsPriorityRecord", "boolean", nillable=False, default=False, filterable=False),
    ),
    "Leads",
    mergeable=True,
)

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
        _phone("Phone"),
        _phone("Fax"),
        _phone("MobilePhone"),
        text("Alias", 8, nillable=False),
        text("CommunityNickname", 40, nillable=False),
        text("EmployeeNumber", 20),
        _flag("IsActive", default=True),
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

ORGANIZATION = ObjectType(
    "Organization",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 80, nillable=False),
        picklist("TimeZoneSidKey", 40, nillable=False, default="Europe/Berlin"),
        picklist("OrganizationType", 40, default="Developer Edition"),
        text("InstanceName", 5),
        _flag("IsSandbox"),
        *audit(),
    ),
    "Organizations",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
)

RECORD_TYPE = ObjectType(
    "RecordType",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 80, required=True, nillable=False),
        text("DeveloperName", 80, nillable=False),
        text("SobjectType", 40, nillable=False),
        text("Description", 255),
        _flag("IsActive", default=True),
        *audit(),
    ),
    "Record Types",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
)

STANDARD_OBJECTS = (ACCOUNT, CONTACT, LEAD, ORGANIZATION, RECORD_TYPE, USER)
