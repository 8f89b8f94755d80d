"""What is wrong with a configuration: every problem at once, each with its place and way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syncline.config.sided import BOTH_SIDES
from syncline.errors import ConfigurationError


@dataclass(frozen=True)
class ConfigurationProblem:
    """One problem. `key` is the path in the file (`syncs.sales.objects.contact.direction`),
    `file` the file it is about (the members' CSV has its own), `rule` what is wrong, `allowed`
    what would be right.
    """

    file: Path
    key: str
    rule: str
    allowed: str = ""

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else str(self.file)
        return f"{place}: {self.rule}" + (f"\n    allowed: {self.allowed}" if self.allowed else "")


class InvalidConfigurationError(ConfigurationError):
    """All problems of one configuration file. Exit code 3."""

    def __init__(self, path: Path, problems: tuple[ConfigurationProblem, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            f"the configuration cannot be used: {count}\n{lines}",
            hint="Correct the file; nothing was read or written.",
            file=str(path),
        )
        self.problems: Final = problems


@dataclass(frozen=True)
class Problems:
    """Collects problems below one key of one file; `under` is the same list, further down."""

    file: Path
    prefix: tuple[str, ...] = ()
    found: list[ConfigurationProblem] = field(default_factory=list)

    def under(self, *keys: str) -> Problems:
        """The same list, for keys below these."""
        return replace(self, prefix=self.prefix + keys)

    def about(self, file: Path) -> Problems:
        """The same list, for another file."""
        return replace(self, file=file, prefix=())

    def add(self, key: str, rule: str, allowed: str | Iterable[str] = "") -> None:
        """Note a problem at `key` (below the prefix; "" for the prefix itself)."""
        text = allowed if isinstance(allowed, str) else ", ".join(allowed)
        self.found.append(ConfigurationProblem(self.file, self._path(key), rule, text))

    def has(self, key: str) -> bool:
        """Whether a problem at `key`, or below it, has been noted."""
        path = self._path(key)
        return any(f"{each.key}.".startswith(f"{path}.") for each in self.found)

    def _path(self, key: str) -> str:
        return ".".join((*self.prefix, key) if key else self.prefix)

    def add_validation(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Note everything pydantic found. Values never appear: one of them might be a secret."""
        schema = model.model_json_schema()
        merged: dict[tuple[str, ...], tuple[list[str], str]] = {}
        for detail in error.errors(include_url=False, include_input=False):
            keys = tuple(_words(detail["loc"], schema))
            rule, allowed = _explain(detail, keys, schema)
            merged.setdefault(keys, ([], allowed))[0].append(rule)
        for keys, (rules, allowed) in merged.items():
            self.under(*keys).add("", ", or ".join(rules), allowed)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`; did you mean "x"?`, or nothing if no option is near."""
    near = difflib.get_close_matches(word, list(options), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


_PLACES = '{ env = "NAME" }, { file = "path" } or { keyring = "service/name" }'


def _explain(
    detail: ErrorDetails, keys: tuple[str, ...], schema: Mapping[str, Any]
) -> tuple[str, str]:
    """Rule and what is allowed, in words for a person who never heard of pydantic."""
    match detail["type"]:
        case "missing":
            return "is required", ""
        case "extra_forbidden":
            known = sorted(_properties(keys[:-1], schema))
            return f"unknown key{did_you_mean(keys[-1], known)}", ", ".join(known)
        case "literal_error":
            return "is not one of the allowed values", str(detail["ctx"]["expected"])
        case "model_type" if detail["ctx"]["class_name"] == "Secret":
            return "must be a reference to a secret, never the secret itself", _PLACES
        case "model_type" | "dict_type":
            return "must be a table", ""
        case "value_error" if "exactly one of env" in detail["msg"]:
            return "must name exactly one place", _PLACES
        case "value_error":
            return detail["msg"].removeprefix("Value error, "), ""
        case _:
            return detail["msg"][:1].lower() + detail["msg"][1:], ""


def _words(loc: tuple[int | str, ...], schema: Mapping[str, Any]) -> Iterable[str]:
    """The keys of a place, without the names pydantic adds for the members of a union."""
    node: Mapping[str, Any] | None = schema
    for step in loc:
        if step == BOTH_SIDES or (node and _is_branch_name(step, node, schema)):
            continue
        below = _below(node, str(step), schema) if node is not None else None
        if below is None and node is not None and _branches(node, schema) is not None:
            continue
        yield str(step)
        node = below


def _is_branch_name(step: int | str, node: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether pydantic added this step to say which member of a union refused the value."""
    plain = isinstance(step, str) and (step in {"str", "int", "float", "bool"} or "[" in step)
    return plain and _branches(node, schema) is not None


def _resolve(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    found: Mapping[str, Any] = schema["$defs"][reference.rpartition("/")[2]]
    return found


def _branches(node: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    plain = _resolve(node, schema)
    options = plain.get("anyOf") or plain.get("oneOf")
    return [_resolve(each, schema) for each in options] if options else None


def _below(
    node: Mapping[str, Any], step: str, schema: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The schema one key further down; None if this place has no such key."""
    for option in _branches(node, schema) or [_resolve(node, schema)]:
        if step in (known := option.get("properties", {})):
            found: Mapping[str, Any] = known[step]
            return found
        for name in ("additionalProperties", "items"):
            if isinstance(option.get(name), Mapping):
                inner: Mapping[str, Any] = option[name]
                return inner
    return None


def _properties(keys: tuple[str, ...], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    node: Mapping[str, Any] | None = schema
    for step in keys:
        node = _below(node, step, schema) if node is not None else None
    options = [] if node is None else _branches(node, schema) or [_resolve(node, schema)]
    known: Mapping[str, Any] = next((o["properties"] for o in options if "properties" in o), {})
    return known
