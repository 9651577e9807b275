"""An environment of its own for a Python client that wants other libraries than we do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

FOLDER = Path(__file__).parent.parent / "clients" / "python"
ENVIRONMENT = FOLDER / ".venv"


def install() -> None:
    """Put the locked packages in place, once for each state of the lock file."""
    lock = (FOLDER / "requirements.lock").read_text(encoding="utf-8")
    stamp = ENVIRONMENT / "installed"
    with FileLock(FOLDER / ".installing"):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True, timeout=120)
        pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(FOLDER / "requirements.lock")], check=True, timeout=300)
        stamp.write_text(lock, encoding="utf-8")


def run(command: str, *arguments: str, path: Path | None = None) -> str:
    """What a command of the environment prints. Raises `AssertionError` with its words when it fails."""
    install()
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    done = subprocess.run(
        [str(ENVIRONMENT / "bin" / command), *arguments],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
