"""A whole Keyreel with an engine for each flavour of `/v1/videos`, each in front of a fake server."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyreel.testing.video_server import FakeVideoServer
from support.engine_types import PYTHONPATH, TYPE
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODELS = {
    "sglang": {"text": "vidu-q2-pro-fast-text2video", "image": "vidu-q2-pro-img2video"},
    "vllm-omni": {"text": "vidu-q2-text2video", "image": "vidu-q2-turbo-img2video"},
    "fastvideo": {"text": "vidu-q3-pro-t2v", "image": "vidu-q3-pro-i2v"},
    "plain": {"text": "vidu-q3-turbo-t2v", "image": "vidu-q3-turbo-i2v"},
}
"""Models whose tasks go to the engine of a flavour."""
PATTERNS = {
    "sglang": ("vidu-q2-pro-*",),
    "vllm-omni": ("vidu-q2-*",),
    "fastvideo": ("vidu-q3-pro-*", "viduq3-pro"),
    "plain": ("vidu-q3-turbo-*", "viduq3-turbo"),
}
OPTIONS = {
    "sglang": """
        fps = 24
        operations = ["text2video", "img2video", "start_end2video"]
        parameters.num_inference_steps = 4""",
    "vllm-omni": 'operations = ["text2video", "img2video", "reference2video"]\nfps = 24',
    "fastvideo": "fps = 24\nmax_frames = 33\nframe_multiple = 8\nslots = 2",
    "plain": 'operations = ["text2video", "img2video", "start_end2video"]',
}
DEAD_MODEL = "vidu-1.5-text2video"
"""Its tasks go to an engine whose server is not there, and else to one of cards."""
ENVIRONMENT = {"PYTHONPATH": PYTHONPATH, "VIDEO_KEY": "sk-upstream-secret"}


@dataclass(frozen=True)
class VideoSite:
    """The Keyreel and the fake servers behind it."""

    server: Server
    fakes: dict[str, FakeVideoServer]

    def make(self, flavour: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Have a task made by a flavour's engine, and return its last poll."""
        return self.server.finished(self.server.submit(MODELS[flavour].get(kind, kind), body))


def write_settings(data: Path, urls: dict[str, str], model: str = "wan") -> None:
    """Name the engines and their routes in the settings file of a data folder."""
    data.mkdir(exist_ok=True)
    lines = [f'engines = ["spare"]\n[engine.spare]\ntype = "{TYPE}"']
    for name, url in urls.items():
        flavour = name if name in OPTIONS else "sglang"
        lines.append(
            f'[engine.{name}]\ntype = "videos"\nflavour = "{flavour}"\nbase_url = "{url}"\n'
            f'model = "{model}"\n'
            f'api_key = "env:VIDEO_KEY"\nmax_pixels = 60000\n{OPTIONS[flavour]}'
        )
        lines += [
            f'[[route]]\nmatch = {{ model = "{pattern}" }}\nengines = ["{name}"]'
            for pattern in PATTERNS.get(name, ())
        ]
    if "dead" in urls:
        lines.append(f'[[route]]\nmatch = {{ model = "{DEAD_MODEL}" }}\nengines = ["dead", "spare"]')
    (data / "keyreel.toml").write_text("\n".join(lines))


@contextmanager
def open_site(data: Path) -> Iterator[VideoSite]:
    """Run a site for the block."""
    with ExitStack() as stack:
        fakes = {flavour: stack.enter_context(FakeVideoServer(flavour)) for flavour in OPTIONS}
        urls = {flavour: fake.url for flavour, fake in fakes.items()}
        with FakeVideoServer("sglang") as closed:
            urls["dead"] = closed.url
        write_settings(data, urls)
        server = Server.start(data, **ENVIRONMENT)
        stack.callback(server.stop)
        yield VideoSite(server, fakes)
