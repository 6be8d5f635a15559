"""The subjects of an order, matched with what its prompt says of them; knows no images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engines.motion.prompts.vocabulary import Locomotion, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.engines.motion.prompts.parser import ParsedPrompt, SubjectInstruction
    from keyreel.order import Order


def list_subject_names(order: Order) -> tuple[str, ...]:
    """List what the prompt may call the subjects: their names, and their numbers from 1."""
    names = tuple(subject.name for subject in order.subjects)
    numbers = (str(number) for number in range(1, len(names) + 1))
    return tuple(name for name in dict.fromkeys((*names, *numbers)) if name)


def list_instructions(order: Order, parsed: ParsedPrompt) -> list[SubjectInstruction]:
    """Return what each subject of an order does: found by its name, or else by its number."""
    found: list[SubjectInstruction] = []
    for number, subject in enumerate(order.subjects, start=1):
        by_name = parsed.get_instruction(subject.name)
        found.append(by_name if by_name.name else parsed.get_instruction(str(number)))
    return found


def choose_default_place(instructions: Iterable[SubjectInstruction]) -> Place:
    """Return where a shot plays whose prompt names no place: a lake for what swims, else a meadow."""
    swims = any(instruction.locomotion is Locomotion.SWIMS for instruction in instructions)
    return Place.LAKE if swims else Place.MEADOW
