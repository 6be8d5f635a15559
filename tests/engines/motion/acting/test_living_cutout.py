"""People among the references act in their scene: what their heads do is measured in the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keyreel.engines.motion.modes.reference_to_video import render_reference_to_video
from keyreel.engines.motion.networks.faces import find_faces
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

NOSE, RIGHT_CHEEK, LEFT_CHEEK, RIGHT_CORNER, LEFT_CORNER = 1, 234, 454, 61, 291


def render(nets: Networks, prompt: str, portrait: Path, landscape: Path) -> Frame:
    """Return the last frame, in which the subject is as large as it gets."""
    images = ("anna", portrait), ("hills", landscape)
    subjects = tuple(Subject(name, (ImageRef(str(image)),)) for name, image in images)
    shots = (Shot(f"{prompt}, @hills as the background, static shot", 2),)
    order = Order(Operation.REFERENCE2VIDEO, "m", shots, Resolution.P360, 4, subjects, Size(240, 240))
    return list(render_reference_to_video(order, nets))[-1]


def measure_turn(points: np.ndarray) -> float:
    """Return how far the nose is to the right of the cheeks' middle, in widths of the face."""
    middle = (points[RIGHT_CHEEK, 0] + points[LEFT_CHEEK, 0]) / 2
    return float((points[NOSE, 0] - middle) / np.linalg.norm(points[LEFT_CHEEK] - points[RIGHT_CHEEK]))


def test_a_reference_turns_her_head_and_smiles(portrait: Path, landscape: Path, nets: Networks) -> None:
    left, right = (
        find_faces(render(nets, f"@anna {act}", portrait, landscape), nets)[0].landmarks
        for act in ("looks to the left", "looks to the right and smiles")
    )
    assert measure_turn(right) - measure_turn(left) > 0.08
    wide = [np.linalg.norm(points[LEFT_CORNER] - points[RIGHT_CORNER]) for points in (left, right)]
    assert wide[1] > wide[0] * 1.03
