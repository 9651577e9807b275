"""Debian's Chromium: its headless shell where there is one, which is the same browser without windows to keep."""

from __future__ import annotations

import shutil
from typing import Any


def options() -> dict[str, Any]:
    """How Playwright starts it."""
    found = filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser")))
    path = next(found, None)
    assert path, "Chromium is missing: install the package chromium-headless-shell"
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-background-networking"]}
