"""Videos are joined and tagged without touching a single encoded frame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from keyreel.media.audio import SAMPLE_RATE, decode_audio, encode_aac
from keyreel.media.mux import concatenate_videos, remove_audio, remux
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


SMALL = Size(320, 176)


def make_video(path: Path, count: int, tint: int = 0, size: Size = SMALL) -> Path:
    down, across = np.mgrid[0 : size.height, 0 : size.width]
    with open_video_writer(path, size) as sink:
        for index in range(count):
            wave = 127.5 + 120 * np.sin((across + 2 * down + 9 * index) / 50)
            sink.write(np.stack([wave, wave[::-1], np.full_like(wave, tint)], axis=-1).astype(np.uint8))
    return path


@pytest.mark.parametrize("lengths", [(48, 1, 75), (1, 30), (2, 3, 1, 4), (1,), (72, 49, 120)], ids=str)
def test_joined_videos_keep_every_frame_at_a_steady_24_fps(tmp_path: Path, lengths: tuple[int, ...]) -> None:
    parts = [make_video(tmp_path / f"{n}.mp4", n, tint=n) for n in lengths]
    concatenate_videos(parts, tmp_path / "joined.mp4")
    facts = probe_video(tmp_path / "joined.mp4")
    assert (facts.frames, facts.fps, facts.has_constant_frame_rate) == (sum(lengths), 24, True)
    assert facts.seconds == pytest.approx(sum(lengths) / 24)
    expected = [frame for part in parts for frame in read_frames(part)]
    read = list(read_frames(tmp_path / "joined.mp4"))
    assert all((a == b).all() for a, b in zip(read, expected, strict=True))


def test_joining_is_repeatable_to_the_byte(tmp_path: Path) -> None:
    parts = [make_video(tmp_path / f"{n}.mp4", 30, tint=n) for n in (1, 2)]
    for name in ("a.mp4", "b.mp4"):
        concatenate_videos(parts, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_refuses_to_join_videos_of_different_sizes_and_leaves_nothing(tmp_path: Path) -> None:
    parts = [make_video(tmp_path / "a.mp4", 4), make_video(tmp_path / "b.mp4", 4, size=Size(176, 320))]
    with pytest.raises(ValueError, match=r"b\.mp4 was encoded differently from a\.mp4"):
        concatenate_videos(parts, tmp_path / "joined.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_refuses_to_join_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no videos"):
        concatenate_videos([], tmp_path / "joined.mp4")


@pytest.mark.parametrize(
    "value",
    [
        '{"Label":"1"}',
        '{"name": "画面 «quoted» \\" \\\\ \\n"}\n\t ',
        "not JSON at all",
        json.dumps({"note": "生成" * 50_000}, ensure_ascii=False),
    ],
    ids=["plain", "unicode and quotes", "free text", "300 kB"],
)
def test_a_tag_is_kept_verbatim_and_the_index_moves_to_the_front(tmp_path: Path, value: str) -> None:
    source = make_video(tmp_path / "video.mp4", 10)
    assert not probe_video(source).faststart
    remux(source, tmp_path / "tagged.mp4", {"AIGC": value})
    facts = probe_video(tmp_path / "tagged.mp4")
    assert facts.tags["AIGC"] == value
    assert facts.faststart
    assert (facts.frames, facts.fps, facts.has_constant_frame_rate) == (10, 24, True)


def test_the_tag_lies_in_the_index_as_metadata_key_and_item(tmp_path: Path) -> None:
    remux(make_video(tmp_path / "video.mp4", 2), tmp_path / "tagged.mp4", {"AIGC": "here"})
    data = (tmp_path / "tagged.mp4").read_bytes()
    order = [
        data.index(box)
        for box in (b"moov", b"udta", b"meta", b"keys", b"mdtaAIGC", b"ilst", b"here", b"mdat")
    ]
    assert order == sorted(order)


def test_remuxing_changes_no_frame(tmp_path: Path) -> None:
    source = make_video(tmp_path / "video.mp4", 20)
    remux(source, tmp_path / "tagged.mp4", {})
    assert all(
        (a == b).all() for a, b in zip(read_frames(source), read_frames(tmp_path / "tagged.mp4"), strict=True)
    )


def hiss(path: Path, seconds: float) -> Path:
    rng = np.random.default_rng(3)
    encode_aac((0.1 * rng.standard_normal((round(seconds * SAMPLE_RATE), 2))).astype(np.float32), path)
    return path


def test_sound_is_laid_under_a_video_without_touching_either(tmp_path: Path) -> None:
    source, sound = make_video(tmp_path / "video.mp4", 48), hiss(tmp_path / "sound.m4a", 2)
    remux(source, tmp_path / "both.mp4", {"AIGC": "here"}, sound)
    remux(tmp_path / "both.mp4", tmp_path / "again.mp4", {"AIGC": "here"})
    for name in ("both.mp4", "again.mp4"):
        facts = probe_video(tmp_path / name)
        assert (facts.frames, facts.seconds, facts.has_constant_frame_rate, facts.faststart) == (
            48,
            2.0,
            True,
            True,
        )
        assert facts.tags["AIGC"] == "here"
        assert facts.audio_track is not None
        assert (facts.audio_track.start, facts.audio_track.seconds) == (0.0, 2.0)
        assert np.array_equal(decode_audio(tmp_path / name), decode_audio(sound))
        assert all(
            (a == b).all() for a, b in zip(read_frames(source), read_frames(tmp_path / name), strict=True)
        )


def test_sound_and_images_lie_side_by_side_in_the_file(tmp_path: Path) -> None:
    # A player that downloads the file front to back must not wait for the sound until the end.
    remux(make_video(tmp_path / "video.mp4", 96), tmp_path / "both.mp4", {}, hiss(tmp_path / "sound.m4a", 4))
    with av.open(tmp_path / "both.mp4") as container:
        places = {kind: [0.0] for kind in ("video", "audio")}
        for packet in sorted((each for each in container.demux() if each.size), key=lambda each: each.pos):
            places[packet.stream.type].append(float(packet.pts * packet.time_base))
            assert abs(places["video"][-1] - places["audio"][-1]) < 1.6


def test_another_sound_takes_the_place_of_a_videos_own(tmp_path: Path) -> None:
    first, second = hiss(tmp_path / "a.m4a", 1), hiss(tmp_path / "b.m4a", 0.5)
    remux(make_video(tmp_path / "video.mp4", 24), tmp_path / "first.mp4", {}, first)
    remux(tmp_path / "first.mp4", tmp_path / "second.mp4", {}, second)
    assert len(decode_audio(tmp_path / "second.mp4")) == SAMPLE_RATE // 2


def test_a_muted_video_has_no_sound_track_and_all_its_frames(tmp_path: Path) -> None:
    source = make_video(tmp_path / "video.mp4", 24)
    remux(source, tmp_path / "both.mp4", {}, hiss(tmp_path / "sound.m4a", 1))
    remove_audio(tmp_path / "both.mp4", tmp_path / "mute.mp4")
    assert probe_video(tmp_path / "mute.mp4").audio_track is None
    assert all(
        (a == b).all() for a, b in zip(read_frames(source), read_frames(tmp_path / "mute.mp4"), strict=True)
    )
