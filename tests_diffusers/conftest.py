"""Tiny models in a folder, and servers whose engines are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

import starved
import tiny_hunyuan
import tiny_ltx
import tiny_wan
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAVERS = {
    "vace": tiny_wan.save_vace,
    "wan": tiny_wan.save_image_to_video,
    "ti2v": tiny_wan.save_ti2v,
    "words": tiny_wan.save_text_to_video,
    "ltx": tiny_ltx.save_ltx,
    "ltx2": tiny_ltx.save_ltx2,
    "hunyuan": tiny_hunyuan.save_hunyuan,
}
_TABLE = """
[engine.{name}]
type = "{type}"
model = "{folder}"
device = "cpu"
steps = {steps}
max_pixels = 16384
licence = "accepted"
[[route]]
match = {{ model = "{route}" }}
engines = ["{name}"]
"""


class EngineSetup(NamedTuple):
    """An engine of a tiny model, and the video models that it makes."""

    name: str
    model: str
    route: str
    steps: int = 2
    type: str = "diffusers"


_WAN_ENGINES = (
    EngineSetup("wan", "wan", "vidu-q2-turbo-*"),
    EngineSetup("slow", "vace", "vidu-q1-text2video", steps=200),
    EngineSetup("starved", "wan", "vidu-q1-img2video", type="starved:StarvedTable"),
    EngineSetup("vace", "vace", "*"),
)
_OTHER_ENGINES = (
    EngineSetup("ltx2", "ltx2", "vidu-q2-pro-*"),
    EngineSetup("ltx", "ltx", "vidu-q2-turbo-*"),
    EngineSetup("hunyuan", "hunyuan", "*"),
)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save the tiny models, and return their folder."""
    folder = tmp_path_factory.mktemp("models")
    for name, save in _SAVERS.items():
        save(folder / name)
    return folder


@pytest.fixture(scope="module")
def wan_server(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server of Wan's models; `vace` makes everything that no other route takes."""
    yield from _serve(tmp_path_factory.mktemp("wan"), models, _WAN_ENGINES)


@pytest.fixture(scope="module")
def other_server(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server of LTX-2, LTX and HunyuanVideo."""
    yield from _serve(tmp_path_factory.mktemp("other"), models, _OTHER_ENGINES)


def _serve(data: Path, models: Path, engines: tuple[EngineSetup, ...]) -> Iterator[Server]:
    tables = [_TABLE.format(**each._asdict(), folder=models / each.model) for each in engines]
    (data / "keyreel.toml").write_text("\n".join([f'engines = ["{engines[-1].name}"]', *tables]))
    running = Server.start(data, PYTHONPATH=starved.PYTHONPATH)
    yield running
    assert running.stop() == 0
