"""The shape of the configuration file, table by table.

Only what can be said without knowing the connectors is checked here; everything that depends on
connectors, rule sets or the connections' names is checked in `objects` and `syncs`. The
descriptions are the text of the reference documentation and of the file `syncline init` writes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema

from syncline.plugin.secrets import Secret

T = TypeVar("T")

BOTH_SIDES = "*"
"""The key under which a value written once for both sides is kept."""

DEFAULT_DATABASE = "sqlite:///syncline.sqlite"


class _SidedSchema:
    """JSON Schema of a value that may be written once, or per connection."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        per_side = handler(schema)
        return {"anyOf": [per_side["additionalProperties"], per_side]}


def _for_both(value: object) -> object:
    return value if isinstance(value, dict) else {BOTH_SIDES: value}


Sided = Annotated[dict[str, T], BeforeValidator(_for_both), _SidedSchema()]
"""`true`, or `{ outlook = true, salesforce = false }`."""


class Table(BaseModel):
    """A table of the file: unknown keys are errors, values are what TOML says they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StateTable(Table):
    """Where Syncline keeps what it knows."""

    url: str = Field(
        DEFAULT_DATABASE,
        description="The database: SQLite (a path is relative to this file) or PostgreSQL "
        "(postgresql+psycopg://user@host/name; the password comes from PGPASSWORD or ~/.pgpass).",
    )
    key: Secret = Field(
        description="The installation's key. Everything personal in the database is encrypted or "
        "digested with it; without it the database cannot be used."
    )
    history_days: int = Field(
        30, ge=0, description="How many days the history of changes is kept (for looking back)."
    )
    history_runs: int = Field(
        100,
        ge=0,
        description="Of how many runs that wrote something it is kept at least, however old they "
        "are: a run whose clock is far ahead then does not erase it.",
    )


class PluginsTable(Table):
    """Which installed plugins take part."""

    disabled: list[str] = Field(
        default_factory=list, description="Names of installed plugins that are not loaded."
    )


class ConnectionTable(BaseModel):
    """One system. Every key besides `connector` belongs to the connector itself."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    connector: str = Field(description="The kind of system, as `syncline plugins list` names it.")


class GuardsTable(Table):
    """Above these limits a class of operations is held until `syncline approve`."""

    deletions: int = Field(
        10, ge=0, description="So many deletions are never held, whatever their share."
    )
    deletion_share: float = Field(
        0.20, ge=0, le=1, description="Share of the links above which deletions are held."
    )
    cleared_share: float = Field(
        0.05, ge=0, le=1, description="Share of the records in which one field may be emptied."
    )
    minimum_links: int = Field(
        20, ge=0, description="Below so many links a side gone empty or wholly changed is normal."
    )
    approval_days: int = Field(
        7, ge=1, description="Days after which an approval that no run has used is void."
    )


class MemberTable(BaseModel):
    """One person: the account at each connection, under the connection's name."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    containers: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Containers of this person alone: object type, then connection.",
    )


def _no_equal_names(value: list[str]) -> list[str]:
    if len(set(value)) != len(value):
        raise ValueError("names the same thing twice")
    return value


class ObjectTable(Table):
    """The policy of one object type."""

    enabled: bool = Field(
        True, description="false: nothing is read or written; settings and state stay."
    )
    direction: str = Field(
        description='Which way changes travel: "none", "LEFT_to_RIGHT", "RIGHT_to_LEFT" or "both", '
        "with the connections' names."
    )
    conflict: str | None = Field(
        None,
        description='Who wins when both sides changed the same thing: "LEFT_wins", "RIGHT_wins", '
        '"newest_wins" or "manual". Required when the direction is both; one-way it may only say '
        "that the source wins.",
    )
    merge: Literal["record", "fields"] | None = Field(
        None,
        description='"record": the winner\'s whole record; "fields": edits of different fields '
        "both survive. Default: what the rule set says.",
    )
    create: Sided[bool] = Field(
        {BOTH_SIDES: True}, description="Whether Syncline may create records there."
    )
    delete: Sided[bool] = Field(
        {BOTH_SIDES: True}, description="Whether Syncline may delete records there."
    )
    container: Sided[str] = Field(
        {BOTH_SIDES: ""}, description='The folder that is synced; "" is the default folder.'
    )
    records: Sided[Literal["own", "visible"]] = Field(
        {BOTH_SIDES: "own"},
        description='What of a shared system belongs to a member: their "own" records or '
        'everything "visible" to them.',
    )
    where: Sided[str] = Field(
        {BOTH_SIDES: "all"},
        description='The data set, in the connector\'s own language; "all" for everything.',
    )
    max_records: int = Field(
        5000,
        ge=1,
        description="Above so many records the lane stops and says so; it never picks some.",
    )
    match: Annotated[list[str], AfterValidator(_no_equal_names)] | None = Field(
        None,
        description="By what two records that were never linked are recognised as the same, "
        "strongest first. Default: what the object type says.",
    )
    left_scope: Literal["keep", "delete"] = Field(
        "keep", description="What happens to the counterpart of a record that left the data set."
    )
    drift: Literal["ignore", "revert"] = Field(
        "ignore", description="One-way only: whether an edit of the target alone is taken back."
    )
    shared_delete: Literal["sever", "propagate"] = Field(
        "sever",
        description="A record that several members share is deleted at one of them: only that "
        "link ends, or the deletion reaches everybody.",
    )
    invitations: Literal["never", "send"] = Field(
        "never", description='"never": a write that would send mail to people is withheld.'
    )
    guards: GuardsTable = Field(
        default_factory=lambda: GuardsTable.model_validate({}),
        description="Limits above which operations wait for a person.",
    )
    fields: dict[str, str | dict[str, str]] = Field(
        default_factory=dict,
        description='Rules of single fields: "off", "both", a direction, or for a custom field '
        "its name at each connection (and `direction`, if not the object's).",
    )


class SyncTable(Table):
    """An agreement between two connections."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(
        description="The two connections, left and right."
    )
    rules: str | None = Field(
        None,
        description="The rule set every object must keep. Default: the one made for this pair of "
        'connectors, else "open".',
    )
    members: str | list[dict[str, Any]] = Field(
        description="The people: a CSV file beside this one (a column per connection), or tables."
    )
    enabled: bool = Field(True, description="false: the whole sync rests; its state stays.")
    objects: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="The policy of each object type. A type that is not named is not synced.",
    )


class Document(Table):
    """The whole file."""

    installation: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{3,22}$")] = Field(
        description="Names this installation in the markers it leaves on records (4 to 23 "
        "characters, so that a marker fits a key field of 64). Never change it."
    )
    state: StateTable = Field(description=(StateTable.__doc__ or "").strip())
    plugins: PluginsTable = Field(
        default_factory=PluginsTable, description=(PluginsTable.__doc__ or "").strip()
    )
    connections: dict[str, ConnectionTable] = Field(
        default_factory=dict, description="The systems, by name."
    )
    syncs: dict[str, SyncTable] = Field(
        default_factory=dict, description="The agreements, by name."
    )
