"""A partner's program in Python, with the client that was generated from schema.graphql."""

import asyncio
import json
import sys

from typed_client import Client
from typed_client.input_types import FileGrievanceInput


async def main(url: str, token: str, county: str, community: str) -> None:
    async with Client(url=url, headers={"authorization": f"Bearer {token}"}) as client:
        words = "楼道灯不亮了，晚上看不见台阶。"
        reported = await client.report(
            FileGrievanceInput(divisionCode=community, category="lighting", description=words)
        )
        read = await client.county_to_latest_update(county)
    answer = reported.file_grievance
    found = {
        "name": read.division.short_name,
        "errors": [error.message for error in answer.errors],
        "number": answer.grievance.number,
    }
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))
