"""The sales team of the demo and the people they know: made up, every name and number of them.

Numbers come from ranges that are set aside for fiction, addresses from reserved domains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Address:
    """A postal address; `street` may have several lines."""

    street: str
    city: str
    postal_code: str
    country: str
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A person somebody knows, as one system has it. Empty means: not entered there."""

    given: str
    family: str
    company: str = ""
    title: str = ""
    department: str = ""
    emails: tuple[str, ...] = ()
    work_phones: tuple[str, ...] = ()
    mobile: str = ""
    business: Address | None = None
    home: Address | None = None
    birthday: str = ""
    categories: tuple[str, ...] = ()
    notes: str = ""

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Colleague:
    """A member of the team: the mailbox and the Salesforce user, and who is in each."""

    given: str
    family: str
    address: str
    outlook: tuple[Card, ...]
    salesforce: tuple[Card, ...]

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given} {self.family}"


ACCOUNTS: Final = (
    "Aarhus Marine Sensors",
    "Atelier Lumière",
    "Bäckerei Großmann KG",
    "Brightwater Clinics",
    "Fjordkraft Automasjon",
    "Hoffmann Präzision GmbH",
    "Instituto Cervera",
    "Kowalczyk Logistyka",
    "Marlowe & Finch LLP",
    "Nakamura Optics",
    "Ó Briain Foods",
    "Žižka Strojírny",
)

_HOFFMANN = Address("Lindenhof 14\nHaus B", "Göttingen", "37073", "Germany", "Niedersachsen")
_NAKAMURA = Address("3-7-1 Sakuragaoka", "Yokohama", "220-0012", "Japan", "Kanagawa")
_MARLOWE = Address("41 Chancery Row", "London", "WC2A 1QX", "United Kingdom")

_MIRIAM_OUTLOOK = (
    Card(
        given="Jürgen", family="Hoffmann", company="Hoffmann Präzision GmbH",
        title="Geschäftsführer", emails=("juergen.hoffmann@hoffmann-praezision.example",
        "j.hoffmann@privat.example", "chef@hoffmann-praezision.example"),
        work_phones=("+49 30 23125 014", "+49 30 23125 015"), mobile="+49 171 39200 12",
        business=_HOFFMANN, birthday="1968-03-21", categories=("Key customer",),
        notes="Prefers a call before nine.\nSpeaks for the purchasing ring of the region.",
    ),
    Card(
        given="Renate", family="Großmann", company="Bäckerei Großmann KG", title="Inhaberin",
        emails=("renate@baeckerei-grossmann.example",), work_phones=("+49 30 23125 077",),
        birthday="1975-11-02", notes="Order day is Thursday.",
    ),
    Card(
        given="Solveig", family="Åsmundsen", company="Fjordkraft Automasjon",
        emails=("solveig.asmundsen@fjordkraft.example", "solveig@asmundsen.example"),
        mobile="+47 990 12 345", categories=("Conference", "Norway"),
    ),
    Card(
        given="Matěj", family="Dvořák", company="Žižka Strojírny", title="Vedoucí nákupu",
        emails=("dvorak@zizka-strojirny.example",), work_phones=("+420 800 555 201",),
        home=Address("U Potoka 9", "Plzeň", "301 00", "Czechia"),
    ),
    Card(
        given="Carla", family="Benedetti", title="Freelance translator",
        emails=("carla@benedetti.example",), mobile="+39 333 000 4412",
        notes="Technical Italian and German; two days' notice is enough.",
    ),
)  # fmt: skip

_MIRIAM_SALESFORCE = (
    Card(
        given="Jürgen", family="Hoffmann", company="Hoffmann Präzision GmbH",
        title="Geschäftsführer", department="Management",
        emails=("Juergen.Hoffmann@hoffmann-praezision.example",),
    ),
    Card(
        given="Solveig", family="Åsmundsen", company="Fjordkraft Automasjon",
        title="Head of Procurement", department="Procurement",
        emails=("solveig.asmundsen@fjordkraft.example",), work_phones=("+47 815 00 222",),
    ),
    Card(
        given="Lukas", family="Weiß", company="Hoffmann Präzision GmbH",
        title="Leiter Instandhaltung", emails=("lukas.weiss@hoffmann-praezision.example",),
        work_phones=("+49 30 23125 018",), business=_HOFFMANN,
    ),
    Card(
        given="Ewa", family="Kowalczyk", company="Kowalczyk Logistyka", title="Prezes zarządu",
        emails=("ewa@kowalczyk-logistyka.example",), work_phones=("+48 800 555 310",),
        birthday="1981-06-30",
    ),
)  # fmt: skip

_TOMAS_OUTLOOK = (
    Card(
        given="Haruka", family="Nakamura", company="Nakamura Optics", title="Director",
        emails=("haruka@nakamura-optics.example",), work_phones=("+81 3 5550 0142",),
        business=_NAKAMURA, notes="Bow first, cards with both hands. 🎌",
    ),
    Card(
        given="Inés", family="Cervera Ruiz", company="Instituto Cervera",
        title="Directora científica", emails=("ines@cervera.example", "icervera@uni.example"),
        mobile="+34 600 000 871", birthday="1979-01-15", categories=("Science",),
    ),
    Card(
        given="Padraig", family="Ó Briain", company="Ó Briain Foods", title="Owner",
        emails=("padraig@obriain-foods.example",), work_phones=("+353 20 910 0061",),
        home=Address("The Old Dairy\nCastle Road", "Clonakilty", "P85 XX00", "Ireland", "Cork"),
    ),
    Card(
        given="Beatrice", family="Finch", company="Marlowe & Finch LLP", title="Partner",
        emails=("b.finch@marlowe-finch.example",), work_phones=("+44 20 7946 0958",),
        business=_MARLOWE,
    ),
    Card(
        given="Anneliese", family="Vogt", company="Vogt & Töchter",
        emails=("anneliese@vogt-toechter.example",), mobile="+49 171 39200 44",
        notes="Met at the trade fair; no account in the CRM yet.",
    ),
)  # fmt: skip

_TOMAS_SALESFORCE = (
    Card(
        given="Haruka", family="Nakamura", company="Nakamura Optics", title="Director",
        department="Lens Division", emails=("haruka@nakamura-optics.example",),
        mobile="+81 90 5550 0143",
    ),
    Card(
        given="Beatrice", family="Finch", company="Marlowe & Finch LLP", title="Partner",
        department="Contracts", work_phones=("+44 20 7946 0958",),
    ),
    Card(
        given="George", family="Marlowe", company="Marlowe & Finch LLP", title="Senior Partner",
        emails=("g.marlowe@marlowe-finch.example",), work_phones=("+44 20 7946 0959",),
        business=_MARLOWE, birthday="1957-09-09",
    ),
    Card(
        given="Kenji", family="Ōta", company="Nakamura Optics", title="Quality Engineer",
        department="Lens Division", emails=("kenji.ota@nakamura-optics.example",),
    ),
)  # fmt: skip

_AMARA_OUTLOOK = (
    Card(
        given="Naledi", family="Mokoena", company="Brightwater Clinics",
        title="Medical Director", emails=("naledi.mokoena@brightwater.example",),
        work_phones=("+27 87 550 0119", "+27 87 550 0120"), birthday="1972-08-27",
    ),
    Card(
        given="Camille", family="Lefèvre", company="Atelier Lumière", title="Fondatrice",
        emails=("camille@atelier-lumiere.example",), mobile="+33 6 39 98 01 02",
        business=Address("8 rue des Tisserands", "Lyon", "69004", "France"),
        categories=("Design",), notes="Très à cheval sur les délais.",
    ),
    Card(
        given="Søren", family="Kjær", company="Aarhus Marine Sensors", title="CTO",
        emails=("soren@aarhus-marine.example",), work_phones=("+45 70 99 00 12",),
    ),
    Card(
        given="Mette", family="Holm", company="Aarhus Marine Sensors", title="Project Lead",
        emails=("mette.holm@aarhus-marine.example",),
    ),
    Card(
        given="Old", family="Fax-Number", company="Brightwater Clinics",
        title="Reception (moved)", work_phones=("+27 87 550 0100",),
        notes="Out of service since the move. Delete me.",
    ),
)  # fmt: skip

_AMARA_SALESFORCE = (
    Card(
        given="Camille", family="Lefèvre", company="Atelier Lumière", title="Fondatrice",
        emails=("camille@atelier-lumiere.example",), work_phones=("+33 1 99 00 12 34",),
    ),
    Card(
        given="Søren", family="Kjær", company="Aarhus Marine Sensors", title="CTO",
        emails=("soren@aarhus-marine.example",), birthday="1984-12-05",
    ),
    Card(
        given="Thabo", family="Nkosi", company="Brightwater Clinics", title="Head of Facilities",
        emails=("thabo.nkosi@brightwater.example",), mobile="+27 60 550 0133",
    ),
)  # fmt: skip

MIRIAM: Final = Colleague(
    "Miriam", "Brückner", "miriam@northgate.example", _MIRIAM_OUTLOOK, _MIRIAM_SALESFORCE
)
TOMAS: Final = Colleague(
    "Tomás", "Alvarado", "tomas@northgate.example", _TOMAS_OUTLOOK, _TOMAS_SALESFORCE
)
AMARA: Final = Colleague(
    "Amara", "Okafor", "amara@northgate.example", _AMARA_OUTLOOK, _AMARA_SALESFORCE
)
TEAM: Final = (MIRIAM, TOMAS, AMARA)

NEW_IN_OUTLOOK: Final = Card(
    given="Zoë", family="Łukasiewicz", company="Kowalczyk Logistyka", title="Fleet Manager",
    emails=("zoe@kowalczyk-logistyka.example",), mobile="+48 600 555 311",
)  # fmt: skip
"""Miriam meets her between the first and the second run."""

NEW_IN_SALESFORCE: Final = Card(
    given="Erik", family="Nordström", company="Fjordkraft Automasjon", title="Service Engineer",
    emails=("erik.nordstrom@fjordkraft.example",),
)  # fmt: skip
"""A lead that was given to Amara in the CRM."""
