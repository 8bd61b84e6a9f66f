"""The JSON Schemas of ``docs/schemas``, ready to validate with."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "docs/schemas"


def validator(name):
    """Return a validator for ``docs/schemas/NAME.schema.json``, references resolved."""
    found = {p.name: json.loads(p.read_text("utf-8")) for p in SCHEMAS.glob("*.schema.json")}
    for schema in found.values():
        Draft202012Validator.check_schema(schema)
    registry = Registry().with_resources(
        (key, Resource.from_contents(schema)) for key, schema in found.items()
    )
    return Draft202012Validator(found[f"{name}.schema.json"], registry=registry)
