"""Files are whole or absent, on the disk once put, and found by their key alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.objects import FOLDERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from keyreel.storage.objects import ObjectStorage

KEY = "videos/123/1.mp4"


async def keys_below(storage: ObjectStorage, prefix: str) -> list[str]:
    return sorted([found.key async for found in storage.list_files(prefix)])


async def gathered(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def test_gives_back_what_was_put(storage: ObjectStorage, tmp_path: Path) -> None:
    async def run() -> None:
        source = tmp_path / "source"
        source.write_bytes(b"video")
        await storage.put("assets/00", b"image")
        await storage.put_file(KEY, source)
        assert await storage.get_size("assets/00") == 5
        assert await gathered(storage.read(KEY)) == b"video"
        await storage.download("assets/00", tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == b"image"

    asyncio.run(run())


def test_replaces_a_file_as_a_whole(storage: ObjectStorage) -> None:
    async def run() -> None:
        await storage.put(KEY, b"the longer first one")
        await storage.put(KEY, b"second")
        assert await gathered(storage.read(KEY)) == b"second"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 10, b"0123456789"), (2, 5, b"234"), (9, None, b"9"), (4, 4, b"")]
)
def test_reads_a_range(storage: ObjectStorage, start: int, end: int | None, expected: bytes) -> None:
    async def run() -> None:
        await storage.put(KEY, b"0123456789")
        assert await gathered(storage.read(KEY, start, end)) == expected

    asyncio.run(run())


def test_reads_a_large_file(storage: ObjectStorage) -> None:
    async def run() -> None:
        data = bytes(range(256)) * 8192
        await storage.put(KEY, data)
        assert await gathered(storage.read(KEY)) == data

    asyncio.run(run())


def test_knows_what_is_missing(storage: ObjectStorage, tmp_path: Path) -> None:
    async def run() -> None:
        assert await storage.get_size(KEY) is None
        await storage.delete(KEY)
        with pytest.raises(FileNotFoundError):
            await gathered(storage.read(KEY))
        with pytest.raises(FileNotFoundError):
            await storage.download(KEY, tmp_path / "copy")

    asyncio.run(run())


def test_lists_and_deletes(storage: ObjectStorage) -> None:
    async def run() -> None:
        for key in (KEY, "videos/123/2.mp4", "videos/1234/1.mp4", "covers/123/1.jpg"):
            await storage.put(key, b"x")
        assert await keys_below(storage, "videos/123") == [KEY, "videos/123/2.mp4"]
        await storage.delete(KEY)
        assert await keys_below(storage, "videos/123/") == ["videos/123/2.mp4"]

    asyncio.run(run())


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../up", "assets/../../up", "assets//a", "assets/.", "assets/..", "a\\b", "a\0", "é",
     "assets/a#1", "assets/a\n", ".hidden", "a" * 600],
)  # fmt: skip
def test_refuses_a_key_that_could_leave_its_place(storage: ObjectStorage, key: str) -> None:
    with pytest.raises(ValueError, match="is not a storage key"):
        asyncio.run(storage.put(key, b"x"))


def test_an_earlier_process_finds_its_files_again_and_no_halves(tmp_path: Path) -> None:
    asyncio.run(LocalStorage.open(tmp_path).put(KEY, b"video"))
    (tmp_path / "videos" / "123" / "2.mp4#77").write_bytes(b"half a fi")
    again = LocalStorage.open(tmp_path)

    async def run() -> list[str]:
        return await keys_below(again, "videos/123")

    assert asyncio.run(run()) == [KEY]
    assert [found.name for found in (tmp_path / "videos" / "123").iterdir()] == ["1.mp4"]


KILLED_WRITER = """
import asyncio, pathlib, sys
from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.local.storage import LocalStorage
storage = LocalStorage.open(pathlib.Path(sys.argv[1]))
async def run():
    print("ready", flush=True)
    while True:
        for letter in (b"a", b"b"):
            await storage.put("videos/1/1.mp4", letter * 4_000_000)
asyncio.run(run())
"""


def test_a_killed_writer_leaves_no_half_file_under_a_key(tmp_path: Path) -> None:
    asyncio.run(LocalStorage.open(tmp_path).put("videos/1/1.mp4", b"b" * 4_000_000))
    for milliseconds in (20, 47, 81):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED_WRITER, str(tmp_path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(milliseconds / 1000)
            writer.kill()
        content = (tmp_path / "videos" / "1" / "1.mp4").read_bytes()
        assert len(content) == 4_000_000
        assert len(set(content)) == 1


FULL_DISK = """
import asyncio, pathlib, sys
from keyreel.errors import Unavailable
from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.local.storage import LocalStorage
folder = pathlib.Path(sys.argv[1])
storage = LocalStorage.open(folder)
async def run():
    await storage.put("assets/a", b"old")
    try:
        await storage.put("assets/a", bytes(3_000_000))
    except Unavailable as error:
        print(error.retry_after_seconds > 0, [path.name for path in folder.rglob("*") if path.is_file()])
    print((folder / "assets" / "a").read_bytes())
asyncio.run(run())
"""


def test_a_full_disk_is_unavailable_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    mounted = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1"'
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", str(tmp_path),
         sys.executable, FULL_DISK],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "Operation not permitted" in ran.stderr or "permission denied" in ran.stderr.lower():
        pytest.skip("this machine lets nobody mount a small disk")
    assert ran.stdout == "True ['a']\nb'old'\n", ran.stderr


def test_a_taken_key_is_not_created_again(storage: ObjectStorage) -> None:
    async def run() -> None:
        assert await storage.create("uploads/a", b"first")
        assert not await storage.create("uploads/a", b"second")
        assert await gathered(storage.read("uploads/a")) == b"first"
        assert [(file.key, file.size) for file in storage.scan("uploads")] == [("uploads/a", 5)]

    asyncio.run(run())


def test_of_many_who_create_a_key_at_once_one_does(storage: ObjectStorage) -> None:
    async def run() -> None:
        made = await asyncio.gather(*(storage.create("uploads/b", bytes([each])) for each in range(8)))
        assert made.count(True) == 1
        assert await gathered(storage.read("uploads/b")) == bytes([made.index(True)])

    asyncio.run(run())


def test_inputs_are_stored_once_and_can_be_renewed(storage: ObjectStorage) -> None:
    async def run() -> None:
        assert await storage.put_all({"assets/a": b"one", "assets/b": b"two"}) == {"assets/a", "assets/b"}
        assert await storage.put_all({"assets/a": b"one", "assets/c": b"three"}) == {"assets/c"}
        assert await storage.renew("assets/a", 3)
        assert not await storage.renew("assets/a", 4)
        assert not await storage.renew("assets/none", 3)
        assert await keys_below(storage, "assets") == ["assets/a", "assets/b", "assets/c"]
        await storage.delete("assets/a")
        assert await storage.get_size("assets/a") is None
        assert await keys_below(storage, "assets") == ["assets/b", "assets/c"]

    asyncio.run(run())


def test_a_large_file_comes_back_whole(storage: ObjectStorage, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40_000  # of several parts and pieces
    (tmp_path / "source").write_bytes(data)

    async def run() -> None:
        await storage.put_file(KEY, tmp_path / "source")
        await storage.download(KEY, tmp_path / "copy")
        assert await gathered(storage.read(KEY, 4_000_000, 9_000_001)) == data[4_000_000:9_000_001]

    asyncio.run(run())
    assert (tmp_path / "copy").read_bytes() == data


def test_probes_and_has_room(storage: ObjectStorage) -> None:
    storage.probe()
    storage.require_room()
    assert [found.key for folder in FOLDERS for found in storage.scan(folder)] == []
