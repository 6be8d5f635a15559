"""What a face performs is not named as missing; what it cannot, and what no face is there for, is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.engines.motion.acting.performed_acts import find_performance
from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engines.motion.networks.models import Networks

MOVES = " The built-in engine moves given images; it draws no new things."
ZH_MOVES = "内置引擎只让给定的图片动起来，不会画出新的事物。"


def order(image: Path, prompt: str) -> Order:
    shot = Shot(prompt, 1, ImageRef(str(image)))
    return Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 1, size=Size(216, 216))


def test_names_only_what_a_face_does_not_do(portrait: Path, nets: Networks) -> None:
    asked = order(portrait, "The woman smiles, nods and blinks, and the man picks up a book")
    told = build_notes(asked, find_performance(asked, nets))
    assert told == (f"Not shown: man picks up a book.{MOVES}",)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("The woman smiles", (f"Not shown: woman smiles.{MOVES}",)),
        ("The ball rolls to the right", ()),
        ("The ball jumps and explodes", (f"Not shown: explodes.{MOVES}",)),
        ("球跳起来，然后爆炸", (f"未呈现：爆炸。{ZH_MOVES}",)),
    ],
)
def test_names_no_way_that_the_subject_goes(
    ball: Path, nets: Networks, prompt: str, told: tuple[str, ...]
) -> None:
    asked = order(ball, prompt)
    assert build_notes(asked, find_performance(asked, nets)) == told
