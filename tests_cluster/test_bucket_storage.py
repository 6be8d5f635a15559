"""A bucket over real HTTP: what only an object store does, and what it does when it fails."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import httpx
import obstore
import pytest

from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting, Unavailable
from keyreel.storage.bucket.opening import open_bucket, open_store
from keyreel.storage.bucket.presigned_links import PresignedLinks
from keyreel.storage.bucket.storage import PROBE_KEY
from support.faulty_proxy import Fault
from support.object_stores import describe_store
from support.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.storage.bucket.storage import BucketStorage
    from support.faulty_proxy import FaultyProxy
    from support.object_stores import ObjectStore

VIDEO = "videos/123/1.mp4"
IMAGE = "assets/" + "ab" * 32


@pytest.fixture
def url(object_store: ObjectStore, faulty_store: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in describe_store(faulty_store.address).items():
        monkeypatch.setenv(name, value)
    return f"s3://{object_store.make_bucket()}/some/folder"


@pytest.fixture
def storage(url: str) -> BucketStorage:
    return open_bucket(url, SystemClock())


def test_lists_more_than_a_page(storage: BucketStorage) -> None:
    async def run() -> None:
        turns = asyncio.Semaphore(8)

        async def put(number: int) -> None:
            async with turns:
                await storage.put(f"videos/{number}/1.mp4", b"x")

        await asyncio.gather(*map(put, range(1001)))
        assert len({found.key async for found in storage.list_files("videos")}) == 1001
        assert sum(1 for _ in storage.scan("videos")) == 1001

    asyncio.run(run())


LARGE_FILE = """
import asyncio, pathlib, resource, sys
from keyreel.clock import SystemClock
from keyreel.storage.bucket.opening import open_bucket
storage, source, copy = open_bucket(sys.argv[1], SystemClock()), *map(pathlib.Path, sys.argv[2:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
async def run():
    await storage.put_file("videos/1/1.mp4", source)
    await storage.download("videos/1/1.mp4", copy)
asyncio.run(run())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def test_a_large_video_is_never_in_memory_as_a_whole(url: str, tmp_path: Path) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    with source.open("wb") as file:
        for number in range(96):
            file.write(bytes([number]) * (1 << 20))
    ran = subprocess.run(
        [sys.executable, "-c", LARGE_FILE, url, source, copy], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) < 64  # MiB, of 96
    assert source.read_bytes() == copy.read_bytes()


def test_a_presigned_link_gives_the_result_with_its_type_and_name(storage: BucketStorage, url: str) -> None:
    asyncio.run(storage.put(VIDEO, b"0123456789"))
    links = PresignedLinks(open_store(url))
    link = links.sign(VIDEO, 600)
    answer = httpx.get(link, headers={"Range": "bytes=2-4"}, trust_env=False)
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Disposition"] == 'inline; filename="123-1.mp4"'
    assert links.is_below(link)
    with pytest.raises(ValueError, match="is not a result"):
        links.sign(IMAGE, 600)


def test_a_link_to_anything_else_is_not_the_stores_own(url: str) -> None:
    links = PresignedLinks(open_store(url))
    link = links.sign(VIDEO, 600)
    for other in (
        link.replace("/some/folder/", "/some/other/"),
        link.replace(VIDEO, "assets/" + "ab" * 32),
        link.replace(VIDEO, "videos/../../../secrets"),
        link.replace("127.0.0.1", "127.0.0.2"),
        f"https://example.com/{link}",
    ):
        assert not links.is_below(other), other


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(cut=True), "does not respond"),
        (Fault(http_status=500), "does not respond"),
        (Fault(http_status=503, http_body="<Error><Code>SlowDown</Code></Error>"), "does not respond"),
        (
            Fault(http_status=507, http_body="<Error><Code>Full</Code></Error>"),
            "does not respond",
        ),
        (Fault(http_status=403, http_body="<Error><Code>AccessDenied</Code></Error>"), "denies access"),
    ],
)
def test_a_fault_is_unavailable_and_leaves_nothing_behind(
    storage: BucketStorage, faulty_store: FaultyProxy, tmp_path: Path, *, fault: Fault, said: str
) -> None:
    (tmp_path / "source").write_bytes(bytes(20 << 20))

    async def run() -> None:
        for work in (
            partial(storage.put, VIDEO, b"x"),
            partial(storage.put_file, VIDEO, tmp_path / "source"),
            partial(storage.put_all, {IMAGE: b"x", "assets/" + "cd" * 32: b"y"}),
            partial(storage.create, "uploads/a.png", b"x"),
            partial(storage.get_size, IMAGE),
            partial(storage.download, VIDEO, tmp_path / "copy"),
            partial(storage.delete, VIDEO),
        ):
            with pytest.raises(Unavailable, match=said) as caught:
                await work()
            assert caught.value.retry_after_seconds > 0

    faulty_store.strike(fault)
    asyncio.run(run())
    with pytest.raises(Unavailable, match=said):
        storage.probe()
    faulty_store.heal()
    assert [found.key for folder in ("videos", "assets", "uploads") for found in storage.scan(folder)] == []
    storage.probe()


def test_a_slow_store_is_waited_for(storage: BucketStorage, faulty_store: FaultyProxy) -> None:
    faulty_store.strike(Fault(delay_seconds=0.5))
    asyncio.run(storage.put(VIDEO, b"x"))
    assert asyncio.run(storage.get_size(VIDEO)) == 1


def test_a_short_fault_is_passed_over(storage: BucketStorage, faulty_store: FaultyProxy) -> None:
    async def run() -> None:
        faulty_store.strike(Fault(http_status=500))
        before = faulty_store.requests
        async with asyncio.TaskGroup() as group:
            group.create_task(storage.put(VIDEO, b"x"))
            await asyncio.to_thread(wait_until, lambda: faulty_store.requests > before)
            faulty_store.heal()

    asyncio.run(run())
    assert asyncio.run(storage.get_size(VIDEO)) == 1


def test_a_bucket_that_is_gone_loses_no_file_by_what_is_said(
    storage: BucketStorage, url: str, object_store: ObjectStore
) -> None:
    storage.probe()
    obstore.delete(open_store(url), PROBE_KEY)
    object_store.delete_bucket(url.split("/")[2])
    for key in (VIDEO, IMAGE):
        with pytest.raises(Unavailable, match="does not exist in the file store"):
            asyncio.run(storage.get_size(key))


def test_an_address_that_is_not_encrypted_must_be_allowed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "")
    with pytest.raises(InvalidSetting, match="AWS_ALLOW_HTTP=true"):
        open_bucket(url, SystemClock())


def test_a_bucket_that_is_not_there_or_not_ours_ends_the_start(faulty_store: FaultyProxy, url: str) -> None:
    with pytest.raises(InvalidSetting, match="does not exist in the file store"):
        open_bucket("s3://no-such-bucket/folder", SystemClock())
    faulty_store.strike(Fault(http_status=403))
    with pytest.raises(InvalidSetting, match="denies access"):
        open_bucket(url, SystemClock())


def test_a_store_that_overwrites_where_it_is_to_create_is_refused(
    faulty_store: FaultyProxy, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyreel.storage.bucket.opening.PROBE_KEY", "health/never-put")
    with pytest.raises(InvalidSetting, match="If-None-Match"):
        open_bucket(url, SystemClock())
    assert faulty_store.requests


def test_a_store_that_is_away_at_the_start_is_waited_for(faulty_store: FaultyProxy, url: str) -> None:
    faulty_store.strike(Fault(cut=True))
    storage = open_bucket(url, SystemClock())
    with pytest.raises(Unavailable):
        storage.probe()
    faulty_store.heal()
    storage.probe()
