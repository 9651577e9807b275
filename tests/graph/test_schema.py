"""The schema as its users meet it: every part explained, and nothing taken from them without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLSchema,
    build_schema,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_specified_directive,
)
from graphql.type import is_enum_type, is_introspection_type, is_specified_scalar_type
from graphql.utilities import find_breaking_changes

ROOT = Path(__file__).parent.parent.parent
RELEASES = ROOT / "docs" / "schema"


def sdl() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


def undescribed(schema: GraphQLSchema) -> list[str]:
    found = []
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        parts: list[tuple[str, Any]] = [(name, kind)]
        if is_object_type(kind) or is_interface_type(kind):
            for field_name, field in kind.fields.items():
                parts.append((f"{name}.{field_name}", field))
                parts += [(f"{name}.{field_name}({key}:)", argument) for key, argument in field.args.items()]
        elif is_input_object_type(kind):
            parts += [(f"{name}.{key}", field) for key, field in kind.fields.items()]
        elif is_enum_type(kind):
            parts += [(f"{name}.{key}", value) for key, value in kind.values.items()]
        found += [path for path, part in parts if not (part.description or "").strip()]
    for directive in schema.directives:
        if not is_specified_directive(directive) and not directive.description:
            found.append(f"@{directive.name}")
    return found


def test_every_part_of_the_schema_is_described() -> None:
    assert undescribed(sdl()) == []


def test_names_are_those_that_clients_expect() -> None:
    schema = sdl()
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        assert name[0].isupper(), name
        if is_enum_type(kind):
            assert all(value == value.upper() for value in kind.values), name
        elif is_input_object_type(kind):
            assert name.endswith(("Input", "Filter")), name
        elif is_object_type(kind):
            assert all(field[0].islower() and "_" not in field for field in kind.fields), name
            if name.endswith("Connection"):
                assert {"edges", "nodes", "pageInfo", "totalCount"} <= set(kind.fields), name


def test_what_a_release_promised_stands_or_its_end_is_announced() -> None:
    """A breaking change is listed in docs/schema/changes.json with the reason, for the next release's notes."""
    release = max(RELEASES.glob("*.graphql"), key=lambda path: [int(part) for part in path.stem.split(".")])
    announced = json.loads((RELEASES / "changes.json").read_text(encoding="utf-8"))
    broken = find_breaking_changes(build_schema(release.read_text(encoding="utf-8")), sdl())
    assert {change.description for change in broken} == set(announced)
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in announced.values())


def test_a_deprecated_field_says_what_to_use() -> None:
    for name, kind in sdl().type_map.items():
        if is_object_type(kind) and not is_introspection_type(kind):
            for field_name, field in kind.fields.items():
                if field.deprecation_reason is not None:
                    assert "Use `" in field.deprecation_reason, f"{name}.{field_name}"
