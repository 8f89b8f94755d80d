"""The entries of FROM: the object that rows are of, and the aliases of it and of its parents."""

from __future__ import annotations

from syncline_sandbox.salesforce.soql.failures import MalformedError
from syncline_sandbox.salesforce.soql.syntax import Name, Source


def driving(sources: tuple[Source, ...]) -> Name:
    """The object that rows are of: the first entry of FROM."""
    path = sources[0].path
    if len(path.parts) > 1:
        raise MalformedError(f"unexpected token: '{path.parts[1]}'", path.at)
    return Name(path.parts[0], path.at)


def aliases(sources: tuple[Source, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Aliases in small letters, each with the relationships from the driving object on:
    `FROM Contact c, c.Account a`.
    """
    first = sources[0]
    known: dict[str, tuple[str, ...]] = {}
    if first.alias:
        known[first.alias.lower()] = ()
    for source in sources[1:]:
        head, *rest = source.path.parts
        root = () if head.lower() == first.path.parts[0].lower() else known.get(head.lower())
        if root is None or not rest:
            raise MalformedError(f"unexpected token: '{head}'", source.path.at)
        route = (*root, *rest)
        known[(source.alias or rest[-1]).lower()] = route
    return tuple(known.items())
