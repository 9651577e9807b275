"""`civicgraph` processes that begin in a tenth of a second: forked from one that has read the code already.

Each is a process like any other, with an environment, a folder, an output and a death of its own; what is spared is the
three seconds in which Python reads the same modules and builds the same schema again. `test_cli.py` starts the command
the long way too.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.support.preloaded"])


def begin(
    words: tuple[str, ...],
    environment: Mapping[str, str],
    folder: Path,
    out: Path,
    err: Path | None = None,
    deadlines: Mapping[str, int] | None = None,
) -> ForkServerProcess:
    """`civicgraph` with these words, its output in `out`; with other `deadlines` of `civicgraph.server.protocol`."""
    files = (str(out), str(err or out))
    process = _forks.Process(
        target=_main, args=(words, dict(environment), str(folder), files, dict(deadlines or {})), daemon=True
    )
    process.start()
    return process


def _main(
    words: tuple[str, ...], environment: dict[str, str], folder: str, files: tuple[str, str], deadlines: dict[str, int]
) -> None:
    assert "civicgraph.app" in sys.modules, "the fork server has read nothing"
    for number, name in zip((1, 2), files, strict=True):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["civicgraph", *words]
    from civicgraph.server import protocol

    for name, seconds in deadlines.items():
        setattr(protocol, name, seconds)
    from civicgraph.cli import main

    main()
