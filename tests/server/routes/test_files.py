from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

KEY = "videos/77/1.mp4"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def link(platform: Platform) -> str:
    asyncio.run(platform.services.storage.put(KEY, CONTENT))
    return platform.services.signer.sign(KEY, 60)


def test_a_link_ends_in_the_files_own_name(link: str) -> None:
    assert link.partition("?")[0].endswith(".mp4")


def test_a_link_needs_no_key_and_gives_the_whole_file(client: TestClient, link: str) -> None:
    del client.headers["Authorization"]
    answer = client.get(link)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_head_tells_the_size_without_the_file(client: TestClient, link: str) -> None:
    answer = client.head(link)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.content == b""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-99", CONTENT[:100]),
        ("bytes=100-", CONTENT[100:]),
        ("bytes=-7", CONTENT[-7:]),
        ("bytes=10200-99999999", CONTENT[10200:]),
        ("bytes=5-5", CONTENT[5:6]),
    ],
)
def test_a_part_can_be_asked_for(client: TestClient, link: str, asked: str, expected: bytes) -> None:
    answer = client.get(link, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == expected
    start = CONTENT.index(expected) if asked != "bytes=5-5" else 5
    assert answer.headers["Content-Range"].endswith(f"/{len(CONTENT)}")
    assert len(expected) == int(answer.headers["Content-Length"])
    assert start >= 0


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0", "bytes=9-3"])
def test_a_part_that_does_not_exist_is_a_416(client: TestClient, link: str, asked: str) -> None:
    answer = client.get(link, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=", "lines=1-2", "bytes=0-1,4-5", "bytes=x-y"])
def test_a_range_that_is_not_understood_gives_the_whole(client: TestClient, link: str, asked: str) -> None:
    assert client.get(link, headers={"Range": asked}).content == CONTENT


def test_a_changed_link_is_forbidden(client: TestClient, link: str) -> None:
    assert client.get(link.replace("/77/", "/78/")).status_code == 403
    assert client.get(link[:-2] + ("aa" if not link.endswith("aa") else "bb")).status_code == 403
    assert client.get(link.partition("?")[0]).status_code == 403


def test_an_expired_link_is_gone_and_says_what_to_do(client: TestClient, platform: Platform) -> None:
    answer = client.get(platform.services.signer.sign(KEY, -1))
    assert answer.status_code == 410
    assert "again" in answer.json()["message"]
