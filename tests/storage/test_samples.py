"""A sample picture of the reference is read here, under whatever name the server was reached."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel.errors import InvalidRequest
from keyreel.storage.samples import SAMPLES_PATH
from support.hostile import Request, new_intake

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:8787", "http://10.0.0.7", "https://video.example/keyreel"]
)
def test_a_sample_is_fetched_from_nowhere(tmp_path: Path, host: str) -> None:
    asked = Request(images=(f"{host}{SAMPLES_PATH}flight-0.webp",))

    async def run() -> None:
        intake = new_intake()
        await intake.receive(asked, tenant="ann")
        await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    asyncio.run(run())
    with Image.open(tmp_path / "0.png") as picture:
        assert picture.size == (960, 540)


@pytest.mark.parametrize("name", ["none.webp", "../index.html", "a/flight-0.webp", "flight-0.webp?x=1"])
def test_nothing_else_is_read_there(name: str) -> None:
    asked = Request(images=(f"http://10.0.0.7{SAMPLES_PATH}{name}",))
    with pytest.raises(InvalidRequest):
        asyncio.run(new_intake().receive(asked, tenant="ann"))
