"""Files that are stored together are whole, all of a request or none, and share their waits for the disk."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from keyreel.storage.local.grouped_writes import GroupedWrites

if TYPE_CHECKING:
    from pathlib import Path

LARGE = bytes(1 << 20)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def store_at_once(requests: list[dict[Path, bytes]]) -> list[frozenset[Path] | BaseException]:
    async def run() -> list[frozenset[Path] | BaseException]:
        writes = GroupedWrites()
        return await asyncio.gather(
            *(writes.store(files, 1000.0) for files in requests), return_exceptions=True
        )

    return asyncio.run(run())


def test_requests_that_come_together_have_all_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "for them"
    requests = [{folder / f"{n}-{k}": bytes([n]) * 1000 for k in range(3)} for n in range(200)]
    requests.append({folder / "large": LARGE})
    assert store_at_once(requests) == [frozenset(files) for files in requests]
    assert contents(tmp_path) == {path.name: data for files in requests for path, data in files.items()}
    assert {path.stat().st_mtime for path in folder.iterdir()} == {1000.0}


def test_a_file_that_is_there_is_not_written_again_but_counts_as_put_just_now(tmp_path: Path) -> None:
    there, cut_off = tmp_path / "there", tmp_path / "cut off"
    there.write_bytes(b"as it was")
    cut_off.write_bytes(b"half")
    inode = there.stat().st_ino
    assert store_at_once([{there: b"as it was", cut_off: b"the whole"}]) == [{cut_off}]
    assert (there.stat().st_ino, there.stat().st_mtime) == (inode, 1000.0)
    assert cut_off.read_bytes() == b"the whole"


@pytest.mark.parametrize("size", [10, len(LARGE)])
def test_what_cannot_be_stored_fails_alone_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    (tmp_path / "a file").write_bytes(b"")
    bad = {tmp_path / "beside": bytes(size), tmp_path / "a file" / "below": b"x"}
    good = {tmp_path / "good": bytes(size)}
    failed, stored = store_at_once([bad, good])
    assert isinstance(failed, NotADirectoryError)
    assert stored == {tmp_path / "good"}
    assert contents(tmp_path) == {"a file": b"", "good": bytes(size)}


def test_a_name_that_may_not_be_durable_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def fail_for_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    outcomes = store_at_once([{tmp_path / "a": b"a"}, {tmp_path / "b": b"b"}])
    assert [type(outcome) for outcome in outcomes] == [OSError, OSError]
    assert contents(tmp_path) == {}


def test_files_that_come_while_the_disk_is_busy_share_the_flush_of_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, all_wait, flushed = os.fsync, threading.Event(), list[bool]()

    def flush_once_all_wait(descriptor: int) -> None:
        assert all_wait.wait(30)
        flushed.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", flush_once_all_wait)

    async def run() -> None:
        writes = GroupedWrites()
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(writes.store({tmp_path / str(number): b"x"}, 0.0))
            await asyncio.sleep(0)
            all_wait.set()

    asyncio.run(run())
    # Each of two threads may have begun with some of the files, and one of them takes the rest.
    assert flushed.count(True) <= 4
    assert flushed.count(False) == 50
