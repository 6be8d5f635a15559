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
