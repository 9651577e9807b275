"""Style sheets and scripts that every page needs: written one component to a file, sent as one file each.

Forty small files are forty questions from a phone on a bad connection, and forty answers that compress badly alone.
Nothing is built beforehand: the parts are read and joined once a process.
"""

from __future__ import annotations

from functools import cache

from civicgraph import settings

COMPONENTS = (
    *("site-header", "site-footer", "plate", "button", "figures", "tag", "days", "card", "timeline", "tiles", "chart"),
    *(
        "breadcrumb",
        "field",
        "filter",
        "facets",
        "flash",
        "table",
        "pagination",
        "empty",
        "calendar",
        "facts",
        "conflict",
        "busy",
    ),
    *(
        "places",
        "staff",
        "photos",
        "point",
        "listing-image",
        "trail",
        "desk",
        "bookings",
        "slots",
        "poster",
        "products",
        "steps",
    ),
)
MODULES = ("live", "submitting", "filters", "rows", "narrow", "theme", "menus", "following", "desk", "queue")

BUNDLES: dict[str, tuple[str, ...]] = {
    "site.css": (
        *(f"css/{name}.css" for name in ("tokens", "base", "layout")),  # tokens.css declares the order of the layers
        *(f"css/components/{name}.css" for name in COMPONENTS),
        "css/print.css",
    ),
    "site.js": tuple(f"js/{name}.js" for name in MODULES),
}
"""Each bundle's address under /static/, and its parts in order."""


@cache
def body(path: str) -> bytes:
    """A bundle's content, or that of the file of this path."""
    parts = BUNDLES.get(path)
    if parts is None:
        return (settings.folder("static") / path).read_bytes()
    texts = [(settings.folder("static") / part).read_text(encoding="utf-8") for part in parts]
    return "\n".join(texts if path.endswith(".css") else map(_alone, texts)).encode()


def _alone(script: str) -> str:
    """A module as if it stood alone: its names are its own, and when it fails the next ones still run."""
    return f"try {{\n{script}}} catch (error) {{ reportError(error); }}"
