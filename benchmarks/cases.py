"""What is measured: the reads that the site's own pages make, recorded from the pages themselves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from civicgraph import crypto, db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import sign_in
from civicgraph.accounts.passwords import hash_password
from civicgraph.app import create_app
from civicgraph.demo.facts import places
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.settings import Settings

TOWN, COUNTY = "520302", "520327"
SUBDISTRICT, COMMUNITY = "520327001", places()["fengquan"]

PUBLIC = (
    "/",
    "/search?q=漏水",
    "/search?q=演练",
    "/places",
    "/places?q=红岭",
    "/places/5203",
    f"/places/{COUNTY}",
    f"/places/{SUBDISTRICT}",
    f"/places/{COMMUNITY}",
    f"/place?code={TOWN}",
    "/events",
    "/events?kind=POLICY_CLASS",
    f"/events?within={TOWN}",
    f"/events?within={COUNTY}&kind=ENTERPRISE_FORUM",
    f"/events?within={COUNTY}&kind=ENTERPRISE_FORUM&past=1",
    "/events?q=演练",
    "/events?past=1",
    "/events?from=2026-05-01&until=2026-06-30",
    "/events/calendar",
    "/events/calendar?month=2026-05",
    "/events/week",
    "/events.ics",
    f"/events.ics?within={COUNTY}",
    "/events.atom",
    "/events/map",
    "/events/map?kind=POLICY_CLASS",
    "/services",
    "/services?kind=CANTEEN",
    f"/services?within={COMMUNITY}",
    f"/services?within={COUNTY}&kind=CANTEEN",
    "/services?kind=STEWARD",
    "/services?q=食堂",
    "/jobs",
    "/services?open=true",
    "/enterprises",
    "/enterprises?q=箱包",
    "/enterprises?industry=C",
    "/enterprises?industry=19",
    "/enterprises?list=CHAIN_LEADER",
    "/enterprises?list=FOUR_ABOVE",
    f"/enterprises?within={TOWN}",
    f"/enterprises?within={TOWN}&industry=32",
    f"/enterprises?within={COMMUNITY}&industry=19",
    f"/enterprises?within={TOWN}&q=遵铝",
    "/enterprises?industry=B",
    "/enterprises?industry=88",
    "/enterprises?industry=65&list=FOUR_ABOVE",
    f"/enterprises?within={COUNTY}&industry=88",
    f"/enterprises?within={SUBDISTRICT}&industry=88",
    f"/enterprises?within={COUNTY}&list=SPECIALISED_SME",
    "/grievances",
    "/grievances?q=漏水",
    "/grievances?category=plumbing",
    "/grievances?category=trapped&state=open",
    "/grievances?state=open",
    "/grievances?state=overdue",
    "/grievances?state=submitted",
    "/grievances?state=in_progress",
    "/grievances?state=resolved",
    f"/grievances?within={COUNTY}",
    f"/grievances?within={COUNTY}&state=open",
    f"/grievances?within={COUNTY}&state=overdue",
    f"/grievances?within={COUNTY}&state=resolved",
    f"/grievances?within={COUNTY}&category=plumbing",
    f"/grievances?within={COMMUNITY}",
    f"/grievances?within={COMMUNITY}&category=plumbing&state=open",
    f"/grievances?within={COUNTY}&q=漏水",
    "/grievances?category=ent_technology",
    "/grievances?category=ent_technology&state=resolved",
    f"/grievances?within={COUNTY}&category=ent_technology",
    f"/grievances?within={SUBDISTRICT}&category=ent_technology",
    f"/grievances?within={COUNTY}&state=in_progress",
    f"/grievances?within={COUNTY}&category=trapped&state=overdue",
    f"/grievances?category=ent_technology&q=保鲜&within={COUNTY}",
    f"/grids/{COMMUNITY}001",
    f"/report?division={COMMUNITY}",
)
STAFF = (
    "/staff",
    "/staff/inbox",
    "/staff/grievances",
    "/staff/grievances?state=open",
    "/staff/grievances?state=overdue",
    "/staff/events",
    "/staff/bookings",
    "/staff/referrals",
    "/staff/services",
    "/staff/enterprises",
    "/staff/grids",
    "/staff/places",
    "/staff/compounds",
    "/staff/audit",
    "/staff/outbox",
)
SUPERVISOR = "centre"

TREE = """
query CountyToLatestUpdate($code: DivisionCode!, $grids: Int!, $open: Int!) {
  division(code: $code) {
    shortName
    children(first: 5) { nodes { shortName
      children(first: 5) { nodes { shortName
        grids(first: $grids) { nodes { name
          grievances(filter: {isOpen: true}, first: $open) { nodes { number status
            latestUpdate { at status byLine publicNote }
          } }
        } }
      } }
    } }
  }
}
"""


@dataclass(frozen=True)
class Case:
    """One read, as a page makes it."""

    name: str
    document: str
    variables: Mapping[str, Any]
    actor: Actor

    def as_long_as(self, data: Mapping[str, Any]) -> Case:
        """The same read for a page no longer than the one in `data`: as many rows from more."""
        if "open" in self.variables:  # in the demo, the grids of one community have one grievance each
            return replace(self, variables={**self.variables, "grids": 1, "open": 1})
        lengths = [
            len(value["nodes"])
            for value in data.values()
            if isinstance(value, Mapping) and "nodes" in value and "pageInfo" in value
        ]
        size = next((name for name in ("first", "last") if isinstance(self.variables.get(name), int)), "")
        if not size or not lengths:
            return self
        return replace(self, variables={**self.variables, size: max(1, lengths[-1])})


class _Recorder(Engine):
    """An engine that notes what it is asked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.schema, engine.reader)
        self.asked: list[tuple[str, Mapping[str, Any], Actor]] = []

    async def fetch(self, text: str, variables: Mapping[str, Any], actor: Actor) -> bytes:
        self.asked.append((text, dict(variables), actor))
        return await super().fetch(text, variables, actor)


async def _signed_in() -> str:
    """A session of the supervisor of the demo."""
    password = crypto.random_token()
    await Person.filter(username=SUPERVISOR).update(password_hash=await hash_password(password))
    return await sign_in(ANONYMOUS, {"username": SUPERVISOR, "password": password})


async def record(demo: Settings) -> tuple[list[Case], list[str]]:
    """The reads behind each page, from a copy of the demo; and the pages that did not answer."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "demo.sqlite3"
        shutil.copy(db.sqlite_path(demo), copy)
        settings = demo.model_copy(update={"database_url": f"sqlite://{copy}", "is_scheduler_enabled": False})
        configuration.use(settings)
        app = create_app(settings)
        found: list[Case] = []
        failed: list[str] = []
        async with app.router.lifespan_context(app):
            recorder = _Recorder(app.state.engine)
            app.state.engine = recorder
            session = await _signed_in()
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
                for address, headers in [
                    *((one, {}) for one in PUBLIC),
                    *((one, {"cookie": f"session={session}"}) for one in STAFF),
                ]:
                    recorder.asked.clear()
                    response = await client.get(address, headers={"accept": "text/html", **headers})
                    if response.status_code != 200 or not recorder.asked:
                        failed.append(f"{address} ({response.status_code})")
                    many = len(recorder.asked) > 1
                    for number, (document, variables, actor) in enumerate(recorder.asked, 1):
                        name = f"{address} #{number}" if many else address
                        found.append(Case(name, document, variables, actor))
        found.append(Case("county → … → latest update", TREE, {"code": COUNTY, "grids": 5, "open": 3}, ANONYMOUS))
        return found, failed
