"""A file under its final name is complete."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keyreel.system.atomic_file import (
    copy_atomically,
    create_atomically,
    delete_unfinished,
    open_atomically,
    replace_atomically,
    write_atomically,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    with replace_atomically(tmp_path / "file") as part:
        part.write_text("new")
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_error_keeps_the_older_file_and_no_part(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    def break_off() -> None:
        with replace_atomically(tmp_path / "file") as part:
            part.write_text("new")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replace_atomically(tmp_path / "file"):
        pass


def test_what_is_opened_appears_when_the_block_ends(tmp_path: Path) -> None:
    with open_atomically(tmp_path / "file", durable=False) as file:
        file.write(b"new")
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_error_while_a_file_is_open_keeps_the_older_one_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    def break_off() -> None:
        with open_atomically(tmp_path / "file") as file:
            file.write(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_two_writers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    with open_atomically(tmp_path / "file") as first, open_atomically(tmp_path / "file") as second:
        first.write(b"first")
        second.write(b"second")
    assert (tmp_path / "file").read_bytes() == b"first"


def test_a_private_file_is_private_from_its_first_byte_on(tmp_path: Path) -> None:
    with open_atomically(tmp_path / "file", 0o600):
        (unfinished,) = tmp_path.iterdir()
        assert unfinished.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_whole_files_make_their_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "one" / "file", b"content")
    copy_atomically(tmp_path / "one" / "file", tmp_path / "two" / "file")
    assert (tmp_path / "two" / "file").read_bytes() == b"content"


def test_what_a_killed_writer_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("file", "file#123", "a#b"):
        (tmp_path / name).write_text("x")
    delete_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a#b", "file"]


def test_of_files_created_at_once_under_one_name_one_stays_whole(tmp_path: Path) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        created = list(pool.map(lambda data: create_atomically(tmp_path / "a" / "b", data), contents))
    assert sum(created) == 1
    assert (tmp_path / "a" / "b").read_bytes() == contents[created.index(True)]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_replaces_no_device_and_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError), open_atomically(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 1
