"""The page for partners says what the server does, and its examples check a signature."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from civicgraph.notifications.operations.events import EVENTS
from civicgraph.notifications.sending.webhooks import cloud_event, signature
from tests.support.node import NODE

PAGE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, no?").decode()
BODY = orjson.dumps({"id": "1", "data": {"number": "ZY-1", "place": "凤泉社区"}})
NOW = 1_780_000_000
HEADERS = {
    "webhook-id": "1",
    "webhook-timestamp": str(NOW),
    "webhook-signature": f"v1,{signature(SECRET, '1', NOW, BODY)}",
}
CASES = {
    "genuine": (HEADERS, BODY, NOW + 10, True),
    "another body": (HEADERS, BODY + b" ", NOW, False),
    "another id": ({**HEADERS, "webhook-id": "2"}, BODY, NOW, False),
    "another time": ({**HEADERS, "webhook-timestamp": str(NOW + 1)}, BODY, NOW, False),
    "too old": (HEADERS, BODY, NOW + 301, False),
    "no signature": ({**HEADERS, "webhook-signature": "v1,"}, BODY, NOW, False),
}


def example(language: str) -> str:
    """The page's example in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.mark.parametrize("case", CASES)
def test_the_python_example_tells_genuine_events_from_others(case: str) -> None:
    headers, body, now, wanted = CASES[case]
    found: dict[str, Any] = {}
    exec(example("python"), found)  # our own page
    assert found["is_genuine"](SECRET, headers, body, now) is wanted


def test_the_node_example_tells_genuine_events_from_others(tmp_path: Path) -> None:
    given = [[headers, base64.b64encode(body).decode(), now, wanted] for headers, body, now, wanted in CASES.values()]
    program = tmp_path / "check.mjs"
    asked = f"const cases = {orjson.dumps(given).decode()}; const secret = {orjson.dumps(SECRET).decode()};"
    told = "console.log(JSON.stringify(cases.map(([h, b, n, w]) => isGenuine(secret, h, Buffer.from(b, 'base64'), n) === w)));"
    program.write_text("\n".join([example("javascript"), asked, told]), encoding="utf-8")
    answer = subprocess.run([NODE, str(program)], check=True, capture_output=True, timeout=60)
    assert orjson.loads(answer.stdout) == [True] * len(CASES)


def test_every_type_of_event_is_on_the_page_and_the_example_has_its_form() -> None:
    for kind, words in EVENTS.items():
        assert f"| `civicgraph.{kind}` | {words} |" in PAGE
    shown = orjson.loads(example("json"))
    assert set(shown) == set(cloud_event({**shown, "data": {}}))
