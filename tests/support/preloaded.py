"""What the fork server has read before it forks: all that a process of ours reads at its start, and no setting.

The command line itself is left out: it looks at its terminal and its environment when it is read.
"""

from __future__ import annotations

import gc

import rich.table  # noqa: F401
import typer  # noqa: F401

import civicgraph.app
import civicgraph.demo
import civicgraph.migrating
import civicgraph.server
from civicgraph import settings
from civicgraph.schema import schema

gc.disable()
civicgraph.app.routes()
schema()
assert settings._current is None, "a setting was read before the process that it belongs to began"
gc.collect()
gc.freeze()
gc.enable()
