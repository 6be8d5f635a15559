"""A real server and the SDK: every format from the request to the file, and back by every way there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from keyreel import Client
from keyreel.errors import Cancelled, InvalidRequest, TaskTimedOut
from keyreel.media.probe import probe_video
from keyreel.wire.dialects.registry import DIALECTS
from support.commands import CARDS
from support.endings import VIDEO
from support.images import landscape
from support.servers import KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.servers import Server

pytestmark = pytest.mark.slow
MODEL = "vidu-q2-pro-img2video"
IMAGE = Image.fromarray(landscape())


@pytest.mark.parametrize("name", [each.name for each in DIALECTS])
def test_a_image_becomes_a_file(cards: Server, tmp_path: Path, name: str) -> None:
    with Client(cards.url, KEY, name) as client:
        video = client.generate(MODEL, image=IMAGE, prompt="x", duration=2, resolution="540p", seed=5)
        file, cover = video.save(tmp_path / "v.mp4"), video.save_cover(tmp_path / "c.jpg")
    assert (probe_video(file).frames, video.seed) == (48, 5)
    assert cover.read_bytes().startswith(b"\xff\xd8\xff")


def test_a_videos_content_needs_the_key(cards: Server) -> None:
    with Client(cards.url, KEY, "openai_videos") as client:
        task = client.submit(MODEL, image=IMAGE, prompt="x", duration=1, resolution="540p")
        task.wait()
    content = cards.call("GET", f"/v1/videos/{task.id}/content")
    assert (content.status_code, content.headers["Content-Type"]) == (200, "video/mp4")
    assert content.content[4:8] == b"ftyp"
    assert cards.call("GET", f"/v1/videos/{task.id}/content", headers={}).status_code == 401


def test_an_uploaded_image_is_rendered(cards: Server, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    IMAGE.save(file)
    urls = cards.call("POST", "/customers/storage", json={"file_name": "a.png"}).json()
    assert httpx.put(urls["upload_url"], content=file.read_bytes(), trust_env=False).status_code == 200
    # The same server under another name: the image is read from its storage, not over the network.
    named = urls["download_url"].replace("127.0.0.1", "localhost")
    with Client(cards.url, KEY, "comfy") as client:
        assert client.generate("viduq1-img2video", image=named, prompt="x", resolution="1080p").url
        wrong = urls["download_url"].replace(".png?", ".png2?")
        with pytest.raises(InvalidRequest, match=r"images\[0\]"):
            client.generate("viduq1-img2video", image=wrong, prompt="x")


def test_the_sdk_lists_voices_and_models(cards: Server) -> None:
    with Client(cards.url, KEY) as client:
        assert {each["language"] for each in client.voices()} == {"en", "zh"}
        assert client.models()["data"]


def test_a_waiting_task_is_cancelled_in_every_format(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_WORKER="0", **CARDS)
    for each in DIALECTS:
        with Client(server.url, KEY, each.name) as client:
            task = client.submit(MODEL, image=IMAGE, prompt="x")
            with pytest.raises(TaskTimedOut) as caught:
                task.wait(timeout=0.01, cancel_on_timeout=True)
            assert caught.value.task_id == task.id
            with pytest.raises(Cancelled) as ended:
                task.result()
            assert ended.value.task_id == task.id, each.name


def test_an_uploaded_video_is_kept_and_a_program_is_not(cards: Server) -> None:
    asked = {"file_name": "a.mp4", "content_type": "video/mp4"}
    urls = cards.call("POST", "/customers/storage", json=asked).json()
    assert httpx.put(urls["upload_url"], content=b"MZ" * 50, trust_env=False).status_code == 400
    assert httpx.put(urls["upload_url"], content=VIDEO, trust_env=False).status_code == 200
    assert httpx.get(urls["download_url"], trust_env=False).content == VIDEO
    with Client(cards.url, KEY, "comfy") as client, pytest.raises(InvalidRequest, match="duration"):
        client.submit("viduq1-img2video", image=urls["download_url"], prompt="x", duration=7)
