"""The describe resources: of all objects, and of one with its fields."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.org import OrgSchema
from syncline_sandbox.salesforce.schema.scopes import scopes_of

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "double": "xsd:double",
    "currency": "xsd:double",
    "int": "xsd:int",
    "address": "urn:address",
}


_NEVER = {
    "aiPredictionField": False,
    "autoNumber": False,
    "calculated": False,
    "calculatedFormula": None,
    "cascadeDelete": False,
    "caseSensitive": False,
    "defaultValueFormula": None,
    "deprecatedAndHidden": False,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "extraTypeInfo": None,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "inlineHelpText": None,
    "mask": None,
    "maskType": None,
    "queryByDistance": False,
    "referenceTargetField": None,
    "relationshipOrder": None,
    "restrictedDelete": False,
    "searchPrefilterable": False,
    "writeRequiresMasterRead": False,
}
"""Properties that no field of the stand-in has."""

_NAME_PARTS = frozenset({"Salutation", "FirstName", "MiddleName", "LastName", "Suffix"})


def describe_global(schema: OrgSchema, base: str) -> dict[str, Any]:
    """The list of objects. `base` is the path of the version (`/services/data/v66.0`)."""
    kinds = sorted(schema.objects.values(), key=lambda kind: kind.name)
    sobjects = [_summary(kind, base) for kind in kinds]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects}


def describe_object(schema: OrgSchema, kind: ObjectType, base: str) -> dict[str, Any]:
    """One object with its fields, record types and child relationships."""
    relationships = [
        {
            "cascadeDelete": False,
            "childSObject": child.object,
            "deprecatedAndHidden": False,
            "field": child.field,
            "relationshipName": child.relationship,
        }
        for child in kind.children
        if schema.object(child.object)
    ]
    return _summary(kind, base) | {
        "childRelationships": relationships,
        "fields": [_field(kind, field) for field in kind.fields],
        "recordTypeInfos": [_MASTER_RECORD_TYPE],
        "supportedScopes": [
            {"label": label, "name": name} for name, label in scopes_of(kind).items()
        ],
    }


def basic_information(
    kind: ObjectType, base: str, recent_items: list[dict[str, Any]]
) -> dict[str, Any]:
    """What a GET of the object itself answers."""
    return {"objectDescribe": _summary(kind, base), "recentItems": recent_items}


_MASTER_RECORD_TYPE = {
    "active": True,
    "available": True,
    "defaultRecordTypeMapping": True,
    "developerName": "Master",
    "master": True,
    "name": "Master",
    "recordTypeId": "012000000000000AAA",
}


def _summary(kind: ObjectType, base: str) -> dict[str, Any]:
    root = f"{base}/sobjects/{kind.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": kind.createable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": kind.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": True,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": kind.prefix,
        "label": kind.name,
        "labelPlural": kind.plural,
        "layoutable": True,
        "mergeable": kind.mergeable,
        "mruEnabled": True,
        "name": kind.name,
        "queryable": True,
        "replicateable": kind.undeletable,
        "retrieveable": True,
        "searchable": kind.searchable,
        "triggerable": True,
        "undeletable": kind.undeletable,
        "updateable": kind.updateable,
        "urls": {
            "rowTemplate": f"{root}/{{ID}}",
            "describe": f"{root}/describe",
            "sobject": root,
        },
    }


def _field(kind: ObjectType, field: Field) -> dict[str, Any]:
    return (_NEVER | _capabilities(field)) | {
        "aggregatable": field.filterable and field.type not in ("boolean", "address"),
        "byteLength": field.length * 3 if field.type in TEXT_TYPES else field.length,
        "compoundFieldName": _compound_of(kind, field),
        "controllerName": field.controller,
        "custom": field.custom,
        "defaultValue": field.default,
        "dependentPicklist": field.controller is not None,
        "digits": 9 if field.type == "int" else 0,
        "extraTypeInfo": "personname" if field.name in _NAME_PARTS else None,
        "label": field.shown_label,
        "length": field.length,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": len(field.refers_to) > 1,
        "permissionable": field.nillable and field.createable,
        "picklistValues": [
            _choice(field, value, _valid_for(field, value, kind)) for value in field.values
        ],
        "polymorphicForeignKey": len(field.refers_to) > 1,
        "precision": 18 if field.type in ("double", "currency") else 0,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "restrictedPicklist": field.restricted,
        "scale": {"double": 15, "currency": 2}.get(field.type, 0),
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "type": field.type,
    }


def _compound_of(kind: ObjectType, field: Field) -> str | None:
    """The compound field that a part belongs to."""
    if field.name in _NAME_PARTS and kind.field("Name"):
        return "Name"
    return next((other.name for other in kind.fields if field.name in other.parts), None)


def _capabilities(field: Field) -> dict[str, Any]:
    return {
        "createable": field.createable,
        "defaultedOnCreate": field.default is not None or not (field.nillable or field.required),
        "externalId": field.external_id,
        "filterable": field.filterable,
        "groupable": field.groupable,
        "idLookup": field.id_lookup or field.external_id,
        "nillable": field.nillable and not field.required,
        "sortable": field.filterable and field.type != "address",
        "unique": field.unique,
        "updateable": field.updateable,
    }


def _valid_for(field: Field, value: str, kind: ObjectType) -> str | None:
    """For which values of the controlling picklist one is valid: a bit each, from the left."""
    controller = kind.field(field.controller) if field.controller else None
    if controller is None:
        return None
    wanted = {country for each, country in field.valid_for if each == value}
    bits = "".join(str(int(each in wanted)) for each in controller.values)
    whole = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return b64encode(int(whole, 2).to_bytes(len(whole) // 8, "big")).decode()


def _choice(field: Field, value: str, valid_for: str | None) -> dict[str, Any]:
    return {
        "active": True,
        "defaultValue": value == field.default,
        "label": dict(field.labels).get(value, value),
        "validFor": valid_for,
        "value": value,
    }
