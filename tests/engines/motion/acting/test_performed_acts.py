"""What a face performs is not named as missing; what it cannot, and what no face is there for, is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyreel.engines.motion.engine import MotionEngine
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from collections.abc import Iterator

ASTRONAUT = Path(__file__).parents[4] / "examples/pictures/astronaut.jpg"
MOVES = " The built-in engine moves given images; it draws no new things."


@pytest.fixture(scope="module")
def engine() -> Iterator[MotionEngine]:
    with asyncio.Runner() as runner:
        engine = runner.run(MotionEngine().__aenter__())
        yield engine
        runner.run(engine.__aexit__(None, None, None))


def notes(engine: MotionEngine, folder: Path, image: Path, prompt: str) -> tuple[str, ...]:
    shot = Shot(prompt, 1, ImageRef(str(image)))
    order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 1, size=Size(400, 400))
    return asyncio.run(engine.render(order, FolderJob(folder))).notes


def test_names_only_what_a_face_does_not_do(engine: MotionEngine, tmp_path: Path) -> None:
    told = notes(
        engine, tmp_path, ASTRONAUT, "The woman smiles, nods and blinks, and the man picks up a book"
    )
    assert told == (f"Not shown: man picks up a book.{MOVES}",)


def test_names_a_smile_where_there_is_no_face(engine: MotionEngine, tmp_path: Path, ball: Path) -> None:
    assert notes(engine, tmp_path, ball, "The woman smiles") == (f"Not shown: woman smiles.{MOVES}",)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("The ball rolls to the right", ()),
        ("The ball jumps and explodes", (f"Not shown: explodes.{MOVES}",)),
        ("球跳起来，然后爆炸", ("未呈现：爆炸。内置引擎只让给定的图片动起来，不会画出新的事物。",)),
    ],
)
def test_names_no_way_that_the_subject_goes(
    engine: MotionEngine, tmp_path: Path, ball: Path, *, prompt: str, told: tuple[str, ...]
) -> None:
    assert notes(engine, tmp_path, ball, prompt) == told
