"""Images by address: from an allowed network, from a forbidden one, and from this server itself."""

from __future__ import annotations

import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from support.images import landscape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.servers import Server

pytestmark = pytest.mark.slow
MODEL = "vidu-q2-pro-img2video"
CARDS = {"KEYREEL_ENGINES": "keyreel.testing:CardEngine"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    """Serve a folder with one image on loopback; return its address."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    Image.fromarray(landscape()).save(folder / "hills.png")
    (folder / "hills.txt").write_text("no image")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def order(url: str) -> dict[str, Any]:
    return {"images": [url], "prompt": "push in", "duration": 1, "resolution": "540p"}


def test_an_allowed_networks_images_are_fetched(start: Callable[..., Server], shelf: str) -> None:
    server = start(KEYREEL_EGRESS_ALLOW="127.0.0.0/8", **CARDS)
    result = server.finished(server.submit(MODEL, order(f"{shelf}/hills.png")))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    missing = server.finished(server.submit(MODEL, order(f"{shelf}/valleys.png")))
    assert missing["task"]["status"] == "TASK_STATUS_FAILED"
    assert missing["task"]["reason"].startswith("images[0]")
    text = server.finished(server.submit(MODEL, order(f"{shelf}/hills.txt")))
    assert "PNG" in text["task"]["reason"]
    film = server.finished(server.submit("vidu-q2-pro-extend", {"video_url": f"{shelf}/valleys.mp4"}))
    codes = [task["extra"]["reason"] for task in (result, missing, text, film)]
    assert codes == ["", "IMAGE_DOWNLOAD_FAILED", "INVALID_IMAGE_FORMAT", "VIDEO_DOWNLOAD_FAILED"]


def test_a_private_network_is_out_of_reach_and_not_told_from_silence(
    start: Callable[..., Server], shelf: str
) -> None:
    server = start(**CARDS)
    # Which address a name leads to is not told; of one that is spelled out the text tells all.
    inside, nowhere = (
        server.finished(server.submit(MODEL, order(f"http://{name}:8080/hills.png")))["task"]
        for name in (socket.gethostname(), "nowhere.invalid")
    )
    assert inside["status"] == "TASK_STATUS_FAILED"
    assert inside["reason"] == nowhere["reason"]
    refused = {
        server.call("POST", f"/v3/async/{MODEL}", json=order(url)).json()["message"]
        for url in (f"{shelf}/hills.png", "http://127.0.0.1:1/hills.png", "http://10.0.0.7/hills.png")
    }
    assert len(refused) == 1
    assert "KEYREEL_EGRESS_ALLOW" in refused.pop()


def test_a_result_of_this_server_can_be_an_input(start: Callable[..., Server], shelf: str) -> None:
    server = start(KEYREEL_EGRESS_ALLOW="127.0.0.0/8", **CARDS)
    first = server.finished(server.submit(MODEL, order(f"{shelf}/hills.png")))
    cover = first["videos"][0]["cover_url"]
    assert server.stop() == 0
    server = start(KEYREEL_PUBLIC_URL=cover.partition("/files/")[0], **CARDS)
    again = server.finished(server.submit(MODEL, order(cover)))
    assert again["task"]["status"] == "TASK_STATUS_SUCCEED", again
