"""Videos that go on: their last frames are taken in a confined child, and what is wrong names its field."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from PIL import Image

from keyreel.errors import InvalidRequest, VideoUnreachable
from keyreel.media.video_reader import read_frame, read_frames
from keyreel.storage.memory import open_memory_storage
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints import catalogue
from keyreel.wire.requests.parsing import validate_fields
from support.hostile import http, new_intake, served
from support.videos import SIZE, encode_again, scene
from support.yuv import coded, video_of

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.order import Order
    from keyreel.wire.endpoints.endpoint import Endpoint


def request(**fields: Any) -> Endpoint:
    return validate_fields(ParsedSubmit(catalogue.get_endpoint("q2-pro-extend"), fields))


def gathered(video: bytes, folder: Path) -> Order:
    """Gather the order of a request that names this video by a URL."""

    async def run() -> Order:
        async with served(http(video)) as base:
            asked = request(video_url=f"{base}/v.mp4")
            return await new_intake().gather(asked, asked.to_order(7), folder, tenant="ann")

    return asyncio.run(run())


def written(path: Path, seconds: float, *, fps: int = 4, size: tuple[int, int] = (96, 64)) -> Path:
    """Write a small video of noise."""
    random = np.random.default_rng(1)
    with av.open(path, "w") as target:
        stream = target.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(round(seconds * fps)):
            pixels = random.integers(0, 255, (size[1], size[0], 3), np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        target.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene(tmp_path_factory.mktemp("film") / "v.mp4", 3, seconds=4)


def test_the_last_frame_and_the_one_a_third_of_a_second_before(video: Path, tmp_path: Path) -> None:
    order = gathered(video.read_bytes(), tmp_path)
    (shot,) = order.shots
    assert shot.first is not None
    assert shot.lead is not None
    for image, index in ((shot.first, 95), (shot.lead, 87)):
        with Image.open(image) as opened:
            assert np.array_equal(np.asarray(opened), read_frame(video, index))
    assert str(order.frame_size) == "1296x712"
    assert not (tmp_path / "video.source").exists()


@pytest.mark.parametrize(
    ("codec", "ending"),
    [("libx265", "mp4"), ("libvpx-vp9", "webm"), ("libx264", "mov"), ("libsvtav1", "mp4")],
)
def test_takes_every_usual_coding(video: Path, tmp_path: Path, codec: str, ending: str) -> None:
    again = encode_again(video, tmp_path / f"again.{ending}", codec=codec)
    (shot,) = gathered(again.read_bytes(), tmp_path).shots
    assert shot.first is not None
    with Image.open(shot.first) as opened:
        assert np.array_equal(np.asarray(opened), list(read_frames(again))[-1])


@pytest.mark.parametrize(("size", "matrix"), [((640, 480), 6), ((1280, 720), 1)])
def test_an_untagged_video_goes_on_in_the_colours_that_players_show(
    tmp_path: Path, size: tuple[int, int], matrix: int
) -> None:
    color = (200, 60, 30)
    video = video_of(tmp_path / "v.mp4", coded(color, matrix, full=False), size=size, frames=16)
    (shot,) = gathered(video.read_bytes(), tmp_path).shots
    assert shot.first is not None
    with Image.open(shot.first) as opened:
        assert np.abs(np.asarray(opened).astype(int) - color).max() <= 3


def test_a_turned_video_stands_upright(video: Path, tmp_path: Path) -> None:
    data = bytearray(video.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    # A quarter turn clockwise, as phones write it (ISO 14496-12, 8.3.2).
    data[at : at + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, SIZE.height << 16, 0, 1 << 30)
    (shot,) = gathered(bytes(data), tmp_path).shots
    assert shot.first is not None
    with Image.open(shot.first) as opened:
        assert np.array_equal(np.asarray(opened), np.rot90(read_frame(video, 95), -1))


def test_a_stored_video_is_not_fetched(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()

    async def run() -> Order:
        storage = open_memory_storage()
        await storage.put("videos/1/1.mp4", data)
        asked = request(video_creation_id="1").with_extend_source("file:videos/1/1.mp4")
        return await new_intake(storage).gather(asked, asked.to_order(7), tmp_path, tenant="ann")

    assert asyncio.run(run()).shots[0].lead is not None


def test_a_link_of_our_own_is_read_from_storage(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()

    async def run() -> Order:
        storage = open_memory_storage()
        await storage.put("videos/1/1.mp4", data)
        asked = request(video_url="https://reel.example/files/videos/1/1.mp4?signed")
        intake = new_intake(storage, resolve=lambda url: "videos/1/1.mp4" if "signed" in url else None)
        return await intake.gather(asked, asked.to_order(7), tmp_path, tenant="ann")

    assert asyncio.run(run()).shots[0].first is not None


def test_a_stored_video_that_is_gone_is_told(tmp_path: Path) -> None:
    asked = request(video_creation_id="1").with_extend_source("file:videos/1/1.mp4")
    with pytest.raises(VideoUnreachable, match=r"^video_creation_id: the video is no longer stored here\.$"):
        asyncio.run(new_intake().gather(asked, asked.to_order(7), tmp_path, tenant="ann"))


@pytest.mark.parametrize(("seconds", "said"), [(3, "3.0"), (61, "61.0")])
def test_refuses_what_is_too_short_or_too_long(tmp_path: Path, seconds: int, said: str) -> None:
    video = written(tmp_path / "v.mp4", seconds)
    with pytest.raises(
        InvalidRequest, match=rf"^video_url: the video lasts {said} s; it must last 4 to 60 s\.$"
    ):
        gathered(video.read_bytes(), tmp_path)


@pytest.mark.parametrize("seconds", [4, 60])
def test_the_shortest_and_the_longest_are_taken(tmp_path: Path, seconds: int) -> None:
    assert gathered(written(tmp_path / "v.mp4", seconds).read_bytes(), tmp_path).shots[0].first is not None


def test_a_lying_header_makes_no_video_longer(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "v.mp4", 3).read_bytes())
    for box, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        place = data.index(box) + at
        (claimed,) = struct.unpack_from(">I", data, place)
        struct.pack_into(">I", data, place, claimed * 10)
    with pytest.raises(InvalidRequest, match=r"^video_url: the video lasts 3\.0 s"):
        gathered(bytes(data), tmp_path)


def test_refuses_a_truncated_video(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()
    with pytest.raises(InvalidRequest, match=r"^video_url: the video "):
        gathered(data[: len(data) // 2], tmp_path)


def test_a_claim_of_ten_gigabytes_costs_nothing(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()
    mdat = data.index(b"mdat") - 4
    bomb = data[:mdat] + struct.pack(">I4sQ", 1, b"mdat", 10_000_000_000) + data[mdat + 8 :][:2000]
    with pytest.raises(InvalidRequest, match=r"^video_url: the video "):
        gathered(bomb, tmp_path)


def test_refuses_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as target:
        stream = target.add_stream("aac", rate=48000)
        for _ in range(200):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            silence.sample_rate = 48000
            target.mux(stream.encode(silence))
        target.mux(stream.encode(None))
    with pytest.raises(InvalidRequest, match=r"^video_url: the video contains no video frames\.$"):
        gathered(path.read_bytes(), tmp_path)


@pytest.mark.parametrize(
    "data", [b"", b"<html>hello</html>", b"\x89PNG\r\n\x1a\n" + bytes(99), b"#EXTM3U\nhttp://x/"]
)
def test_what_begins_like_no_video_reaches_no_decoder(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(
        InvalidRequest, match=r"^video_url: the file is not a video; it must be MP4, MOV or WebM\.$"
    ):
        gathered(data, tmp_path)


def test_refuses_codings_that_nobody_needs(tmp_path: Path) -> None:
    video = encode_again(written(tmp_path / "v.mp4", 4), tmp_path / "m.mov", codec="mpeg4")
    with pytest.raises(InvalidRequest, match=r"^video_url: the video is encoded as mpeg4; it must be H\.264"):
        gathered(video.read_bytes(), tmp_path)


def test_refuses_frames_of_more_than_4096_pixels(tmp_path: Path) -> None:
    video = written(tmp_path / "v.mp4", 4, fps=1, size=(4098, 64))
    with pytest.raises(InvalidRequest, match=r"^video_url: the video is 4098x64; a side has at most 4096"):
        gathered(video.read_bytes(), tmp_path)


def test_refuses_more_bytes_than_a_video_may_have(tmp_path: Path) -> None:
    async def run() -> None:
        async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(http(b"\0\0\0\x18ftypisom"))
            while True:
                writer.write(bytes(1 << 20))
                await writer.drain()

        async with served(endless) as base:
            asked = request(video_url=f"{base}/v.mp4")
            await new_intake().gather(asked, asked.to_order(7), tmp_path, tenant="ann")

    with pytest.raises(InvalidRequest, match=r"^video_url: the video is larger than 100 MB\.$"):
        asyncio.run(run())


def test_what_cannot_be_downloaded_is_told(tmp_path: Path) -> None:
    asked = request(video_url="http://127.0.0.1:9/v.mp4")
    with pytest.raises(VideoUnreachable, match=r"^video_url: the video could not be downloaded\.$"):
        asyncio.run(new_intake().gather(asked, asked.to_order(7), tmp_path, tenant="ann"))


def test_a_malformed_address_is_refused_on_arrival() -> None:
    with pytest.raises(InvalidRequest, match=r"^video_url: .* this URL contains a user name") as refused:
        request(video_url="http://user:pw@example.com/v.mp4")
    assert refused.value.field == "video_url"
