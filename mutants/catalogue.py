"""All planted faults."""

from __future__ import annotations

from typing import Final

from mutants.deciding import DECIDING
from mutants.lenses import LENSES
from mutants.planted import Mutant
from mutants.reading import READING
from mutants.settling import SETTLING
from mutants.writing import WRITING

MUTANTS: Final[tuple[Mutant, ...]] = (*READING, *DECIDING, *WRITING, *SETTLING, *LENSES)
