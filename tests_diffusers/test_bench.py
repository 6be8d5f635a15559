from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.commands import keyreel

if TYPE_CHECKING:
    from pathlib import Path

TABLE = '[engine.ti2v]\ntype = "diffusers"\nmodel = "{model}"\ndevice = "cpu"\nsteps = 2\nmax_pixels = 4096\n'


def test_the_bench_renders_each_operation_that_an_engine_accepts(models: Path, tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text(TABLE.format(model=models / "ti2v"))
    out = tmp_path / "figures.json"
    arguments = ("ti2v", "--resolution", "360p", "--data", tmp_path, "-o", out)
    told = keyreel("bench", "engine", *arguments)
    assert told.returncode == 0, told.stderr
    (row,) = json.loads(out.read_text())
    assert (row["name"], row["video_seconds"], row["steps"]) == ("image-to-video", 5, 2)
    assert 0 < row["model_seconds"] < row["wall_seconds"]
    assert row["peak_bytes"] > 100e6
    assert "image-to-video" in told.stdout


def test_the_bench_names_the_engines_where_it_finds_none(tmp_path: Path) -> None:
    refused = keyreel("bench", "engine", "wan", "--data", tmp_path)
    assert refused.returncode == 2
    assert "NAME: got 'wan'; must be one of motion." in refused.stderr
