"""What is wrong with a set-up, in plain words: for `civicgraph check` and `/readyz`."""

from __future__ import annotations

import os
import shutil
from typing import Any

from tortoise.connection import get_connection

from civicgraph import crypto, db
from civicgraph.divisions.models import Division
from civicgraph.settings import Settings

MIN_FREE_BYTES = 200 * 1024 * 1024


def settings_troubles(settings: Settings) -> list[str]:
    """What can be seen without the database."""
    found = []
    secret = settings.secret_key.get_secret_value()
    if not secret:
        found.append(
            "CIVICGRAPH_SECRET_KEY is missing: without it nobody can sign in and contacts cannot be encrypted. Put 32 random characters or more into .env."
        )
    elif len(secret) < 32:
        found.append(f"CIVICGRAPH_SECRET_KEY has {len(secret)} characters: give it at least 32.")
    try:
        crypto.check_keys(settings)
    except ValueError as error:
        found.append(str(error))
    if not settings.base_url.startswith(("http://", "https://")):
        found.append("CIVICGRAPH_BASE_URL must begin with http:// or https://.")
    if not db.is_postgres(settings):
        folder = db.sqlite_path(settings).absolute().parent
        if not folder.is_dir():
            found.append(f"The folder {folder} does not exist yet; `civicgraph migrate` makes it.")
        elif not os.access(folder, os.W_OK):
            found.append(f"The folder {folder} cannot be written to.")
        elif shutil.disk_usage(folder).free < MIN_FREE_BYTES:
            found.append(f"The disk of {folder} has less than {MIN_FREE_BYTES // 1024 // 1024} MB left.")
    return found


async def database_troubles(settings: Settings) -> list[str]:
    """Whether the connected database answers and has this release's tables."""
    try:
        await get_connection("default").execute_query("SELECT 1")
    except Exception as error:
        return [
            f"The database cannot be reached ({type(error).__name__}): check CIVICGRAPH_DATABASE_URL and that the server runs."
        ]
    pending = await db.pending_migrations(settings)
    if pending:
        return [f"Migrations are behind ({', '.join(pending)}): run `civicgraph migrate`."]
    return []


async def city_troubles(settings: Settings) -> list[str]:
    """Whether the city itself is there; only asked of a database that answers."""
    if await Division.exists(code=settings.city_code):
        return []
    return [
        f"The division {settings.city_code} is not in the database: load the city with `civicgraph demo`, or name another one by CIVICGRAPH_CITY_CODE."
    ]


async def troubles(settings: Settings, heartbeat: Any = None) -> list[str]:
    """Everything that keeps a running process from doing its work."""
    found = settings_troubles(settings) + await database_troubles(settings)
    found = found or await city_troubles(settings)
    if heartbeat is not None and settings.is_scheduler_enabled and heartbeat.is_stuck():
        found.append(
            "The scheduler has not ticked for a while: reminders do not go out. Restart the process and look at the log."
        )
    return found
