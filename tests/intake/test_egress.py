"""Nothing internal is reached through a tenant's URL, and no server can hold a fetch beyond its limits."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from keyreel.intake.egress import DestinationUnreachable, EgressClient, PostResponse
from keyreel.intake.response_reader import ResponseTooLarge
from support.hostile import OPENED, http, served

if TYPE_CHECKING:
    from collections.abc import Sequence

# Errors that come before any connection is tried.
REFUSED = {"BlockedURLError", "BlockedAddressError", "InvalidURL", "UnsupportedProtocol", "FetchFailed"}

NAMES: dict[str, Sequence[str]] = {
    "internal.test": ["10.0.0.7"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": ["93.184.216.34", "127.0.0.1"],
    "mapped.test": ["::ffff:169.254.169.254"],
    "six.test": ["fd00:ec2::254"],
    "azure.test": ["168.63.129.16"],
    "loop.test": ["127.0.0.1"],
    "nat64.test": ["64:ff9b::7f00:1"],
}


def made_up_names(host: str, port: int, *hints: int) -> list[Any]:
    """Answer made-up names from a table and leave spelled addresses to the system: no query leaves."""
    answers: list[Any] = []
    for address in NAMES.get(host, [host]):
        answers += socket.getaddrinfo(address, port, *hints[:3], socket.AI_NUMERICHOST)
    return answers


async def fetched(egress: EgressClient, url: str, max_bytes: int = 1_000_000, seconds: float = 5) -> bytes:
    return await egress.fetch(url, tenant="ann", max_bytes=max_bytes, deadline_seconds=seconds)


CLOSED = EgressClient(resolver=made_up_names, failure_seconds=0)


def fetch(url: str, egress: EgressClient = CLOSED) -> bytes:
    return asyncio.run(fetched(egress, url))


def opened(**options: Any) -> EgressClient:
    return EgressClient(OPENED, failure_seconds=0, retry_delays=(0.01, 0.01), **options)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://127.255.255.254/",
        "http://2130706433/", "http://017700000001/", "http://0177.0.0.1/", "http://0x7f000001/",
        "http://0x7f.0.0.1/", "http://0x7f.1/", "http://0/", "http://0.0.0.0/", "http://[::]/",
        "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::]/",
        "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
        "http://[fec0::1]/", "http://[ff02::1]/", "http://10.0.0.1/", "http://172.16.0.1/",
        "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/", "http://100.100.100.200/",
        "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/",
        "http://[::ffff:a9fe:a9fe]/", "http://168.63.129.16/", "http://[::ffff:168.63.129.16]/",
        "http://192.0.0.192/", "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/",
        "http://255.255.255.255/", "http://internal.test/", "http://metadata.test/",
        "http://mixed.test/", "http://mapped.test/", "http://six.test/", "http://azure.test/",
        "http://loop.test/", "http://nat64.test/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/",
        "http://example.com:22/", "http://example.com:6379/", "https://example.com:5432/",
        "http://127.0.0.1:8080/", "http://loop.test:8443/",
    ],
)  # fmt: skip
def test_refuses_to_reach_inside(url: str) -> None:
    with capture_logs() as logs, pytest.raises(DestinationUnreachable) as failed:
        fetch(url)
    assert str(failed.value) == "The URL could not be reached."
    assert logs[0]["error"] in REFUSED


@pytest.mark.parametrize(
    "url",
    ["http://user:secret@127.0.0.1/", "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/",
     "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/", "ftp://127.0.0.1/",
     "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "http:///x", "http://", "//127.0.0.1/",
     "http://127.0.0.1\r\nHost: x/", "http://[::1", "http://exa mple.com/", "", "data:text/plain,x",
     "http://" + "a" * 3000, "http://127.0.0.1:99999/", "http://.../"],
)  # fmt: skip
def test_refuses_a_trick_in_the_url(url: str) -> None:
    with capture_logs() as logs, pytest.raises(DestinationUnreachable) as failed:
        fetch(url)
    assert str(failed.value) == "The URL could not be reached."
    assert logs[0]["error"] in REFUSED
    assert "secret" not in str(logs)


def test_internal_and_unreachable_look_alike() -> None:
    egress = EgressClient(failure_seconds=0.2)
    seen = []
    for url in ("http://10.0.0.7/a.png", "http://nowhere.invalid/a.png"):
        started = time.perf_counter()
        with pytest.raises(DestinationUnreachable) as failed:
            fetch(url, egress)
        seen.append(str(failed.value))
        assert time.perf_counter() - started >= 0.19
    assert len(set(seen)) == 1


def test_an_opened_network_is_reached_on_any_port() -> None:
    async def run() -> bytes:
        async with served(http(b"image")) as base:
            return await fetched(opened(), f"{base}/a.png?x=1")

    assert asyncio.run(run()) == b"image"


def test_an_opened_network_opens_no_other() -> None:
    with capture_logs() as logs, pytest.raises(DestinationUnreachable):
        fetch("http://10.0.0.7:9999/", opened())
    assert logs[0]["error"] in REFUSED


def test_an_unusual_port_stays_closed_outside_of_opened_networks() -> None:
    def resolver(_host: str, port: int, *_: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    with capture_logs() as logs, pytest.raises(DestinationUnreachable):
        fetch("http://outside.test:22/", opened(resolver=resolver))
    assert logs[0]["error"] in REFUSED


def test_a_name_is_looked_up_once_and_that_address_is_connected_to() -> None:
    answers = iter(["127.0.0.1", "10.0.0.7"])

    def rebinding(_host: str, port: int, *_: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def run() -> bytes:
        async with served(http(b"image")) as base:
            url = base.replace("127.0.0.1", "rebind.test")
            return await fetched(opened(resolver=rebinding), url)

    assert asyncio.run(run()) == b"image"
    assert next(answers) == "10.0.0.7"


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.7/", "http://169.254.169.254/", "http://[::ffff:10.0.0.7]/", "file:///etc/passwd",
     "gopher://10.0.0.7/", "http://user:pw@127.0.0.1/", "//10.0.0.7/x", "http://2852039166/"],
)  # fmt: skip
def test_a_redirect_is_checked_again(target: str) -> None:
    async def run() -> None:
        async with served(http(b"", f"Location: {target}", status="302 Found")) as base:
            await fetched(opened(), base)

    with capture_logs() as logs, pytest.raises(DestinationUnreachable):
        asyncio.run(run())
    assert logs[0]["error"] in REFUSED


@pytest.mark.parametrize(
    "answer",
    [http(b"gone", status="404 Not Found"), http(b"", status="204 No Content"), b"", b"SSH-2.0-OpenSSH\r\n",
     http(b"short", "Content-Length: 500"),
     http(b"", "Location: http://[::1", status="302 Found"), http(b"zz\r\n", "Transfer-Encoding: chunked")],
)  # fmt: skip
def test_an_unusable_answer_is_no_image(answer: bytes) -> None:
    async def run() -> None:
        async with served(answer) as base:
            await fetched(opened(), base)

    with pytest.raises(DestinationUnreachable):
        asyncio.run(run())


def test_a_gzip_bomb_behind_a_redirect_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    async def run() -> None:
        lines = ("Content-Encoding: gzip", "Location: http://10.0.0.7/")
        async with served(http(bomb, *lines, status="302 Found")) as base:
            await fetched(opened(), base)

    started = time.process_time()
    with pytest.raises(DestinationUnreachable):
        asyncio.run(run())
    assert time.process_time() - started < 1


@pytest.mark.parametrize("lines", [(), ("Content-Length: 3000000",), ("Content-Length: 10",)])
def test_counts_the_bytes_itself(lines: tuple[str, ...]) -> None:
    async def run() -> bytes:
        async with served(http(bytes(3_000_000), *lines)) as base:
            return await fetched(opened(), base, max_bytes=1_000_000)

    if lines == ("Content-Length: 10",):
        assert len(asyncio.run(run())) == 10
    else:
        with pytest.raises(ResponseTooLarge):
            asyncio.run(run())


def test_an_endless_answer_is_cut_off_at_the_limit() -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(b""))
        while not reader.at_eof():
            writer.write(bytes(65536))
            await writer.drain()

    async def run() -> None:
        async with served(pour) as base:
            await fetched(opened(), base)

    with pytest.raises(ResponseTooLarge):
        asyncio.run(run())


@pytest.mark.parametrize("head", [b"", http(b""), b"HTTP/1.1 200 OK\r\nX: "])
def test_a_dripping_server_meets_the_deadline(head: bytes) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not reader.at_eof():
            writer.write(b"x" if head else b"")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def run() -> None:
        async with served(drip) as base:
            await fetched(opened(), base, seconds=0.5)

    started = time.perf_counter()
    with pytest.raises(DestinationUnreachable):
        asyncio.run(run())
    assert time.perf_counter() - started < 2


def test_no_proxy_and_no_credentials_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login tenant password leaked\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    seen: list[bytes] = []

    async def run() -> bytes:
        async with served(http(b"image"), seen) as base:
            return await fetched(opened(), base)

    assert asyncio.run(run()) == b"image"
    assert b"authorization" not in seen[0].lower()
    assert b"accept-encoding: identity" in seen[0].lower()


def test_cookies_are_not_carried_from_one_fetch_to_the_next() -> None:
    seen: list[bytes] = []

    async def run() -> None:
        egress = opened()
        async with served(http(b"image", "Set-Cookie: a=b"), seen) as base:
            await fetched(egress, base)
            await fetched(egress, base)

    asyncio.run(run())
    assert all(b"cookie" not in request.lower() for request in seen)


def test_posts_and_returns_the_answers_head() -> None:
    seen: list[bytes] = []

    async def run() -> PostResponse:
        async with served(http(b"ignored", "Retry-After: 7", status="410 Gone"), seen) as base:
            return await opened().post(
                base, tenant="ann", body=b"{}", headers={"X-Mark": "1"}, deadline_seconds=5
            )

    assert asyncio.run(run()) == PostResponse(410, "7")
    assert seen[0].startswith(b"POST / ")
    assert b"X-Mark: 1" in seen[0]


def test_a_post_follows_no_redirect() -> None:
    async def run() -> PostResponse:
        async with served(http(b"", "Location: http://10.0.0.7/", status="307 On")) as base:
            return await opened().post(base, tenant="ann", body=b"{}", headers={}, deadline_seconds=5)

    assert asyncio.run(run()).status == 307


@pytest.mark.parametrize("url", ["http://10.0.0.7/hook", "http://127.0.0.1:8080/", "ftp://x/", "http://a@b/"])
def test_a_post_reaches_nothing_inside(url: str) -> None:
    with pytest.raises(DestinationUnreachable):
        asyncio.run(CLOSED.post(url, tenant="ann", body=b"", headers={}, deadline_seconds=5))
