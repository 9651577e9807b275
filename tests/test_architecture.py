"""The house's rules about its own shape."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src/civicgraph"
ROOMS = (
    "accounts",
    "divisions",
    "grids",
    "bookings",
    "events",
    "services",
    "enterprises",
    "policies",
    "projects",
    "products",
    "checklists",
    "jobs",
    "grievances",
    "notifications",
    "uploads",
    "privacy",
)
GROUND = (
    "settings",
    "clock",
    "calendars",
    "db",
    "i18n",
    "text",
    "crypto",
    "permissions",
    "model",
    "listings",
    "graph",
    "web",
    "operations",
    "scheduler",
)
LAYERS = ("models", "rules", "operations", "graph", "pages")
LIMIT = 400
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    parts = ("civicgraph", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


def imports_of(path: Path) -> list[str]:
    """The modules that a file imports at run time (what only a type checker reads does not count)."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively: the direction would not be seen"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in found if name.startswith("civicgraph.")]


def layer_of(module: str) -> int | None:
    parts = module.split(".")
    return LAYERS.index(parts[2]) if len(parts) > 2 and parts[2] in LAYERS else None


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    module = name_of(path)
    here = module.split(".")[1] if "." in module else ""
    layer = layer_of(module)
    for imported in imports_of(path):
        there = imported.split(".")[1]
        wanted = layer_of(imported)
        if here in GROUND:
            assert there not in ROOMS, f"the ground ({module}) imports a room ({imported})"
        if here in ROOMS and there in ROOMS:
            if here != there:
                assert wanted is None or LAYERS[wanted] not in ("graph", "pages") or here == there, (
                    f"{module} imports {imported}"
                )
            elif layer is not None and wanted is not None:
                assert wanted <= layer, f"{module} imports what stands above it: {imported}"
        if here in ROOMS:
            assert there not in ("front", "app", "cli", "demo"), f"{module} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LIMIT


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "clock.py"], ids=name_of)
def test_only_the_clock_knows_the_time(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ".".join(ast.unparse(node.func).split(".")[-2:])
            assert called not in ("datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic"), (
                called
            )


NO_PAGES = ("open311", "feeds")
"""Folders of documents that are answered as they are, not drawn."""


def test_every_page_document_stands_beside_its_template() -> None:
    templates = SOURCE.parent.parent / "templates"
    for path in templates.rglob("*.graphql"):
        data_only = path.stem in ("choices", "chosen") or path.parent.name in NO_PAGES
        assert data_only or path.with_suffix(".html").is_file() or path.with_name(f"_{path.stem}.html").is_file(), path
