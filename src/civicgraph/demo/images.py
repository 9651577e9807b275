"""Images of the demo city: the night at the art museum and the canteen for the old have one each."""

from __future__ import annotations

from civicgraph.demo import pictures
from civicgraph.demo.facts import facts
from civicgraph.events.models import Event
from civicgraph.events.operations import set_event_image
from civicgraph.permissions import SYSTEM
from civicgraph.services.models import Service
from civicgraph.services.operations import set_service_image
from civicgraph.uploads.models import FocalPoint


async def load_images() -> None:
    """Drawn, and said to be so in the words for those who do not see them."""
    title = next(one["title"] for one in facts()["events"] if one["key"] == "art_museum_night")
    night = await Event.get(title=title)
    given = {"slug": night.slug, "version": night.version, "image": await pictures.keep(pictures.art_night())}
    alt = "夜里亮着灯的美术馆，广场上立着一座红色雕塑，几个人站在前面（示意图）"
    await set_event_image(SYSTEM, {**given, "alt": alt, "focal_point": FocalPoint.BOTTOM_RIGHT})
    canteen = await Service.get(slug="canteen-wujiangtianyuan")
    given = {"slug": canteen.slug, "version": canteen.version, "image": await pictures.keep(pictures.canteen())}
    alt = "餐盘里三样菜、一碗米饭和一碗汤，旁边放着筷子（示意图）"
    await set_service_image(SYSTEM, {**given, "alt": alt, "focal_point": FocalPoint.TOP})
