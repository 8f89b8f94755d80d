"""The seed of the random tests: another one for each commit, and the same for whoever has it.

Derived from the tree of the last commit, not from its name: a commit that is written anew, with the
same files, is the same thing to try.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "SYNCLINE_PROVE_SEED"
_ORIGIN: Final = "SYNCLINE_PROVE_SEED_ORIGIN"
WITHOUT_GIT: Final = 0


def settle(environment: MutableMapping[str, str], folder: Path) -> str:
    """Put the seed into the environment, unless somebody has; returns the line that says so.

    Processes that are started from here find both there.
    """
    if VARIABLE not in environment:
        tree = tree_of_last_commit(folder)
        environment[_ORIGIN] = f"tree {tree[:8]}" if tree else "no git: always this one"
        environment[VARIABLE] = str(int(tree[:8], 16) if tree else WITHOUT_GIT)
    seed, origin = environment[VARIABLE], environment.get(_ORIGIN, "given")
    return f"random tests: seed {seed} ({origin}); repeat with {VARIABLE}={seed}"


def tree_of_last_commit(folder: Path) -> str:
    """Its name; empty where there is no git, or nothing committed."""
    try:
        told = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", "HEAD^{tree}"],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
            capture_output=True,
            check=False,
            encoding="ascii",
        )
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""
