"""Requests that leave go to public addresses alone, whatever the address looks like and however it is resolved."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicgraph import outgoing
from civicgraph import settings as configuration
from civicgraph.outgoing import Refused, check_address, judge, post
from civicgraph.settings import Settings
from tests.conftest import make_settings
from tests.support.listener import Listener

INWARD = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1"),
)
PUBLIC = ("8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1")


def use(**values: Any) -> Settings:
    """Settings of a test."""
    made = make_settings("sqlite://:memory:", **values)
    configuration.use(made)
    return made


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody inside, who must not be reached."""
    with Listener() as made:
        yield made


@pytest.mark.parametrize("address", INWARD)
def test_an_inward_address_is_refused_in_each_of_its_forms(address: str) -> None:
    with pytest.raises(Refused):
        judge(address, use())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_taken(address: str) -> None:
    assert str(judge(address, use()))


@given(st.ip_addresses(v=4))
def test_no_wrapping_makes_a_private_address_public(address: ipaddress.IPv4Address) -> None:
    settings, number = use(), int(address)
    for wrapped in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80, number):
        inner = ipaddress.IPv6Address(wrapped)
        if not address.is_global or address.is_multicast or address.is_reserved:
            with pytest.raises(Refused):
                judge(str(inner), settings)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
async def test_a_host_written_oddly_reaches_nobody_inside(listener: Listener, host: str) -> None:
    use(outgoing_ports=f"{listener.port}")
    with pytest.raises((Refused, httpcore.ConnectError)):
        await post(f"http://{host}:{listener.port}/", b"{}", {}, seconds=2)
    assert listener.posted == []


async def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the address that was judged is the one that is connected to, and it is asked once."""
    use(outgoing_ports=f"{listener.port}", outgoing_networks="127.0.0.1/32")
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    monkeypatch.setattr(outgoing, "resolve", resolve)
    answer = await post(f"http://partner.example:{listener.port}/a?b=c", b"{}", {"x-a": "1"}, seconds=5)
    assert (answer.status, asked) == (200, ["partner.example"])
    assert (listener.posted[0].path, listener.posted[0].headers["host"]) == (
        "/a?b=c",
        f"partner.example:{listener.port}",
    )
    with pytest.raises(Refused):
        await post(f"http://partner.example:{listener.port}/", b"{}", {}, seconds=5)
    assert len(listener.posted) == 1


async def test_one_inward_address_among_public_ones_spoils_the_name(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(outgoing_ports=f"{listener.port}")

    async def resolve(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    monkeypatch.setattr(outgoing, "resolve", resolve)
    with pytest.raises(Refused):
        await post(f"http://partner.example:{listener.port}/", b"{}", {}, seconds=5)
    assert listener.posted == []


async def test_a_redirect_is_an_answer_and_not_followed(listener: Listener) -> None:
    use(outgoing_ports=f"{listener.port}", outgoing_networks="127.0.0.0/8")
    listener.status, listener.headers = 302, {"location": f"{listener.url}/inside"}
    assert (await post(f"{listener.url}/", b"{}", {}, seconds=5)).status == 302
    assert [one.path for one in listener.posted] == ["/"]


async def test_time_and_size_of_an_answer_are_bounded(listener: Listener) -> None:
    use(outgoing_ports=f"{listener.port}", outgoing_networks="127.0.0.0/8")
    listener.answer = b"x" * (outgoing.MAX_ANSWER_BYTES + 1)
    with pytest.raises(Refused):
        await post(listener.url, b"{}", {}, seconds=5)
    listener.answer, listener.stall = b"", 3
    with pytest.raises((TimeoutError, httpcore.ReadTimeout)):
        await post(listener.url, b"{}", {}, seconds=0.3)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://partner.example/", "file:///etc/passwd", "//partner.example", "partner.example", "https://", ""),
        *("https://user:pass@partner.example/", "https://partner.example:22/", "https://partner.example:99999/"),
        *("https://partner.example/a b", "https://пример.example/", "http://127.0.0.1/", "http://[::1]/"),
        "https://partner.example/" + "a" * 1_000,
    ],
)
def test_what_cannot_be_written_to_is_refused_at_the_door(url: str) -> None:
    use()
    with pytest.raises(Refused):
        check_address(url)


def test_an_ordinary_address_is_taken_at_the_door() -> None:
    use()
    for url in ("https://partner.example/events?key=1", "http://partner.example/", "https://8.8.8.8/"):
        check_address(url)
