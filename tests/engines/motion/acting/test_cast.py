"""People in an image live: what faces do is measured in the frames, by their landmarks and their pixels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.modes.image_to_video import render_image_to_video
from keyreel.engines.motion.networks.faces import find_faces
from keyreel.engines.motion.networks.models import Networks
from keyreel.order import FPS, ImageRef, Operation, Order, Resolution, Shot, Size, SoundOptions
from keyreel.sound.speech.voices import Voices

if TYPE_CHECKING:
    from keyreel.engine import Frame

ASTRONAUT = Path(__file__).parents[4] / "examples/pictures/astronaut.jpg"
SIZE = Size(400, 400)
NOSE, CHIN, RIGHT_CHEEK, LEFT_CHEEK = 1, 152, 234, 454
UPPER_LIP, RIGHT_CORNER, LEFT_CORNER = 13, 61, 291
DARK = 75
EYES = (159, 145), (386, 374)


@pytest.fixture(scope="module")
def nets() -> Networks:
    """The engine's networks, with the one voice of every install."""
    networks = Networks()
    networks.voices = Voices(())
    return networks


def render(
    nets: Networks, prompt: str = "", image: Path = ASTRONAUT, *, seconds: int = 2, speech: bool = False
) -> list[Frame]:
    shot = Shot(f"{prompt}. Static camera.", seconds, ImageRef(str(image)))
    sound = SoundOptions(speech=speech)
    order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 4, size=SIZE, sound=sound)
    return [frame.copy() for frame in render_image_to_video(order, nets)]


@pytest.fixture(scope="module")
def resting(nets: Networks) -> list[Frame]:
    """What the astronaut does who is told nothing."""
    return render(nets, seconds=4)


def landmarks(frame: Frame, nets: Networks) -> np.ndarray:
    """Return a face's landmarks [468, 2], in widths of the face."""
    face = find_faces(frame, nets)[0]
    return face.landmarks[:, :2] / face.width


def measure_turn(frame: Frame, nets: Networks) -> float:
    """Return how far the nose is to the right of the cheeks' middle, in widths of the face."""
    points = landmarks(frame, nets)
    return float(points[NOSE, 0] - (points[RIGHT_CHEEK, 0] + points[LEFT_CHEEK, 0]) / 2)


def measure_mouth(frame: Frame, nets: Networks) -> float:
    """Return the mouth's width, in widths of the face."""
    points = landmarks(frame, nets)
    return float(np.linalg.norm(points[LEFT_CORNER] - points[RIGHT_CORNER]))


def count_dark_pixels(frame: Frame, nets: Networks) -> int:
    """Count the pixels of the dark between and below the lips' middle."""
    x, y = find_faces(frame, nets)[0].landmarks[UPPER_LIP, :2].round().astype(int)
    return int((frame[y : y + 16, x - 8 : x + 9].max(axis=2) < DARK).sum())


def test_the_first_frame_is_the_image(resting: list[Frame]) -> None:
    image = load_cropped(ASTRONAUT, SIZE)
    assert np.abs(resting[0].astype(int) - image.astype(int)).mean() < 0.5


def test_eyes_blink_and_open_again(resting: list[Frame], nets: Networks) -> None:
    face = find_faces(resting[0], nets)[0]
    x, y = face.landmarks[list(EYES[0])].mean(axis=0)[:2].round().astype(int)
    eye = np.array([frame[y - 3 : y + 4, x - 4 : x + 5].astype(float).mean() for frame in resting])
    steps = np.abs(np.diff(eye))
    # Lids move within two frames; nothing else there changes so fast.
    assert steps.max() > 12
    closed = int(steps.argmax()) + 1
    assert abs(eye[min(closed + FPS // 2, len(eye) - 1)] - eye[closed - 2]) < steps.max()


def test_a_head_moves_by_itself_but_not_by_jerks(resting: list[Frame], nets: Networks) -> None:
    turns = [measure_turn(frame, nets) for frame in resting[::8]]
    assert max(turns) - min(turns) > 0.008
    assert max(abs(after - before) for before, after in pairwise(turns)) < 0.05


def test_a_head_turns_to_the_side_that_the_prompt_says(nets: Networks) -> None:
    left, right = (
        measure_turn(render(nets, f"The woman looks to the {side}")[-1], nets) for side in ("left", "right")
    )
    assert right - left > 0.08


def test_a_smile_widens_the_mouth(nets: Networks, resting: list[Frame]) -> None:
    smiling = measure_mouth(render(nets, "她微笑")[-1], nets)
    assert smiling > measure_mouth(resting[47], nets) + 0.02


def test_a_nod_lowers_the_chin(nets: Networks, resting: list[Frame]) -> None:
    nodding = render(nets, "The woman nods")
    chin = [find_faces(frame, nets)[0].landmarks[CHIN, 1] for frame in (nodding[0], nodding[22])]
    still = [find_faces(frame, nets)[0].landmarks[CHIN, 1] for frame in (resting[0], resting[22])]
    assert chin[1] - chin[0] > still[1] - still[0] + 3


def test_a_mouth_moves_with_the_words_that_are_heard(nets: Networks) -> None:
    prompt = 'The woman says "Hello there!"'
    heard, mute = render(nets, prompt, speech=True), render(nets, prompt)
    spoken, silent = (
        [count_dark_pixels(frame, nets) for frame in frames[6:30:3]] for frames in (heard, mute)
    )
    assert max(spoken) > 15
    assert max(silent) == 0
    # Before the first word and after the last one the mouth is as it was.
    assert np.array_equal(heard[4], mute[4])
    assert np.array_equal(heard[-1], mute[-1])


def test_without_a_face_nothing_is_performed(ball: Path, nets: Networks) -> None:
    told, untold = render(nets, "It smiles and nods", ball, seconds=1), render(nets, "", ball, seconds=1)
    assert all(np.array_equal(*pair) for pair in zip(told, untold, strict=True))
