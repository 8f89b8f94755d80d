"""Logging to stderr: warnings, or with `--verbose` what is going on. Never data."""

from __future__ import annotations

import logging
import sys

_TALKATIVE = ("httpx", "httpcore", "urllib3", "msal", "simple_salesforce")
"""They log addresses with what is asked for in them: people's names."""


def configure_log(*, verbose: bool) -> None:
    """Send the logs of core and connectors to stderr, never to stdout."""
    import structlog

    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ],
        cache_logger_on_first_use=False,
    )
