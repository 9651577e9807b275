"""Where GeoReport is spoken here, for apps that find cities by themselves."""

from __future__ import annotations

from starlette.requests import Request

from civicgraph import settings
from civicgraph.grievances.pages.open311.answers import MEDIA, Told
from civicgraph.i18n import N_, gettext

CHANGESET = "2026-11-28T00:00:00+08:00"
"""When the addresses or what they answer last changed."""
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


async def discovery(request: Request) -> Told:
    """The endpoint, its formats, and how one gets a key."""
    base = settings.current().base_url.rstrip("/")
    contact = gettext(N_("The city’s command centre; the way to your community stands at %(url)s"), url=base)
    key = gettext(
        N_("A token with the scope “reports”, from the city’s administrators: %(url)s"), url=f"{base}/staff/tokens"
    )
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": CHANGESET,
        "type": "production",
        "formats": [*reversed(MEDIA.values())],
    }
    found = {"changeset": CHANGESET, "contact": contact, "key_service": key, "endpoints": [endpoint]}
    return Told("discovery", found)
