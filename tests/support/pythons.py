"""Environments of their own for Python tools that want other libraries than we do, or would hold ours back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

CLIENTS = Path(__file__).parent.parent / "clients"


class Environment:
    """The packages that the `requirements.lock` of a folder pins, in a `.venv` beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / ".venv"

    def install(self) -> None:
        """Put the locked packages in place, once for each state of the lock file."""
        lock = (self.folder / "requirements.lock").read_text(encoding="utf-8")
        stamp = self._path / "installed"
        with FileLock(self.folder / ".installing"):
            if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
                return
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(self._path)], check=True, timeout=120)
            pip = [str(self._path / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run(
                [*pip, "--require-hashes", "-r", str(self.folder / "requirements.lock")], check=True, timeout=300
            )
            stamp.write_text(lock, encoding="utf-8")

    def run(
        self, command: str, *arguments: str, within: Path | None = None, seconds: float = 120, **variables: str
    ) -> str:
        """What a command prints, run in this folder or `within` another. Raises `AssertionError` with its words when it fails."""
        self.install()
        done = subprocess.run(
            [str(self._path / "bin" / command), *arguments],
            cwd=within or self.folder,
            env={**os.environ, "PYTHONPATH": "", **variables},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


ARIADNE = Environment(CLIENTS / "python")
SCHEMATHESIS = Environment(CLIENTS / "fuzz")
