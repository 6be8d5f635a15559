"""People in an image live: what faces do is measured in the frames, by their landmarks and their pixels."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.modes.image_to_video import render_image_to_video
from keyreel.engines.motion.networks.faces import find_faces
from keyreel.order import FPS, ImageRef, Operation, Order, Resolution, Shot, Size, SoundOptions

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(216, 216)
NOSE, CHIN, RIGHT_CHEEK, LEFT_CHEEK = 1, 152, 234, 454
UPPER_LIP, RIGHT_CORNER, LEFT_CORNER = 13, 61, 291
EYELIDS = [159, 145]
DARK = 75


def order(image: Path, prompt: str = "", *, speech: bool = False) -> Order:
    shot = Shot(f"{prompt}. Static camera.", 2, ImageRef(str(image)))
    sound = SoundOptions(speech=speech)
    return Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 4, size=SIZE, sound=sound)


def render(order: Order, nets: Networks) -> list[Frame]:
    return [frame.copy() for frame in render_image_to_video(order, nets)]


@pytest.fixture(scope="module")
def resting(portrait: Path, nets: Networks) -> list[Frame]:
    """What the astronaut does who is told nothing."""
    return render(order(portrait), nets)


@pytest.fixture(scope="module")
def smiling(portrait: Path, nets: Networks) -> list[Frame]:
    return render(order(portrait, "她微笑着看向左边"), nets)


@pytest.fixture(scope="module")
def nodding(portrait: Path, nets: Networks) -> list[Frame]:
    return render(order(portrait, "The woman looks to the right and nods"), nets)


def find_landmarks(frame: Frame, nets: Networks) -> NDArray[np.float32]:
    return find_faces(frame, nets)[0].landmarks[:, :2]


def measure_turn(frame: Frame, nets: Networks) -> float:
    """Return how far the nose is to the right of the cheeks' middle, in widths of the face."""
    points = find_landmarks(frame, nets)
    middle = (points[RIGHT_CHEEK, 0] + points[LEFT_CHEEK, 0]) / 2
    return float((points[NOSE, 0] - middle) / np.linalg.norm(points[LEFT_CHEEK] - points[RIGHT_CHEEK]))


def measure_mouth(frame: Frame, nets: Networks) -> float:
    """Return the mouth's width, in pixels."""
    points = find_landmarks(frame, nets)
    return float(np.linalg.norm(points[LEFT_CORNER] - points[RIGHT_CORNER]))


def count_dark_pixels(frame: Frame, nets: Networks) -> int:
    """Count the pixels of the dark between and below the lips' middle."""
    x, y = find_landmarks(frame, nets)[UPPER_LIP].round().astype(int)
    return int((frame[y : y + 14, x - 7 : x + 8].max(axis=2) < DARK).sum())


def test_the_first_frame_is_the_image(resting: list[Frame], portrait: Path) -> None:
    assert np.abs(resting[0].astype(int) - load_cropped(portrait, SIZE).astype(int)).mean() < 0.5


def test_eyes_blink_and_open_again(resting: list[Frame], nets: Networks) -> None:
    x, y = find_landmarks(resting[0], nets)[EYELIDS].mean(axis=0).round().astype(int)
    eye = np.array([frame[y - 3 : y + 4, x - 4 : x + 5].astype(float).mean() for frame in resting])
    steps = np.abs(np.diff(eye))
    # Lids move within two frames; nothing else there changes so fast.
    assert steps.max() > 10
    closed = int(steps.argmax()) + 1
    assert abs(eye[min(closed + FPS // 2, len(eye) - 1)] - eye[closed - 2]) < steps.max()


def test_a_head_moves_by_itself_but_not_by_jerks(resting: list[Frame], nets: Networks) -> None:
    turns = [measure_turn(frame, nets) for frame in resting[::8]]
    assert max(turns) - min(turns) > 0.005
    assert max(abs(after - before) for before, after in pairwise(turns)) < 0.05


def test_a_head_turns_to_the_side_that_the_prompt_says(
    smiling: list[Frame], nodding: list[Frame], nets: Networks
) -> None:
    assert measure_turn(nodding[-1], nets) - measure_turn(smiling[-1], nets) > 0.08


def test_a_smile_widens_the_mouth(smiling: list[Frame], nodding: list[Frame], nets: Networks) -> None:
    assert measure_mouth(smiling[-1], nets) > 1.04 * measure_mouth(nodding[-1], nets)


def test_a_nod_lowers_the_chin(resting: list[Frame], nodding: list[Frame], nets: Networks) -> None:
    told, untold = (
        find_landmarks(frames[22], nets)[CHIN, 1] - find_landmarks(frames[0], nets)[CHIN, 1]
        for frames in (nodding, resting)
    )
    assert told > untold + 2


def test_a_mouth_moves_with_the_words_that_are_heard(
    portrait: Path, resting: list[Frame], nets: Networks
) -> None:
    heard = render(order(portrait, 'The woman says "Hello there!"', speech=True), nets)
    spoken, silent = (
        [count_dark_pixels(frame, nets) for frame in frames[6:30:3]] for frames in (heard, resting)
    )
    assert max(spoken) > 10
    assert max(silent) == 0
    # Before the first word and after the last one the mouth is as it was.
    assert np.array_equal(heard[4], resting[4])
    assert np.array_equal(heard[-1], resting[-1])


def test_a_seed_is_one_take_and_another_seed_another(
    portrait: Path, resting: list[Frame], nets: Networks
) -> None:
    assert all(np.array_equal(*pair) for pair in zip(render(order(portrait), nets), resting, strict=True))
    other = render(replace(order(portrait), seed=5), nets)
    assert not np.array_equal(other[-1], resting[-1])


def test_without_a_face_nothing_is_performed(ball: Path, nets: Networks) -> None:
    told, untold = (render(order(ball, prompt), nets) for prompt in ("It smiles and nods", ""))
    assert all(np.array_equal(*pair) for pair in zip(told, untold, strict=True))
