"""Group 1, declaration: what the connector says about itself holds together. No system needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from syncline.model.capacity import Inexpressible
from syncline.plugin.connector import Connector
from syncline.plugin.discovery import fits
from syncline.plugin.secrets import Secret
from syncline.plugin.spec import TypeSpec
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.samples import sample
from syncline.testing.system import System

_SECRET = re.compile(r"secret|password|passphrase|private_key|session_id|token$")


class DeclarationContract(ContractBase):
    """Config, type specs, and the methods they promise."""

    def test_config_schema_can_be_exported(self) -> None:
        """`syncline config schema` shows it."""
        assert json.dumps(self.connector_type.Config.model_json_schema())

    def test_config_refuses_unknown_keys(self, system: System) -> None:
        """A misspelt key is an error, not a default."""
        with pytest.raises(ValidationError):
            self.connector_type.Config.model_validate({**system.settings(), "no_such_key": 1})

    def test_secrets_are_references(self) -> None:
        """A setting that is named like a secret has the type `Secret`."""
        open_ones = [
            name
            for name, annotation in _settings(self.connector_type.Config)
            if _SECRET.search(name) and not _mentions(annotation, Secret)
        ]
        assert open_ones == []

    def test_api_version_fits(self) -> None:
        """Same major as this core, at most two minors back."""
        assert fits(self.connector_type.api_version)

    def test_types_and_fields_are_known(self, type_name: str) -> None:
        """Fields are those of the object type, each once."""
        names = [each.name for each in self._spec(type_name).fields]
        assert set(names) <= self.object_types[type_name].fields.keys()
        assert len(names) == len(set(names))

    def test_batches_hold_at_least_one(self, type_name: str) -> None:
        """Every batch size is a positive number."""
        spec = self._spec(type_name)
        sizes = (spec.create_batch, spec.update_batch, spec.conditional_batch)
        assert min(*sizes, spec.delete_batch, spec.read_batch) >= 1

    def test_capabilities_have_their_methods(self, type_name: str) -> None:
        """What is declared can be done: match keys by `fetch_match`, folders by `containers`."""
        spec, type_ = self._spec(type_name), self.connector_type
        assert not spec.match or type_.fetch_match is not Connector.fetch_match
        assert not spec.containers or type_.containers is not Connector.containers
        assert spec.match or not spec.finds_deleted, "nothing says what to look for"
        assert spec.idempotency != "marker" or "marker" in spec.match, (
            "a marker that cannot be looked up (spec.match) is of no use"
        )
        assert spec.match <= {*self.matchers, "marker"}

    def test_an_overlap_covers_the_visibility_lag(self, type_name: str) -> None:
        """With timestamps, what becomes visible late must be read again."""
        detection = self._spec(type_name).change_detection
        require(detection.kind == "timestamp", "change detection is by token")
        assert detection.overlap >= detection.visibility_lag

    def test_mapping_gives_back_what_it_wrote(self, type_name: str) -> None:
        """Native properties are JSON, and reading them gives the value that was stored."""
        spec, type_ = self._spec(type_name), self.object_types[type_name]
        values = sample(type_, spec, 1)
        native = json.loads(json.dumps(spec.write(values, None)))
        for name in values.keys() - self.looked_up_fields:
            field, kind = spec.by_name[name], type_.fields[name].type
            try:
                expected = field.capacity.stored(kind, values[name])
            except Inexpressible:
                continue
            assert kind.normal(field.read(native)) == kind.normal(expected), name

    def test_mapping_of_an_empty_value_is_empty(self, type_name: str) -> None:
        """Clearing a field and reading it back gives an empty field."""
        spec, type_ = self._spec(type_name), self.object_types[type_name]
        full = spec.write(sample(type_, spec, 1), None)
        for name in sample(type_, spec, 1).keys() - self.looked_up_fields:
            field, kind = spec.by_name[name], type_.fields[name].type
            assert kind.normal(field.read(field.write(None, full))) is None, name

    def test_stored_as_is_a_fixed_point(self, type_name: str) -> None:
        """What is stored would be stored the same again."""
        spec, type_ = self._spec(type_name), self.object_types[type_name]
        once = spec.stored_as(sample(type_, spec, 1))
        assert type_.normal(spec.stored_as(once)) == type_.normal(once)

    def _spec(self, type_name: str) -> TypeSpec:
        return next(each for each in self.connector_type.types if each.name == type_name)


def _settings(config: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in config.model_fields.items():
        yield name, field.annotation
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel) and part is not Secret:
                yield from _settings(part)


def _mentions(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(each, wanted) for each in get_args(annotation))
