"""One answer is read to its end: redirects are followed, what passes is tried again, a part is no whole."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.intake.egress import DestinationUnreachable, EgressClient
from support.hostile import OPENED, http, served

if TYPE_CHECKING:
    from support.hostile import Handler


async def fetched(egress: EgressClient, url: str) -> bytes:
    return await egress.fetch(url, tenant="ann", max_bytes=1_000_000, deadline_seconds=5)


def opened(**options: Any) -> EgressClient:
    return EgressClient(OPENED, failure_seconds=0, retry_delays=(0.01, 0.01), **options)


@pytest.mark.parametrize(("hops", "arrives"), [(5, True), (6, False), (10**9, False)])
def test_follows_five_redirects(hops: int, *, arrives: bool) -> None:
    async def walk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hops
        assert not reader.at_eof()
        hops -= 1
        location = "/" if hops > 10**8 else f" /a b{hops} "
        writer.write(http(b"there") if hops < 0 else http(b"", f"Location: {location}", status="307 On"))

    async def run() -> bytes:
        async with served(walk) as base:
            return await fetched(opened(), base)

    if arrives:
        assert asyncio.run(run()) == b"there"
    else:
        with pytest.raises(DestinationUnreachable):
            asyncio.run(run())


def test_an_address_is_asked_for_as_browsers_do() -> None:
    seen: list[bytes] = []

    async def run() -> None:
        async with served(http(b"image"), seen) as base:
            port = base.rpartition(":")[2]
            await fetched(opened(), f"{base}/a%20b+%E4%BD%A0.png?q=%2F&r=s#part")
            await fetched(
                opened(resolver=lambda _host, port, *_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]),
                f"http://bücher.test:{port}/ü",
            )

    asyncio.run(run())
    assert seen[0].startswith(b"GET /a%20b+%E4%BD%A0.png?q=%2F&r=s HTTP/1.1")
    assert b"Host: xn--bcher-kva.test:" in seen[1]
    assert seen[1].startswith(b"GET /%C3%BC HTTP/1.1")


BUSY = http(b"busy", status="503 Busy")


def in_turn(*answers: bytes) -> tuple[Handler, list[float]]:
    """Give one answer after the other, the last one again and again, and note when."""
    left, asked = list(answers), list[float]()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(time.monotonic())
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return answer, asked


@pytest.mark.parametrize(
    "fault",
    [BUSY, http(b"", status="429 Slow"), http(b"", status="502 Bad"), http(b"", status="504 Late"),
     http(b"", status="500 Oh"), http(b"", "Retry-After: soon", status="503 Busy"),
     http(b"short", "Content-Length: 500"), http(b"zz\r\n", "Transfer-Encoding: chunked"), b"", b"HTTP/1.1 2",
     http(gzip.compress(bytes(9999), mtime=0)[:30], "Content-Encoding: gzip")],
)  # fmt: skip
def test_what_passes_is_tried_again(fault: bytes) -> None:
    answer, asked = in_turn(fault, http(b"image"))

    async def run() -> bytes:
        async with served(answer) as base:
            return await fetched(opened(), base)

    assert asyncio.run(run()) == b"image"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("fault", "tries"),
    [(BUSY, 3), (http(b"", status="404 Gone"), 1), (http(b"", status="403 No"), 1),
     (http(b"", "Retry-After: 60", status="503 Busy"), 1),
     (http(b"", "Retry-After: Wed, 21 Oct 2199 07:28:00 GMT", status="429 Slow"), 1)],
)  # fmt: skip
def test_what_stays_fails_within_the_deadline(fault: bytes, tries: int) -> None:
    answer, asked = in_turn(fault)

    async def run() -> None:
        async with served(answer) as base:
            await fetched(opened(), base)

    started = time.monotonic()
    with pytest.raises(DestinationUnreachable):
        asyncio.run(run())
    assert len(asked) == tries
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("as_date", [False, True])
def test_a_server_is_not_asked_again_before_it_wants(*, as_date: bool) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    class Standing:
        def now(self) -> datetime:
            return now

    wait = format_datetime(now + timedelta(seconds=1), usegmt=True) if as_date else "1"
    answer, asked = in_turn(http(b"", f"Retry-After: {wait}", status="503 Busy"), http(b"image"))

    async def run() -> bytes:
        async with served(answer) as base:
            return await fetched(opened(clock=Standing()), base)

    assert asyncio.run(run()) == b"image"
    assert asked[1] - asked[0] >= 0.99


@pytest.mark.parametrize(
    ("lines", "had"),
    [
        (["Content-Range: bytes 0-6/7"], True),
        (["Content-Range: BYTES 0-6/7 "], True),
        (["Content-Range: bytes 0-6/8"], False),
        (["Content-Range: bytes 1-6/7"], False),
        (["Content-Range: bytes 0-6/*"], False),
        ([], False),
    ],
)
def test_a_part_is_no_image_unless_it_is_the_whole(lines: list[str], *, had: bool) -> None:
    async def run(status: str) -> bytes:
        async with served(http(b"image", *lines, status=status)) as base:
            return await fetched(opened(), base)

    assert asyncio.run(run("203 Changed")) == b"image"
    if had:
        assert asyncio.run(run("206 Part")) == b"image"
    else:
        with pytest.raises(DestinationUnreachable):
            asyncio.run(run("206 Part"))
