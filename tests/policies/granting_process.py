"""A process that grants a policy again and again, until it is killed."""

from __future__ import annotations

import asyncio
import sys

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.operations import OperationError
from civicgraph.permissions import SYSTEM
from civicgraph.policies import operations
from tests.conftest import make_settings
from tests.policies.conftest import granted_to_all


async def main(url: str, policy: int) -> None:
    made = make_settings(url)
    configuration.use(made)
    async with db.connected(made):
        print("begun", flush=True)
        while True:
            try:
                await granted_to_all(SYSTEM, policy)
            except operations.TrialOver:  # the other granted since the dry run
                continue
            except OperationError:
                return
            except Exception:  # the database is locked by the other: once more
                await asyncio.sleep(0.01)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
