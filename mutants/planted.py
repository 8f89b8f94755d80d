"""What a planted fault is: a small edit, what is wrong with it, and which property must fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True)
class Package:
    """Where faults are planted, and where the tests are that catch them; relative to the root.

    `module` is the folder below `source` from which files are named. `in_histories`: random
    histories run its code; they have stores in memory, and so no connector's.
    """

    source: str
    module: str
    tests: str
    in_histories: bool = True

    @property
    def folder(self) -> Path:
        """What is copied, and put before everything else that could be imported."""
        return ROOT / self.source


ENGINE: Final = Package("core/src", "syncline", "core/tests/engine")
MODEL: Final = Package("core/src", "syncline", "core/tests/model")
STATE: Final = Package("core/src", "syncline", "core/tests/state", in_histories=False)
PLUGIN: Final = Package("core/src", "syncline", "core/tests/plugin", in_histories=False)
OUTLOOK: Final = Package(
    "plugins/outlook/src", "syncline_outlook", "plugins/outlook/tests", in_histories=False
)
SALESFORCE: Final = Package(
    "plugins/salesforce/src", "syncline_salesforce", "plugins/salesforce/tests", in_histories=False
)

ENUMERATION: Final = (
    "test_crash_enumeration.py::"
    "test_whatever_point_a_run_dies_at_the_next_runs_end_where_it_would_have"
)
"""Of its scenarios single ones are named: `ENUMERATION[scenario / kind of system]`."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`old`, which stands exactly once in `file` of the package, becomes `new`.

    `wrong` is a sentence; `caught_by` names a property; `tests` (below the package's tests) are the
    few that are run, in this order, until one fails. `thorough`: as long as in `make prove`.
    """

    name: str
    file: str
    old: str
    new: str
    wrong: str
    caught_by: str
    tests: tuple[str, ...]
    package: Package = ENGINE
    thorough: bool = False

    @property
    def path(self) -> Path:
        """The file it is planted in, relative to what is copied."""
        return Path(self.package.module) / self.file

    @property
    def paths_of_tests(self) -> tuple[str, ...]:
        """The tests, relative to the root."""
        return tuple(f"{self.package.tests}/{test}" for test in self.tests)

    def planted_in(self, text: str) -> str:
        """The file's text with the fault.

        Raises:
            LookupError: what is to be replaced does not stand there exactly once.

        """
        if (found := text.count(self.old)) != 1:
            raise LookupError(f"{self.name}: its old text stands {found} times in {self.path}")
        return text.replace(self.old, self.new)
