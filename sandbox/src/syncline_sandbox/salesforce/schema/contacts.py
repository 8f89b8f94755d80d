"""Contact, and what it is bound up with: Account and Lead."""

from __future__ import annotations

from syncline_sandbox.salesforce.schema.fields import (
    Field,
    address,
    audit,
    flag,
    identity,
    lookup,
    master,
    owner,
    phone,
    picklist,
    seen,
    system,
    text,
)
from syncline_sandbox.salesforce.schema.object_type import Children, ObjectType

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


def _person() -> tuple[Field, ...]:
    return (
        text("LastName", 80, required=True, nillable=False),
        text("FirstName", 40),
        picklist("Salutation", 40, *SALUTATIONS),
        text("MiddleName", 40, needs="middle_name"),
        text("Suffix", 40, needs="suffix"),
        system("Name", "string", length=121, nillable=False, label="Full Name"),
    )


CONTACT = ObjectType(
    "Contact",
    (
        *identity(),
        master("Contact"),
        lookup("AccountId", "Account"),
        *_person(),
        *address("Other"),
        *address("Mailing"),
        *map(phone, ("Phone", "Fax", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone")),
        lookup("ReportsToId", "Contact"),
        Field("Email", "email", 80, id_lookup=True),
        text("Title", 128),
        text("Department", 80),
        text("AssistantName", 40),
        picklist("LeadSource", 255, *LEAD_SOURCES),
        Field("Birthdate", "date"),
        Field("Description", "textarea", 32000, filterable=False),
        owner(),
        lookup("RecordTypeId", "RecordType", needs="record_types"),
        flag("HasOptedOutOfEmail", needs="opt_out_fields"),
        flag("DoNotCall", needs="opt_out_fields"),
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
        master("Account"),
        text("Name", 255, required=True, nillable=False, label="Account Name"),
        picklist("Type", 40, "Prospect", "Customer", "Partner", "Reseller", "Other"),
        lookup("RecordTypeId", "RecordType", needs="record_types"),
        lookup("ParentId", "Account"),
        *address("Billing"),
        *address("Shipping"),
        phone("Phone"),
        phone("Fax"),
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
        owner(),
        *audit(),
        *seen(),
        flag("IsPartner", createable=False),
        flag("IsCustomerPortal", createable=False),
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
    children=(
        Children("Contacts", "Contact", "AccountId"),
        Children("ChildAccounts", "Account", "ParentId", owned=False),
    ),
)

LEAD = ObjectType(
    "Lead",
    (
        *identity(),
        master("Lead"),
        *_person(),
        text("Title", 128),
        text("Company", 255, required=True, nillable=False),
        *address(""),
        phone("Phone"),
        phone("MobilePhone"),
        phone("Fax"),
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
        owner("Group", "User"),
        flag("IsConverted", updateable=False),
        system("ConvertedDate", "date"),
        lookup("ConvertedAccountId", "Account", createable=False, updateable=False),
        lookup("ConvertedContactId", "Contact", createable=False, updateable=False),
        flag("IsUnreadByOwner"),
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
