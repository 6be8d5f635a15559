"""Recommended prompts: sentences that are made from what an image shows, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.analysis.prompt_suggestion import suggest_prompt
from keyreel.engines.motion.networks.models import Networks
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove
from keyreel.errors import RenderFailed
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot

EXAMPLES = Path(__file__).parents[4] / "examples" / "pictures"
# Each image's name, what its prompt says of it, and the camera's move that the motion engine reads in it.
SAYS = {
    "lighthouse": (
        ("small red subject on the right", "the water ripples", "the clouds drift"),
        CameraMove.PUSH_IN,
    ),
    "boat": (("orange subject in the centre", "bright light of low contrast"), CameraMove.ORBIT_RIGHT),
    "cat": (("large orange subject", "soft, warm light"), CameraMove.PUSH_IN),
    "scene": (("across the whole scene", "cool light and tones of blue"), CameraMove.TRACK_RIGHT),
}


def image_order(first: Path, last: Path | None = None) -> Order:
    shot = Shot("mine", 5, ImageRef(str(first)), ImageRef(str(last)) if last else None)
    return Order(Operation.IMG2VIDEO, "q2-pro", (shot,), Resolution.P720, 7)


@pytest.mark.parametrize("name", SAYS)
def test_says_what_is_there(nets: Networks, name: str) -> None:
    prompt = suggest_prompt(image_order(EXAMPLES / f"{name}.jpg"), nets)
    said, move = SAYS[name]
    assert [words for words in said if words not in prompt] == []
    direction = parse_prompt(prompt)
    assert [cue.move for cue in direction.cues] == [move]
    # What it says of light and colours must not make the engine change the hour or the weather.
    assert (direction.effects, direction.time_of_day) == ((), None)


def test_different_images_have_different_prompts_and_one_always_the_same(nets: Networks) -> None:
    names = ("astronaut", "balloon", "boat", "cat", "coffee", "lighthouse", "scene", "start")
    prompts = [suggest_prompt(image_order(EXAMPLES / f"{name}.jpg"), nets) for name in names]
    assert len(set(prompts)) == len(names)
    assert suggest_prompt(image_order(EXAMPLES / "cat.jpg"), Networks()) == prompts[3]
    assert all(20 < len(prompt.split()) < 60 for prompt in prompts)


def test_a_last_frame_is_looked_at_as_well(nets: Networks) -> None:
    prompt = suggest_prompt(image_order(EXAMPLES / "lighthouse.jpg", EXAMPLES / "scene.jpg"), nets)
    assert prompt.endswith("It ends in soft, cool light and tones of blue.")


def test_a_image_without_anything_gives_a_prompt_all_the_same(nets: Networks, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((90, 160, 3), 128, np.uint8))
    prompt = suggest_prompt(image_order(tmp_path / "grey.png"), nets)
    assert prompt.startswith("The camera tracks slowly")
    assert "muted tones" in prompt


def test_dark_and_bright_are_told_apart(nets: Networks, tmp_path: Path) -> None:
    said = []
    for number, shade in enumerate((30, 220)):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), np.full((90, 160, 3), shade, np.uint8))
        said.append(suggest_prompt(image_order(path), nets))
    assert "in dim light" in said[0]
    assert "in bright light" in said[1]


def test_what_is_no_image_fails(nets: Networks, tmp_path: Path) -> None:
    with pytest.raises(RenderFailed):
        suggest_prompt(image_order(tmp_path / "none.png"), nets)
