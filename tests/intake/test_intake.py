"""Images come in with a request, and reach engines as files; what is wrong with one names its field."""

from __future__ import annotations

import asyncio
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel.errors import (
    ImageSizeOutOfRange,
    ImageTooLarge,
    InvalidImage,
    InvalidRequest,
    LinkExpired,
    PictureUnreachable,
)
from keyreel.order import Operation, Order, Resolution, Shot, Size
from keyreel.storage.memory import open_memory_storage
from keyreel.wire.endpoints.endpoint import ImageRules
from support.hostile import (
    Request,
    data_uri,
    http,
    image,
    new_intake,
    png_that_claims,
    received_and_stored,
    request_with,
    served,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_an_inline_image_becomes_an_asset() -> None:
    data, storage = image(), open_memory_storage()

    async def run() -> None:
        received = await new_intake(storage).receive(
            Request(images=(data_uri(data), data_uri(data))), tenant="ann"
        )
        digest = sha256(data).hexdigest()
        assert received.request.images == (f"asset:{digest}", f"asset:{digest}")
        assert received.files == {f"assets/{digest}": data}
        assert await storage.get_size(f"assets/{digest}") is None

    asyncio.run(run())


def test_a_url_is_left_as_it_is_and_not_fetched() -> None:
    asked = Request(images=("https://example.com/a.png", data_uri(image())))
    received = asyncio.run(new_intake().receive(asked, tenant="ann"))
    assert received.request.images[0] == "https://example.com/a.png"


@pytest.mark.parametrize(
    "url",
    ["http://", "https:///a.png", "http://user:pw@example.com/a.png", "http://user@example.com/a.png",
     "http://exa mple.com/", "http://example.com/a\nb", "http://example.com:99999/", "http://[::1/",
     "http://example.com\\@127.0.0.1/", "http://example.com/" + "a" * 8192],
)  # fmt: skip
def test_refuses_a_malformed_url_by_its_text(url: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^images\[0\]: the URL ") as refused:
        asyncio.run(new_intake().receive(Request(images=(url,)), tenant="ann"))
    assert refused.value.field == "images[0]"
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    "source",
    ["", "hello", "file:///etc/passwd", "ftp://example.com/a.png", "/etc/passwd", "asset:" + "0" * 64,
     "//example.com/a.png", "gopher://example.com/", "javascript:alert(1)"],
)  # fmt: skip
def test_refuses_what_is_neither_url_nor_image(source: str) -> None:
    with pytest.raises(InvalidImage, match=r"^images\[0\]: must be an http\(s\) URL or an image"):
        asyncio.run(new_intake().receive(Request(images=(source,)), tenant="ann"))


def test_rules_between_images_are_checked_on_arrival() -> None:
    asked = Request(images=(data_uri(image(200, 100)), data_uri(image(100, 200))))
    with pytest.raises(ImageSizeOutOfRange, match="one is wide"):
        asyncio.run(new_intake().receive(asked, tenant="ann"))


def test_gathers_files_and_settles_the_size(tmp_path: Path) -> None:
    async def run() -> Order:
        storage = open_memory_storage()
        intake = new_intake(storage)
        async with served(http(image(320, 200, "JPEG"))) as base:
            asked = Request(images=(data_uri(image(320, 180)), f"{base}/b.jpg"))
            received = await received_and_stored(intake, storage, asked)
            return await intake.gather(received, received.to_order(1), tmp_path, tenant="ann")

    order = asyncio.run(run())
    assert order.frame_size == Size(1280, 720)
    files = [shot.first for shot in order.shots]
    assert files == [str(tmp_path / "0.png"), str(tmp_path / "1.png")]
    sizes = []
    for file in files:
        with Image.open(file, formats=("PNG",)) as reopened:
            sizes.append((reopened.mode, reopened.size, reopened.info))
    assert sizes == [("RGB", (320, 180), {}), ("RGB", (320, 200), {})]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.png", "1.png"]


def test_a_image_used_twice_is_fetched_once(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def run() -> Order:
        async with served(http(image()), seen) as base:
            asked = Request(images=(f"{base}/a.png", f"{base}/a.png"))
            return await new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    order = asyncio.run(run())
    assert order.shots[0].first == order.shots[1].first == str(tmp_path / "0.png")
    assert len(seen) == 1


def test_what_the_order_leaves_out_is_not_fetched(tmp_path: Path) -> None:
    asked = Request(images=("http://127.0.0.1:1/never.png",))
    order = Order(Operation.TEXT2VIDEO, "test", (Shot("", 1),), Resolution.P720, 1)
    assert asyncio.run(new_intake().gather(asked, order, tmp_path, tenant="ann")) == order


@pytest.mark.parametrize(
    "data",
    [b"<html>", b"", image(500, 100), image()[:60], png_that_claims(9000, 9000), png_that_claims(40, 40),
     image(kind="WEBP")[:30] + bytes(len(image(kind="WEBP")) - 30), bytes(2_000_000)],
)  # fmt: skip
def test_a_image_by_url_fails_in_the_class_and_words_of_the_same_one_inline(
    tmp_path: Path, data: bytes
) -> None:
    rules = ImageRules(max_bytes=1_000_000)

    async def run(source: str) -> InvalidRequest:
        storage = open_memory_storage()
        intake = new_intake(storage)
        try:
            asked = await received_and_stored(intake, storage, request_with(rules)(images=(source,)))
            await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")
        except InvalidRequest as error:
            return error
        raise AssertionError(source[:40])

    async def both() -> tuple[InvalidRequest, InvalidRequest]:
        async with served(http(data)) as base:
            return await run(f"{base}/a.png"), await run(data_uri(data))

    by_url, inline = asyncio.run(both())
    assert (type(by_url), by_url.field) == (type(inline), inline.field)
    assert by_url.message == inline.message or not data


def test_a_fetched_image_names_its_own_field(tmp_path: Path) -> None:
    async def run() -> None:
        storage = open_memory_storage()
        intake = new_intake(storage)
        async with served(http(b"<html>")) as base:
            asked = await received_and_stored(
                intake, storage, Request(images=(data_uri(image()), f"{base}/a.png"))
            )
            await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    with pytest.raises(InvalidImage, match=r"^images\[1\]: the image is a web page"):
        asyncio.run(run())


def test_rules_between_images_are_checked_again_with_fetched_ones(tmp_path: Path) -> None:
    async def run() -> None:
        storage = open_memory_storage()
        intake = new_intake(storage)
        async with served(http(image(100, 200))) as base:
            asked = await received_and_stored(
                intake, storage, Request(images=(data_uri(image(200, 100)), base))
            )
            await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    with pytest.raises(ImageSizeOutOfRange, match="one is wide"):
        asyncio.run(run())


def test_an_unreachable_image_names_its_field_and_nothing_else(tmp_path: Path) -> None:
    asked = Request(images=("http://127.0.0.1:1/secret.png",))
    with pytest.raises(PictureUnreachable) as failed:
        asyncio.run(new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann"))
    assert failed.value.message == "images[0]: the image could not be downloaded."


def test_of_several_failures_one_is_told(tmp_path: Path) -> None:
    asked = Request(images=tuple(f"http://127.0.0.1:1/{number}.png" for number in range(3)))
    with pytest.raises(PictureUnreachable, match=r"^images\[\d\]: the image could not be downloaded\.$"):
        asyncio.run(new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann"))


def test_four_images_are_fetched_at_a_time(tmp_path: Path) -> None:
    waiting, most, all_here = 0, 0, asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        if waiting == 4:
            all_here.set()
        await all_here.wait()
        writer.write(http(image()))
        await writer.drain()
        waiting -= 1

    async def run() -> None:
        async with served(hold) as base:
            asked = Request(images=tuple(f"{base}/{number}.png" for number in range(6)))
            await new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    asyncio.run(run())
    assert most == 4


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(http(b""))
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


def test_one_tenants_dripping_servers_hold_up_no_other_tenants_inputs(tmp_path: Path) -> None:
    async def run() -> float:
        intake = new_intake()
        async with served(drip) as slow, served(http(image())) as fine, asyncio.TaskGroup() as group:
            flood = Request(images=tuple(f"{slow}/{number}.png" for number in range(50)))
            dripping = group.create_task(intake.gather(flood, flood.to_order(1), tmp_path, tenant="flood"))
            await asyncio.sleep(0)
            started, asked = time.monotonic(), Request(images=(f"{fine}/a.png",))
            await intake.gather(asked, asked.to_order(1), tmp_path / "bob", tenant="bob")
            waited = time.monotonic() - started
            dripping.cancel()
        return waited

    (tmp_path / "bob").mkdir()
    assert asyncio.run(run()) < 3


def test_all_downloads_of_a_task_have_one_deadline(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(drip) as slow, served(http(image())) as fine:
            asked = Request(images=(f"{fine}/a.png", *(f"{slow}/{number}.png" for number in range(1, 9))))
            intake = new_intake(gather_seconds=1.5)
            await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    started = time.monotonic()
    told = r"^images\[[1-8]\]: the image was not downloaded within 1\.5 s, the limit for all downloads"
    with pytest.raises(PictureUnreachable, match=told):
        asyncio.run(run())
    assert time.monotonic() - started < 4


def test_a_image_for_two_fields_keeps_the_rules_of_both(tmp_path: Path) -> None:
    class Marked(Request):
        def get_image_rules(self, path: str) -> ImageRules:
            return ImageRules(keep_alpha=True, min_side=300 if path == "images[1]" else 1)

    source = data_uri(image(mode="RGBA"))

    async def run(images: tuple[str, ...]) -> str:
        storage = open_memory_storage()
        intake = new_intake(storage)
        received = await received_and_stored(intake, storage, Marked(images=images[:1]))
        again = Marked(images=received.images * len(images))
        order = await intake.gather(again, again.to_order(1), tmp_path, tenant="ann")
        return str(order.shots[0].first)

    with Image.open(asyncio.run(run((source,))), formats=("PNG",)) as reopened:
        assert reopened.mode == "RGBA"
    with pytest.raises(ImageSizeOutOfRange, match=r"^images\[1\]: 160x120 is smaller than 300x300"):
        asyncio.run(run((source, source)))


def test_a_image_that_is_too_large_to_fetch_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(http(bytes(300_000))) as base:
            asked = request_with(ImageRules(max_bytes=200_000))(images=(base,))
            await new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    with pytest.raises(ImageTooLarge, match=r"^images\[0\]: the image is larger than 0\.2 MB"):
        asyncio.run(run())


def test_a_link_of_this_server_is_read_from_its_own_store(tmp_path: Path) -> None:
    async def run() -> Order:
        storage = open_memory_storage()
        await storage.put("covers/1/1.jpg", image(kind="JPEG"))
        intake = new_intake(storage, resolve={"http://keyreel.invalid/cover.jpg": "covers/1/1.jpg"}.get)
        asked = Request(images=("http://keyreel.invalid/cover.jpg",))
        return await intake.gather(asked, asked.to_order(1), tmp_path, tenant="ann")

    assert asyncio.run(run()).shots[0].first == str(tmp_path / "0.png")


def test_an_expired_link_of_this_server_is_told_on_arrival_and_fails_the_render(tmp_path: Path) -> None:
    def expired(_url: str) -> str:
        raise LinkExpired

    with pytest.raises(InvalidRequest, match=r"^images\[0\]: .* expired"):
        asyncio.run(
            new_intake(resolve=expired).receive(
                Request(images=("http://keyreel.invalid/cover.jpg",)), tenant="ann"
            )
        )
    asked = Request(images=("http://keyreel.invalid/cover.jpg",))
    with pytest.raises(PictureUnreachable, match=r"^images\[0\]: .* expired"):
        asyncio.run(new_intake(resolve=expired).gather(asked, asked.to_order(1), tmp_path, tenant="ann"))


def test_a_lost_asset_fails_the_render(tmp_path: Path) -> None:
    asked = Request(images=("asset:" + "0" * 64,))
    with pytest.raises(PictureUnreachable, match="no longer stored"):
        asyncio.run(new_intake().gather(asked, asked.to_order(1), tmp_path, tenant="ann"))


def test_a_large_upload_does_not_hold_up_the_event_loop() -> None:
    # 20 MB of base64; polls have to go on meanwhile.
    source = data_uri(image() + bytes(15_000_000))

    async def run() -> float:
        longest, done = 0.0, asyncio.Event()

        async def poll() -> None:
            nonlocal longest
            while not done.is_set():
                started = time.perf_counter()
                await asyncio.sleep(0)
                longest = max(longest, time.perf_counter() - started)

        async with asyncio.TaskGroup() as group:
            group.create_task(poll())
            await new_intake().receive(Request(images=(source,)), tenant="ann")
            done.set()
        return longest

    # On a busy machine one try may be held up by others.
    assert any(asyncio.run(run()) < 0.05 for _ in range(5))
