"""Sound is written, read back and measured; FFmpeg's own meter is the judge of our measuring."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.filter import Graph

from keyreel.media.audio import (
    SAMPLE_RATE,
    Pcm,
    decode_audio,
    encode_aac,
    find_peaks,
    measure_loudness,
    measure_true_peak,
)
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


def tone(hertz: float, seconds: float, height: float = 0.5, start: float = 0.0) -> Pcm:
    wave = height * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE + start)
    return np.repeat(wave.astype(np.float32)[:, None], 2, axis=1)


def noise(seconds: float, height: float = 0.1) -> Pcm:
    return (height * np.random.default_rng(5).standard_normal((round(seconds * SAMPLE_RATE), 2))).astype(
        np.float32
    )


def swelling(seconds: float) -> Pcm:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return noise(seconds, 0.2) * (np.sin(0.4 * times) ** 4).astype(np.float32)[:, None]


def metered(pcm: Pcm) -> tuple[float, float]:
    """Return what FFmpeg's ebur128 filter says: integrated loudness, true peak in dB."""
    graph = Graph()
    source = graph.add("abuffer", "sample_rate=48000:sample_fmt=fltp:channel_layout=stereo:time_base=1/48000")
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm.T), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = SAMPLE_RATE, 0
    graph.push(frame)
    graph.push(None)
    measured: dict[str, str] = {}
    while True:
        try:
            measured = dict(graph.pull().metadata)
        except (av.EOFError, av.BlockingIOError):
            return float(measured["lavfi.r128.I"]), 20 * math.log10(float(measured["lavfi.r128.true_peak"]))


@pytest.mark.parametrize(
    "pcm",
    [
        tone(997, 3),
        tone(60, 3),
        noise(5),
        swelling(20),
        np.concatenate([noise(4), np.zeros((4 * SAMPLE_RATE, 2), np.float32), noise(2, 0.01)]),
        np.concatenate([noise(3, 0.003), tone(3000, 2)]) * np.array([1.0, 0.1], np.float32),
    ],
    ids=["tone", "bass", "noise", "swelling", "pause", "one side"],
)
def test_loudness_agrees_with_ffmpegs_meter(pcm: Pcm) -> None:
    assert measure_loudness(pcm) == pytest.approx(metered(pcm)[0], abs=0.1)


def test_a_tone_of_full_scale_on_both_sides_has_the_standards_loudness() -> None:
    # BS.1770-4: 0 dB at 997 Hz in one channel is -3.01 LUFS.
    assert measure_loudness(tone(997, 5, 1.0)) == pytest.approx(0.0, abs=0.05)


def test_silence_and_sounds_shorter_than_a_block_have_a_loudness_too() -> None:
    assert measure_loudness(np.zeros((SAMPLE_RATE, 2), np.float32)) == -math.inf
    assert measure_loudness(np.zeros((0, 2), np.float32)) == -math.inf
    assert measure_loudness(tone(997, 0.25)) == pytest.approx(measure_loudness(tone(997, 5)), abs=0.5)


@pytest.mark.parametrize(
    "pcm", [noise(3), swelling(6), tone(5000, 1) * np.hanning(SAMPLE_RATE)[:, None].astype(np.float32)]
)
def test_true_peak_agrees_with_ffmpegs_meter(pcm: Pcm) -> None:
    assert measure_true_peak(pcm) == pytest.approx(metered(pcm)[1], abs=0.25)


def test_a_peak_between_the_samples_is_found() -> None:
    between = tone(12_000, 1, 0.5, start=math.pi / 4)
    assert np.abs(between).max() < 0.36
    assert measure_true_peak(between) == pytest.approx(-6.0, abs=0.2)


def test_peaks_below_the_floor_are_the_samples_own() -> None:
    pcm = noise(0.5)
    assert np.array_equal(find_peaks(pcm, 10.0), np.abs(pcm).max(axis=1))
    assert (find_peaks(pcm, 0.0) >= np.abs(pcm).max(axis=1)).all()


@pytest.mark.parametrize("samples", [1056, 48_000, 100_032, 240_000])  # an MP4 counts milliseconds
def test_sound_keeps_its_place_and_its_length_to_the_sample(tmp_path: Path, samples: int) -> None:
    pcm = tone(440, samples / SAMPLE_RATE)[:samples]
    encode_aac(pcm, tmp_path / "sound.m4a")
    read = decode_audio(tmp_path / "sound.m4a")
    assert read.shape == (samples, 2)
    assert read.dtype == np.float32
    if samples > 10_000:
        # One sample late would be an error of 0.018.
        assert np.abs(read - pcm).mean() < 0.005


def test_a_click_keeps_its_time(tmp_path: Path) -> None:
    pcm = np.zeros((SAMPLE_RATE, 2), np.float32)
    pcm[20_000:20_004] = 0.9
    encode_aac(pcm, tmp_path / "sound.m4a")
    assert abs(int(np.abs(decode_audio(tmp_path / "sound.m4a")[:, 0]).argmax()) - 20_001) <= 2


def test_the_same_sound_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.m4a", "b.m4a"):
        encode_aac(noise(1), tmp_path / name)
    assert (tmp_path / "a.m4a").read_bytes() == (tmp_path / "b.m4a").read_bytes()


def test_other_sounds_are_read_as_stereo_at_48_khz(tmp_path: Path) -> None:
    with av.open(tmp_path / "sound.wav", "w") as container:
        stream = container.add_stream("pcm_s16le", rate=22_050, layout="mono")
        wave = (8000 * np.sin(2 * np.pi * 300 * np.arange(22_050) / 22_050)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
        frame.sample_rate = 22_050
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    read = decode_audio(tmp_path / "sound.wav")
    assert abs(len(read) - SAMPLE_RATE) < 64
    assert np.allclose(read[:, 0], read[:, 1])
    spectrum = np.abs(np.fft.rfft(read[:, 0]))
    assert spectrum.argmax() * SAMPLE_RATE / len(read) == pytest.approx(300, abs=2)


def test_files_without_sound_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.m4a").write_bytes(b"no sound" * 100)
    with pytest.raises(ValueError, match="no readable sound"):
        decode_audio(tmp_path / "text.m4a")
    with open_video_writer(tmp_path / "video.mp4", Size(64, 64)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="no sound track"):
        decode_audio(tmp_path / "video.mp4")
