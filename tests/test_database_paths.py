"""Where a database lies is whatever its path says."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from civicgraph import settings as configuration
from civicgraph.app import create_app
from tests.conftest import make_settings
from tests.support import city


@pytest.mark.parametrize("name", ["//", "/a b?c#d%20e&mode=rw/", "/凤冈;'\"/"])
async def test_a_database_is_served_whatever_its_path_holds(sqlite_template: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name.strip("/")
    folder.mkdir(exist_ok=True)
    shutil.copy(sqlite_template, folder / "city.sqlite3")
    path = f"/{tmp_path}{name}city.sqlite3" if name == "//" else f"{folder}/city.sqlite3"
    settings = make_settings(f"sqlite://{path}", uploads_folder=str(tmp_path / "uploads"))
    configuration.use(settings)
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        await city.build()
        transport = httpx.ASGITransport(app=made)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            for _ in range(2):  # drawn, and kept: both ask the file
                answer = await client.get("/places", headers={"accept": "text/html"})
                assert answer.status_code == 200
                assert "凤冈县" in answer.text
    assert not [one for one in folder.iterdir() if not one.name.startswith("city.sqlite3")]
