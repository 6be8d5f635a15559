"""A file under its final name is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.media.atomic_file import replace_atomically

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
