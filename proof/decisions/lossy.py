"""Links between systems that cannot hold everything, and what people may do to them: drawn by
hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from proof.decisions.planner import PlannedLink, spec_of
from syncline.engine.decide.link import Decision, Verdict
from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.spec import TypeSpec
from syncline.policy.schema import Conflict, Direction, FieldRule, Merge, ObjectPolicy

LEFT, RIGHT = Side.LEFT, Side.RIGHT
QUICK = settings(max_examples=60, deadline=None)
NAMES = (
    "given_name", "family_name", "company", "job_title", "emails", "categories",
    "business_address", "birthday", "notes",
)  # fmt: skip
PLAIN = spec_of(NAMES)


def with_a_last_name(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """Salesforce: something stands in for a missing last name."""
    if "family_name" not in fields or fields["family_name"]:
        return fields
    return {**fields, "family_name": fields.get("display_name") or fields.get("company") or "?"}


RICH = spec_of((*NAMES, "display_name"), {"emails": Capacity(many=3)})
POOR = spec_of(
    NAMES,
    {
        "emails": Capacity(many=1),
        "categories": Capacity(many=2, max_length=3),
        "given_name": Capacity(max_length=2),
        "notes": Capacity(max_length=4),
        "business_address": Capacity(part_lengths={"street": 3}),
        "birthday": Capacity(full_dates=True),
    },
    with_a_last_name,
)

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "given_name": ("Ada", "Adam", "Grace"),
    "family_name": ("Hopper", "King"),
    "company": ("Navy", "Bank"),
    "job_title": ("Admiral", "Countess"),
    "display_name": ("Desk", "Office"),
    "notes": ("note", "notes", "other"),
    "birthday": ("1990-05-01", "1991-05-01"),
    "business_address": (
        {"street": "Long Way", "city": "Bonn"},
        {"street": "Long Road", "city": "Bonn"},
        {"city": "Bern"},
    ),
}
SETS = {"emails": "abcdefg", "categories": ("red", "reddish", "blue", "blues", "g")}


def value_of(name: str) -> st.SearchStrategy[Value]:
    if name in SETS:
        return st.lists(st.sampled_from(SETS[name]), unique=True, max_size=3).map(
            lambda found: tuple(found) or None
        )
    return st.none() | st.sampled_from(CHOICES[name])


def edits(spec: TypeSpec = PLAIN) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional={name: value_of(name) for name in spec.by_name})


POLICIES = st.builds(
    lambda conflict, merge: ObjectPolicy(
        type=CONTACT, direction=Direction.BOTH, conflict=conflict, merge=merge
    ),
    st.sampled_from([Conflict.LEFT_WINS, Conflict.RIGHT_WINS]),
    st.sampled_from(Merge),
)
SYSTEMS = {"plain": PLAIN, "rich": RICH, "poor": POOR}
SPECS = st.tuples(st.sampled_from(sorted(SYSTEMS)), st.sampled_from(sorted(SYSTEMS)))
Systems = tuple[str, str]


def specs_of(systems: Systems) -> PerSide[TypeSpec]:
    return PerSide(*(SYSTEMS[name] for name in systems))


@st.composite
def settled_links(draw: st.DrawFn, systems: st.SearchStrategy[Systems] = SPECS) -> Any:
    """A link both of whose sides were once settled."""
    chosen = specs_of(draw(systems))
    empty: PerSide[Any] = chosen.map(lambda spec: dict.fromkeys(spec.by_name))
    link = PlannedLink(draw(POLICIES), chosen, empty)
    for side in SIDES:
        link.edit(side, draw(edits(chosen[side])))
    link.run()
    return link


def normal(link: PlannedLink, side: Side) -> dict[str, Value]:
    return CONTACT.normal(link.fields[side] or {})


def linked(fields: dict[str, Value], specs: PerSide[TypeSpec], **rules: Direction) -> PlannedLink:
    """A record made on the left and created on the right."""
    policy = ObjectPolicy(
        type=CONTACT,
        direction=Direction.BOTH,
        conflict=Conflict.LEFT_WINS,
        merge=Merge.FIELDS,
        fields={name: FieldRule(each) for name, each in rules.items()},
    )
    left = {**dict.fromkeys(specs.left.by_name), **fields}
    link = PlannedLink(policy, specs, PerSide(left, None))
    link.create(LEFT)
    assert link.decide() == Decision(Verdict.NOTHING)
    return link
