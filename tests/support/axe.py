"""axe-core over a page that stands in a browser: what keeps somebody out, in words. Its version is in VENDORED.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright import async_api, sync_api

SCRIPT = (Path(__file__).parent.parent / "vendor/axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA, and what axe holds to be good practice: headings in order, landmarks, and the like."""
RUN = "options => axe.run(document, options)"
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def troubles(page: sync_api.Page, *, with_colours: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice on the page as it stands, each with the first element concerned.

    Colours are the same in every language, and dear to look at.
    """
    page.evaluate(SCRIPT)
    return _words(page.evaluate(RUN, _options(with_colours=with_colours)))


async def troubles_of(page: async_api.Page) -> list[str]:
    """The same for a page of Playwright's asynchronous half."""
    await page.evaluate(SCRIPT)
    return _words(await page.evaluate(RUN, _options(with_colours=True)))


def _options(*, with_colours: bool) -> dict[str, Any]:
    return {"runOnly": TAGS, "rules": {"color-contrast": {"enabled": with_colours}}}


def is_too_wide(page: sync_api.Page) -> bool:
    """Whether something sticks out of the window sideways."""
    return bool(page.evaluate(IS_TOO_WIDE))


def _words(found: Mapping[str, Any]) -> list[str]:
    return [f"{one['id']} ({len(one['nodes'])}×): {one['nodes'][0]['html'][:160]}" for one in found["violations"]]
