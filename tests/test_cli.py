"""The command line, as an operator uses it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from civicgraph.accounts.operations.tokens import TokenScope
from civicgraph.permissions import Role
from tests.support import forks
from tests.support.mail import free_port

SECRET = "a secret of the tests, long enough to be one"
CITY = "520327001901"


class Shell:
    """Runs `civicgraph` in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("CIVICGRAPH_")}
        self.environment |= {"CIVICGRAPH_SECRET_KEY": SECRET, "COLUMNS": "200", "NO_COLOR": "1"}

    def __call__(self, *words: str, code: int = 0, **environment: str) -> str:
        said, complained = (self.folder / f".{secrets.token_hex(4)}.{name}" for name in ("out", "err"))
        try:
            process = forks.begin(words, {**self.environment, **environment}, self.folder, said, complained)
            process.join(120)
            assert process.exitcode == code, said.read_text() + complained.read_text()
            return said.read_text()
        finally:
            for file in (said, complained):
                file.unlink(missing_ok=True)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the demo city, to copy, and what loading it said."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, Shell(folder)("demo")


@pytest.fixture
def city(loaded: tuple[Path, str], tmp_path: Path) -> Shell:
    """A folder of its own with the demo city."""
    shutil.copytree(loaded[0], tmp_path, dirs_exist_ok=True)
    return Shell(tmp_path)


@pytest.mark.parametrize(
    "command", ["serve", "migrate", "demo", "staff", "token", "schema", "tick", "backup", "check", "keys"]
)
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    assert "Usage" in shell(command, "--help")
    assert command in shell("--help")


def test_the_help_names_every_scope_of_a_token_and_every_role(shell: Shell) -> None:
    told = shell("token", "create", "--help")
    assert all(one.value in told for one in TokenScope)
    told = shell("staff", "add", "--help")
    assert all(one.value in told for one in Role)


def test_the_command_serves_when_it_is_started_by_hand(city: Shell) -> None:
    port = free_port()
    command = [sys.executable, "-m", "civicgraph", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=city.folder, env=city.environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert f"listens on http://127.0.0.1:{port}" in process.stdout.readline().decode()
            answered = httpx.HTTPTransport(retries=8)  # each try waits twice as long as the one before
            with httpx.Client(transport=answered) as client:
                assert "诉求" in client.get(f"http://127.0.0.1:{port}/", timeout=20).text
        finally:
            process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)


def test_check_says_in_plain_words_what_is_wrong(shell: Shell) -> None:
    assert "SECRET_KEY is missing" in shell("check", code=1, CIVICGRAPH_SECRET_KEY="")
    assert "Migrations are behind" in shell("check", code=1)
    unreachable = "postgres://nobody@127.0.0.1:1/nowhere"
    assert "cannot be reached" in shell("check", code=1, CIVICGRAPH_DATABASE_URL=unreachable)
    shell("migrate")
    assert "mail server" in shell("check", code=1, CIVICGRAPH_SMTP_URL="smtp://127.0.0.1:1")
    assert "The division 5203 is not in the database" in shell("check", code=1)


def test_the_demo_is_loaded_once_and_told_once(loaded: tuple[Path, str], city: Shell) -> None:
    assert re.search(r"admin\s+\S{12,}\s+Administrator", loaded[1])
    second = city("demo")
    assert "kept" in second
    assert "Administrator" not in second
    assert "Everything is in order" in city("check")


def test_an_operator_adds_people_and_tokens_ticks_and_takes_a_backup(city: Shell) -> None:
    added = city("staff", "add", "lin", "--name", "林一", "--role", "dispatcher", "--division", CITY)
    assert "password" in added
    assert "lin" in city("staff", "list")
    assert "lin" in city("staff", "password", "lin")
    secret = city("token", "create", "lin", "--name", "script")
    assert secret.startswith("cg_")
    manifest = city.folder / "manifest.json"
    manifest.write_text(json.dumps({hashlib.sha256(b"{ me { name } }").hexdigest(): "{ me { name } }"}))
    assert "script runs the documents of this list" in city("token", "trust", secret[:9], "manifest.json")
    manifest.write_text(json.dumps({"no hash": "{ me { name } }"}))
    city("token", "trust", secret[:9], "manifest.json", code=1)
    city("staff", "add", "lin", "--name", "林一", "--role", "dispatcher", "--division", CITY, code=1)
    assert "Deadlines" in city("tick", "--once")
    city("backup", "copy.sqlite3")
    with sqlite3.connect(city.folder / "copy.sqlite3") as copy:
        assert copy.execute("SELECT count(*) FROM division").fetchone()[0] >= 2362
    city("backup", "copy.sqlite3", code=1)


def test_a_tampered_audit_trail_is_found(city: Shell) -> None:
    city("staff", "add", "lin", "--name", "林一", "--role", "dispatcher", "--division", CITY)
    with sqlite3.connect(city.folder / "var/civicgraph.sqlite3") as database:
        database.execute("UPDATE audit_entry SET operation = 'nothing' WHERE id = (SELECT min(id) FROM audit_entry)")
    assert "tampered" in city("check", code=1)
