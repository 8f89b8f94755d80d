"""`python -m bench`: the table of what must be reached. Exit code 1 when something is missed."""

from __future__ import annotations

import sys

from bench import calls, engine, looking, startup, together
from bench.rows import text_of


def main() -> int:
    """Measures, prints, judges."""
    rows = [
        *calls.rows(), *startup.rows(), *engine.rows(), *looking.rows(), *together.rows(),
    ]  # fmt: skip
    print(text_of(rows))
    missed = [row for row in rows if not row.holds]
    if missed:
        print(f"\n{len(missed)} missed", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
