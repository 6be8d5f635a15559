"""Prompts in a model's own words: it knows no `@name`, but the order of its reference images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.mentions import replace_mentions

if TYPE_CHECKING:
    from keyreel.engines.diffusion.recipes.recipe import MotionSetting
    from keyreel.order import ImageRef, Order, Subject


def list_references(order: Order) -> tuple[ImageRef, ...]:
    """List the images of all subjects, in the order in which prompts count them."""
    return tuple(image for subject in order.subjects for image in subject.images)


def word_prompt(prompt: str, order: Order, motion: MotionSetting) -> str:
    """Return a prompt in which subjects are called by their reference images, and motion is asked for."""
    worded = replace_mentions(prompt, _word_subjects(order.subjects))
    return " ".join(part for part in (worded, motion.words) if part)


def _word_subjects(subjects: tuple[Subject, ...]) -> dict[str, str]:
    words: dict[str, str] = {}
    begin = 1
    for subject in subjects:
        numbers = [str(begin + index) for index in range(len(subject.images))]
        begin += len(numbers)
        if len(numbers) == 1:
            words[subject.name] = f"the subject in reference {numbers[0]}"
        elif numbers:
            words[subject.name] = f"the subject in references {', '.join(numbers[:-1])} and {numbers[-1]}"
    return words
