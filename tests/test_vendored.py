"""Vendored assets are the files that their list says."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = re.findall(
    r"\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| `([0-9a-f]{64})` \|", (ROOT / "static/vendor/VENDORED.md").read_text()
)


@pytest.mark.parametrize(("path", "package", "licence", "digest"), ROWS)
def test_a_vendored_file_is_the_one_that_was_recorded(path: str, package: str, licence: str, digest: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_recorded() -> None:
    recorded = {row[0] for row in ROWS}
    found = {str(p.relative_to(ROOT)) for p in (ROOT / "static/vendor").rglob("*") if p.suffix in (".js", ".css")}
    assert found <= recorded
