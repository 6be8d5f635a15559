"""Where a video is to be saved is looked at before anything is made and paid for."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from support.commands import keyreel

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("missing/out.mp4", "the folder {0}/missing does not exist"),
        ("pipe", "{0}/pipe exists and is not a regular file"),
        (".", "{0} exists and is not a regular file"),
    ],
)
def test_refuses_where_no_video_can_be_saved_before_it_asks_a_server(
    tmp_path: Path, output: str, reason: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = keyreel("generate", "vidu-q2-text2video", "--prompt", "a lake", "-o", tmp_path / output)
    assert done.stderr == f"keyreel: --output: {reason.format(tmp_path)}.\n"
    assert done.returncode == 1
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


LAKE = ("generate", "vidu-q2-text2video", "--prompt", "a lake", "-o")


def test_an_approval_without_a_draft_is_refused(tmp_path: Path) -> None:
    done = keyreel(*LAKE, tmp_path / "a.mp4", "--approve")
    assert (done.returncode, done.stderr) == (1, "keyreel: --approve: needs --draft.\n")


def test_where_no_draft_can_be_saved_no_server_is_asked(tmp_path: Path) -> None:
    taken = tmp_path / "a.draft.mp4"
    taken.mkdir()
    done = keyreel(*LAKE, tmp_path / "a.mp4", "--draft")
    assert done.stderr == f"keyreel: --output: {taken} exists and is not a regular file.\n"
