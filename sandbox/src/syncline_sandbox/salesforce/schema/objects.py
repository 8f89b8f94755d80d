"""The standard objects of the stand-in."""

from __future__ import annotations

from syncline_sandbox.salesforce.schema.contacts import ACCOUNT, CONTACT, LEAD
from syncline_sandbox.salesforce.schema.permissions import (
    OBJECT_PERMISSIONS,
    PERMISSION_SET,
    PERMISSION_SET_ASSIGNMENT,
)
from syncline_sandbox.salesforce.schema.setup_objects import (
    GROUP,
    ORGANIZATION,
    RECORD_TYPE,
    USER,
)

STANDARD_OBJECTS = (
    ACCOUNT,
    CONTACT,
    GROUP,
    LEAD,
    OBJECT_PERMISSIONS,
    ORGANIZATION,
    PERMISSION_SET,
    PERMISSION_SET_ASSIGNMENT,
    RECORD_TYPE,
    USER,
)
