"""All planted faults."""

from __future__ import annotations

from typing import Final

from mutants.creating import CREATING
from mutants.deciding import DECIDING
from mutants.guarding import GUARDING
from mutants.leasing import LEASING
from mutants.lenses import LENSES
from mutants.pairing import PAIRING
from mutants.planted import Mutant
from mutants.plugins import PLUGINS
from mutants.reading import READING
from mutants.settling import SETTLING
from mutants.undoing import UNDOING
from mutants.writing import WRITING

MUTANTS: Final[tuple[Mutant, ...]] = (
    *READING,
    *PAIRING,
    *DECIDING,
    *GUARDING,
    *CREATING,
    *WRITING,
    *SETTLING,
    *LEASING,
    *UNDOING,
    *LENSES,
    *PLUGINS,
)
