"""The demo city: the real Zunyi of the facts file, and a generated city at full scale."""

from __future__ import annotations

from random import Random

from rich.console import Console
from rich.progress import Progress
from tortoise.transactions import in_transaction

from civicgraph import db, settings
from civicgraph.demo import (
    bookings,
    checklists,
    courses,
    desk,
    firms,
    grievances,
    images,
    jobs,
    listings,
    living,
    people,
    places,
    policies,
    problems,
    products,
    projects,
    rescue,
    series,
    services,
)
from civicgraph.divisions.models import Division
from civicgraph.enterprises.figures.keeping import recount
from civicgraph.enterprises.industries import load_industries


async def load(scale: str, seed: int, console: Console) -> None:
    """Load the demo city, or the city at full scale on top of it. What is there is kept."""
    if await Division.all().exists():
        console.print("The demo city is there already; its data is kept.")
    else:
        await _load_demo(seed, console)
        await db.refresh_statistics()
    if scale == "city":
        from civicgraph.demo.city import load_city

        await load_city(settings.current(), seed, console)
    console.print(f"Look at {settings.current().base_url} — staff sign in at {settings.current().base_url}/sign-in")


async def _load_demo(seed: int, console: Console) -> None:
    random = Random(seed)
    with Progress(console=console) as progress:
        task = progress.add_task("Loading Zunyi", total=11)

        def done(what: str) -> None:
            progress.update(task, advance=1, description=what)

        async with in_transaction():
            await places.load_divisions()
            done("2,362 divisions")
            compounds = await places.load_compounds()
            await places.load_figures(compounds)
            done("compounds and figures")
            await places.load_grids()
            done("grids")
            await load_industries()
            await listings.load_enterprises(random)
            await policies.load_policies(Random(seed))
            await products.load_products(Random(seed + 4))
            await recount()
            done("enterprises")
            await services.load_services(compounds)
            done("services")
            await listings.load_events(random)
            await images.load_images()
            done("events")
            await rescue.load_rescue(Random(seed + 2))
            await bookings.load_bookings(Random(seed + 1))  # of its own: what comes after stays as it was
            done("places and registrations")
            credentials, staff = await people.load_people()
            done("staff")
            await projects.load_projects(Random(seed + 4))
            done("investment projects")
            await grievances.load_categories()
            await grievances.load_grievances(
                random, compounds, staff, await problems.stories(Random(seed + 3)), Random(seed + 5)
            )
            await problems.call_departments()
            await rescue.load_records()
            await desk.load_desk(staff)
            done("grievances")
        await rescue.hand_on(staff["admin"])
        await living.load_living(staff)
        await courses.load_courses(staff)
        firm = await firms.load_firm()
        await checklists.load_checklists(staff)
        await jobs.load_jobs(staff)
        await series.load_series(staff)
        done("Zunyi is loaded")
    console.print("Sign in as (passwords are shown this once and kept hashed):")
    for one in credentials:
        console.print(f"  {one.username:15}{one.password:20}{one.role.label} · {one.place}", highlight=False)
    console.print(f"  {firm[0]:15}{firm[1]:20}An enterprise · {firms.NAME}", highlight=False)
