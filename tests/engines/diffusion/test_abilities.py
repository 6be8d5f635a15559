from __future__ import annotations

from dataclasses import replace

import pytest

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.diffusion.abilities import Abilities
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Subject

FIVE_SECONDS = FrameRule(fps=16, max_frames=81, frame_multiple=4, frame_offset=1)
ONE, TWO = ImageRef("one.png"), ImageRef("two.png")


def order(operation: Operation, *shots: Shot, subjects: tuple[Subject, ...] = ()) -> Order:
    return Order(operation, "q2", shots, Resolution.P540, 1, subjects=subjects)


WORDS = order(Operation.TEXT2VIDEO, Shot("a lake", 5))
IMAGE = order(Operation.IMG2VIDEO, Shot("on", 8, ONE))
KEYFRAMES = order(Operation.MULTIFRAME, Shot("on", 5, ONE, TWO), Shot("on", 5, TWO, ONE))
EXTENSION = order(Operation.EXTEND, Shot("on", 5))
REFERENCE = order(Operation.REFERENCE2VIDEO, Shot("@1", 5), subjects=(Subject("1", (ONE,)),))


@pytest.mark.parametrize(
    ("abilities", "accepted"),
    [
        (Abilities(words=True), [WORDS]),
        (Abilities(first=True), [IMAGE, EXTENSION]),
        (Abilities(first=True, first_and_last=True), [IMAGE, KEYFRAMES, EXTENSION]),
        (Abilities(first_and_last=True), [KEYFRAMES]),
        (Abilities(words=True, references=True), [WORDS, REFERENCE]),
    ],
)
def test_orders_are_accepted_that_every_call_of_can_be_made(
    abilities: Abilities, accepted: list[Order]
) -> None:
    orders = [WORDS, IMAGE, KEYFRAMES, EXTENSION, REFERENCE]
    assert [each for each in orders if abilities.accept(each, FIVE_SECONDS)] == accepted


def test_a_model_of_words_alone_makes_nothing_longer_than_one_call() -> None:
    longer = replace(WORDS, shots=(Shot("a lake", 6),))
    assert not Abilities(words=True).accept(longer, FIVE_SECONDS)
    assert Abilities(words=True, first=True).accept(longer, FIVE_SECONDS)
