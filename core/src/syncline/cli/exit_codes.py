"""What the command line ends with, and what that means."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
BUG: Final = 1
USAGE: Final = 2
REFUSED: Final = 4
CONFLICTS: Final = 6
OUTPUT_FAILED: Final = 9
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

EXIT_CODES: Final[dict[int, str]] = {
    DONE: "done; of a plan: it could be made",
    BUG: "a bug in Syncline; the report on stderr holds no data and may be shared",
    USAGE: "the command was called in a way that cannot be carried out",
    3: "the configuration or Syncline's own database cannot be used",
    REFUSED: "a connection refuses us: credentials, permissions, a used-up quota",
    5: "some records or lanes failed; a later run may do them",
    CONFLICTS: "conflicts wait for a person (only with `--fail-on-conflict`)",
    7: "safety stop: a guard held operations back until `syncline approve`",
    8: "busy: another process works on the same accounts",
    OUTPUT_FAILED: "done, but the output could not be written: stdout is closed, or a disk is full",
    INTERRUPTED: "interrupted (Ctrl-C, SIGTERM); the next run goes on from there",
    PIPE_CLOSED: "done, but the reader of the output closed it early (`syncline plan | head`)",
}
"""Of several that would apply to a run: 130, 7, 4, 3, 8, 5, 6, in this order; 9 and 141 only where
a command would end with 0.
"""

ENVIRONMENT: Final[dict[str, str]] = {
    "SYNCLINE_CONFIG": "the configuration file, where `--config` is not given",
    "NO_COLOR": "if set, no colours, as with `--no-color`",
}
"""The environment variables the command line itself reads (secrets are named in the file)."""
