"""The SDK and a real server: what Keyreel alone can tell, and what is uploaded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel import Client
from keyreel.errors import InvalidImage
from keyreel.task import TaskState
from support.commands import CARDS
from support.images import landscape
from support.servers import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server

IMAGE = Image.fromarray(landscape())
pytestmark = pytest.mark.slow


def test_an_image_is_uploaded_once_and_its_tasks_are_listed(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_WORKER="0", **CARDS)
    with Client(server.url, KEY) as client:
        image = client.upload(IMAGE)
        made = [client.submit("vidu-q2-pro-img2video", image=image, prompt=f"take {n}").id for n in range(3)]
        made.append(client.submit("vidu-q2-pro-start-end2video", images=[image, image], prompt="there").id)
        client.tasks.get(made[1]).cancel()
        assert [report.id for report in client.tasks.list()] == made[::-1]
        assert [report.id for report in client.tasks.list(limit=2)] == made[:1:-1]
        assert [report.id for report in client.tasks.list(state="cancelled")] == [made[1]]
        assert next(client.tasks.list()).state is TaskState.QUEUED
    with Client(server.url, KEY) as client, pytest.raises(InvalidImage, match="image"):
        client.upload(b"no image")


def test_a_server_tells_what_it_can_make_and_what_a_request_costs(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_WORKER="0", **CARDS)
    with Client(server.url, KEY) as client:
        quote = client.quote("vidu-q2-pro-img2video", image=IMAGE, prompt="x", duration=3)
        verdict = client.validate("vidu-q2-pro-img2video", prompt="x", duration=99)
        models = {each["id"] for each in client.models()["data"]}
        assert (quote["seconds"], verdict["valid"]) == (3, False)
        assert {each["field"] for each in verdict["problems"]} == {"images", "duration"}
        assert "viduq2-pro" in models
        assert client.voices()
        assert client.balance()["tenant"] == "default"
        client.submit("vidu-q2-pro-img2video", image=IMAGE, prompt="x", duration=3)
        assert quote["credits"] == client.balance()["held"] > 0
