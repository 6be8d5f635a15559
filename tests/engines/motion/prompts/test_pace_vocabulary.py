"""Moves that happen all at once, or gather speed, are told from those that are only quick."""

from __future__ import annotations

import pytest

from keyreel.engines.motion.prompts.pace_vocabulary import CameraPace
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove


@pytest.mark.parametrize(
    ("prompt", "move", "pace"),
    [
        ("a crash zoom on his face", CameraMove.ZOOM_IN, CameraPace.RUSHED),
        ("snap zoom out", CameraMove.ZOOM_OUT, CameraPace.RUSHED),
        ("whip pan left", CameraMove.PAN_LEFT, CameraPace.RUSHED),
        ("a whip pan", CameraMove.PAN_RIGHT, CameraPace.RUSHED),
        ("镜头急推", CameraMove.ZOOM_IN, CameraPace.RUSHED),
        ("hyperspeed through the stars", CameraMove.PUSH_IN, CameraPace.ACCELERATING),
        ("极速穿梭", CameraMove.PUSH_IN, CameraPace.ACCELERATING),
        ("a quick zoom in", CameraMove.ZOOM_IN, CameraPace.STEADY),
    ],
)
def test_moves_have_their_pace(prompt: str, move: CameraMove, pace: CameraPace) -> None:
    assert [(cue.move, cue.pace) for cue in parse_prompt(prompt).cues] == [(move, pace)]
