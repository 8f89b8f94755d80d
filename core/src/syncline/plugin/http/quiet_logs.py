"""What HTTP libraries log, without what is nobody's business: addresses hold what was looked for,
such as names and e-mail addresses, and headers hold cookies.
"""

from __future__ import annotations

import logging


class WithoutQuery(logging.Filter):
    """Takes the query out of the addresses that a library logs, as arguments of their own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record's addresses; no record is dropped."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without_query, record.args))
        return True


_WITHOUT_QUERY = WithoutQuery()


def quiet(logger: str) -> None:
    """From now on the logger of this name shows no queries. May be called again and again."""
    logging.getLogger(logger).addFilter(_WITHOUT_QUERY)


def silent(logger: str) -> None:
    """From now on the logger of this name, and those below it, say nothing but warnings."""
    logging.getLogger(logger).setLevel(logging.WARNING)


def _without_query(value: object) -> object:
    """A text, or what a library takes for an address, without what follows a question mark."""
    path, found, _query = ("", "", "") if isinstance(value, int) else str(value).partition("?")
    return f"{path}?…" if found else value
