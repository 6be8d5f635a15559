from __future__ import annotations

from pathlib import Path

import pytest

from keyreel.order import ImageRef, Operation, Order, Resolution, Shot
from keyreel.worker.children.protocol import RenderWork
from keyreel.worker.ray.task_files import list_inputs, read_named_files, rename_paths, write_files


def test_files_that_a_text_names_travel_by_their_paths(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "1").mkdir(parents=True)
    (here / "1" / "shot-0.mp4").write_bytes(b"frames")
    (here / "1" / "other.mp4").write_bytes(b"others")
    files = read_named_files(here, f"made {here}/1/shot-0.mp4")
    assert files == {"1/shot-0.mp4": b"frames"}
    write_files(there, files)
    assert (there / "1" / "shot-0.mp4").read_bytes() == b"frames"


def test_no_file_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be inside the task's folder"):
        write_files(tmp_path / "task", {"../stolen": b""})
    assert list(tmp_path.iterdir()) == []


def test_work_is_renamed_with_its_images() -> None:
    order = Order(
        Operation.IMG2VIDEO, "q2-pro", (Shot("on", 1, ImageRef("/here/a.png")),), Resolution.P360, 7
    )
    renamed = rename_paths(RenderWork(order, Path("/here/1")), lambda text: text.replace("/here", "/there"))
    assert list_inputs(renamed) == (Path("/there/a.png"),)
    assert isinstance(renamed, RenderWork)
    assert renamed.folder == Path("/there/1")
