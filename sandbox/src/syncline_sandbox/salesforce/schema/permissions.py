"""Who may do what, as an org's own rows say it: permission sets, what each gives on an object, and
who has it. A profile's rights are in a permission set, too, which the profile owns.

Object Reference: "PermissionSet", "ObjectPermissions", "PermissionSetAssignment". The stand-in
keeps to field security and sharing as the back door sets them, whatever these rows say.
"""

from __future__ import annotations

from syncline_sandbox.salesforce.schema.fields import audit, flag, lookup, picklist, system, text
from syncline_sandbox.salesforce.schema.object_type import ObjectType

PERMISSION_SET = ObjectType(
    "PermissionSet",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        text("Name", 80, required=True, nillable=False),
        text("Label", 80, nillable=False),
        text("Description", 255),
        flag("IsOwnedByProfile"),
        flag("PermissionsApiEnabled", default=True),
        flag("PermissionsViewAllData"),
        flag("PermissionsModifyAllData"),
        *audit(),
    ),
    "Permission Sets",
    undeletable=False,
    searchable=False,
)

OBJECT_PERMISSIONS = ObjectType(
    "ObjectPermissions",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        lookup("ParentId", "PermissionSet", required=True, nillable=False),
        picklist("SobjectType", 40, required=True, nillable=False),
        flag("PermissionsCreate"),
        flag("PermissionsRead"),
        flag("PermissionsEdit"),
        flag("PermissionsDelete"),
        flag("PermissionsViewAllRecords"),
        flag("PermissionsModifyAllRecords"),
        *audit(),
    ),
    "Object Permissions",
    undeletable=False,
    searchable=False,
)

PERMISSION_SET_ASSIGNMENT = ObjectType(
    "PermissionSetAssignment",
    (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        lookup("PermissionSetId", "PermissionSet", required=True, nillable=False),
        lookup("AssigneeId", "User", required=True, nillable=False),
        *audit(),
    ),
    "Permission Set Assignments",
    updateable=False,
    undeletable=False,
    searchable=False,
)
