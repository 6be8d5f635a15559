from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PIL import Image

from support.commands import CARDS, keyreel
from support.servers import KEY, Server

if TYPE_CHECKING:
    from pathlib import Path


def test_lists_every_broken_rule_and_fails(tmp_path: Path) -> None:
    image = tmp_path / "thin.png"
    Image.new("RGB", (10, 100)).save(image)
    done = keyreel(
        "validate", "vidu-q2-pro-img2video", "--image", image, "--duration", 11, "--field", "nonsense=1",
        "--data", tmp_path / "data", **CARDS,
    )  # fmt: skip
    assert done.returncode == 1
    for sentence in (
        "prompt: is required",
        "duration: got 11; must be a whole number from 1 to 10",
        "images[0]: the ratio 1:10.00",
        "nonsense has no effect",
    ):
        assert sentence in " ".join(done.stdout.split())
    assert not (tmp_path / "data").exists()


def test_a_server_says_the_same_as_the_catalogue(tmp_path: Path) -> None:
    arguments = (
        "validate",
        "q2-pro-img2video",
        "--image",
        "https://example.com/a.png",
        "--prompt",
        "x",
        "--json",
    )
    offline = keyreel(*arguments, "--data", tmp_path / "other", **CARDS)
    assert offline.returncode == 0, offline.stderr
    server = Server.start(tmp_path / "data", KEYREEL_WORKER="0", **CARDS)
    try:
        online = keyreel(*arguments, "--base-url", server.url, "--api-key", KEY)
    finally:
        server.stop()
    assert json.loads(online.stdout) == json.loads(offline.stdout)
    assert json.loads(online.stdout)["price"]["credits"] > 0


def test_an_unknown_model_is_one_sentence(tmp_path: Path) -> None:
    done = keyreel("validate", "no-such-model", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no such model here" in done.stderr
