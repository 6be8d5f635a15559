from __future__ import annotations

from keyreel.engines.diffusion.prompt_words import list_references, word_prompt
from keyreel.engines.diffusion.recipes.recipe import MotionSetting
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Subject


def test_subjects_are_called_by_their_reference_images() -> None:
    cat, hat, front, back = map(ImageRef, ("cat.png", "hat.png", "front.png", "back.png"))
    subjects = (Subject("cat", (cat,)), Subject("2", (hat,)), Subject("car", (front, back)))
    prompt = '@cat wears @2 beside @car and says "I am @cat"'
    order = Order(Operation.REFERENCE2VIDEO, "q2", (Shot(prompt, 5),), Resolution.P540, 1, subjects=subjects)
    assert list_references(order) == (cat, hat, front, back)
    assert word_prompt(prompt, order, MotionSetting("Fast motion.")) == (
        "the subject in reference 1 wears the subject in reference 2 beside the subject in references 3 "
        'and 4 and says "I am @cat" Fast motion.'
    )
