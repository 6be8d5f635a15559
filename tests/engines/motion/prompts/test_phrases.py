"""Hundreds of phrases as prompt guides have them, in both languages, with what must be read from each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot

PHRASES = Path(__file__).parent / "phrases"
ENGLISH, CHINESE = (
    tomllib.loads((PHRASES / f"phrases_{language}.toml").read_text())["group"] for language in ("en", "zh")
)
GROUPS = [
    pytest.param(group, id=f"{language}-{number}-{group['phrases'][0]}")
    for language, groups in (("en", ENGLISH), ("zh", CHINESE))
    for number, group in enumerate(groups, start=1)
]


def read(text: str) -> dict[str, Any]:
    """Return what a phrase directs, by the keys of the groups."""
    parsed = parse_prompt(text, ("1",))
    instruction = parsed.get_instruction("1")
    strengths = {cue.strength for cue in parsed.cues}
    return {
        "moves": [move.value for move in parsed.moves],
        "effects": {effect.value for effect, _ in parsed.effects},
        "playback": parsed.playback and parsed.playback.value,
        "action": instruction.action and instruction.action.value,
        "heading": instruction.heading,
        "strength": "strong" if max(strengths, default=1) > 1 else "gentle" if strengths == {0.6} else None,
        "time_of_day": parsed.time_of_day and parsed.time_of_day.value,
        "place": parsed.place and parsed.place.value,
    }


def expect(group: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return what must be read; what a group leaves open is as it was found."""
    return found | {
        "moves": group.get("moves", []),
        "effects": set(group.get("effects", [])) | (found["effects"] & set(group.get("allow_effects", []))),
        "playback": group.get("playback"),
        # A being that is no subject of the order may well act.
        **({"action": None} if {"effects", "playback"} & group.keys() else {}),
        **{
            key: group[key]
            for key in ("action", "heading", "strength", "time_of_day", "place")
            if key in group
        },
    }


@pytest.mark.parametrize("group", [each for each in GROUPS if "named" not in each.values[0]])
def test_what_a_phrase_directs_is_read_and_nothing_else(group: dict[str, Any]) -> None:
    misread = {
        text: {key: value for key, value in found.items() if value != expect(group, found)[key]}
        for text in group["phrases"]
        if (found := read(text)) != expect(group, found)
    }
    assert not misread


@pytest.mark.parametrize("group", [each for each in GROUPS if "named" in each.values[0]])
def test_what_cannot_be_shown_is_named(group: dict[str, Any]) -> None:
    image = ImageRef("a.png")

    def note(text: str) -> str:
        order = Order(Operation.IMG2VIDEO, "m", (Shot(text, 4, image),), Resolution.P360, 1)
        return " ".join(build_notes(order)).casefold()

    assert not {text: note(text) for text in group["phrases"] if group["named"] not in note(text)}
    assert not {text: read(text)["moves"] for text in group["phrases"] if read(text)["moves"]}


def test_there_are_three_hundred_phrases_in_each_language() -> None:
    for groups in (ENGLISH, CHINESE):
        phrases = [text for group in groups for text in group["phrases"]]
        assert len(set(phrases)) == len(phrases) >= 300
