"""What a server says of its models before any is loaded: by their configuration, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.commands import inherit_environment, keyreel

if TYPE_CHECKING:
    from pathlib import Path

TABLE = '[engine.wan]\ntype = "diffusers"\nmodel = "{model}"\n'
KEYFRAMED = {"start-end2video", "multiframe"}
MAKES = {
    "vace": {"img2video", "extend", "reference2video", "text2video"} | KEYFRAMED,
    "wan": {"img2video", "extend"} | KEYFRAMED,
    "ti2v": {"img2video", "extend"},
    "words": {"text2video"},
    "ltx": {"img2video", "extend", "text2video"} | KEYFRAMED,
    "ltx2": {"img2video", "extend", "text2video"} | KEYFRAMED,
    "hunyuan": {"img2video", "extend"},
}
LOOK = """
import asyncio, json, sys
from keyreel.engines.loading import load_engine
from keyreel.engines.router import EngineRouter
from keyreel.settings.engines import EngineSpec
table = {"type": "diffusers", "model": sys.argv[1], "device": "cpu", "licence": "accepted"}
loaded = load_engine(EngineSpec("wan", table))
made = EngineRouter([loaded], ("wan",)).list_operations()["wan"]
assert asyncio.run(loaded.engine.check()).ok
assert not {"torch", "diffusers", "transformers"} & set(sys.modules)
print(json.dumps(list(made)))
"""


@pytest.mark.parametrize("name", MAKES)
def test_abilities_are_read_from_the_configuration_without_torch(models: Path, name: str) -> None:
    command = [sys.executable, "-c", LOOK, str(models / name)]
    looked = subprocess.run(
        command, capture_output=True, text=True, check=False, env=inherit_environment(), timeout=60
    )
    assert looked.returncode == 0, looked.stderr
    operations = set(json.loads(looked.stdout))
    assert operations == MAKES[name]


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (None, "model_index.json cannot be read"),
        ({"_class_name": "FluxPipeline"}, "is a FluxPipeline; must be one of WanVACEPipeline"),
        ({"_class_name": "WanPipeline"}, "config.json cannot be read"),
    ],
    ids=["no folder", "unknown pipeline", "no configuration"],
)
def test_a_folder_without_a_known_model_is_refused_at_start(
    tmp_path: Path, index: dict[str, str] | None, words: str
) -> None:
    model = tmp_path / "model"
    if index is not None:
        model.mkdir()
        (model / "model_index.json").write_text(json.dumps(index))
    (tmp_path / "keyreel.toml").write_text(TABLE.format(model=model))
    refused = keyreel("up", "--port", "0", "--data", tmp_path)
    assert refused.returncode == 2
    assert f"[engine.wan] model: got '{model}'; " in refused.stderr
    assert words in refused.stderr


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("ltx2", "", 'licence: is missing; must be "accepted": the model has the LTX-2 Community License'),
        (
            "vace",
            'device = "cpu"\noffload = "model"',
            "offload: got 'model'; must be 'none' if the device is cpu",
        ),
        ("vace", 'device = "gpu"', "device: got "),
    ],
)
def test_a_table_that_cannot_work_is_refused_at_start(
    models: Path, tmp_path: Path, *, name: str, keys: str, words: str
) -> None:
    (tmp_path / "keyreel.toml").write_text(TABLE.format(model=models / name) + keys)
    refused = keyreel("up", "--port", "0", "--data", tmp_path)
    assert refused.returncode == 2
    assert f"[engine.wan] {words}" in refused.stderr
