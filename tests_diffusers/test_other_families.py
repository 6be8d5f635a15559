"""LTX-2, LTX and HunyuanVideo behind the whole server, tiny ones with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, decode_audio
from served_renders import ONE_IMAGE, PINNED, SCENES, TWO_IMAGES, render
from support.keyframe_scenes import error

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server


def test_the_sound_of_ltx2_is_in_the_file(other_server: Server, tmp_path: Path) -> None:
    sounding = {**ONE_IMAGE, "audio": True}
    made = render(other_server, "vidu-q2-pro-img2video", sounding, tmp_path / "one.mp4")
    assert error(made[0], SCENES[0]) <= PINNED
    sound = decode_audio(tmp_path / "one.mp4")
    assert len(sound) == SAMPLE_RATE
    assert np.abs(sound).max() > 0.0
    render(other_server, "vidu-q2-pro-img2video", sounding | {"seed": 8}, tmp_path / "two.mp4")
    # The sound is the model's: what Keyreel makes itself for these words is the same for every seed.
    assert np.abs(decode_audio(tmp_path / "two.mp4") - sound).max() > 0.0


def test_ltx_meets_both_keyframes(other_server: Server, tmp_path: Path) -> None:
    made = render(other_server, "vidu-q2-turbo-startend2video", TWO_IMAGES, tmp_path / "video.mp4")
    assert error(made[0], SCENES[0]) <= PINNED
    assert error(made[-1], SCENES[1]) <= PINNED


def test_hunyuan_begins_on_an_image(other_server: Server, tmp_path: Path) -> None:
    made = render(other_server, "vidu-q3-turbo-img2video", ONE_IMAGE, tmp_path / "video.mp4")
    assert error(made[0], SCENES[0]) <= PINNED
