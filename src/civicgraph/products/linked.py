"""A product for search engines and shops: schema.org as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.events.feeds.texts import absolute
from civicgraph.i18n import label_of


def product_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The product as schema.org describes products; only what is known of it, and no price, since there is none."""
    path = f"/products/{row['number']}"
    maker = row["enterprise"]
    found = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": absolute(path),
        "url": absolute(path),
        "name": row["name"],
        "alternateName": row["nameEn"],
        "description": row["summary"] or row["description"],
        "category": label_of("ProductKind", row["kind"]),
        "image": [absolute(f"/uploads/{one['name']}/large") for one in row["pictures"]],
        "brand": {"@type": "Brand", "name": row["brand"]} if row["brand"] else "",
        "manufacturer": {"@type": "Organization", "name": maker["name"]} if maker else "",
        "countryOfOrigin": {"@type": "Country", "name": "CN"},
        "award": [one["title"] for one in row["recognitions"]],
        "hasCertification": [{"@type": "Certification", "name": one} for one in row["standards"]],
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}
