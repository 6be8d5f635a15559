"""What is to be played: notes in seconds, gathered in parts; does not know why, nor how it sounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One note. Times in seconds from the clip's start, velocity 0 … 1."""

    at: float
    length: float
    key: int
    velocity: float


@dataclass(frozen=True, slots=True)
class MixSettings:
    """Where an instrument sits: level in dB, pan -1 … 1, and what of it goes into the room."""

    level: float = 0.0
    pan: float = 0.0
    reverb_send: float = 0.3
    spread: float = 0.0
    """How far keys are spread from left (low) to right (high), as a piano's are."""
    is_section: bool = False
    """A section: two of it, a hair out of tune with each other, on either side."""


@dataclass(frozen=True, slots=True)
class InstrumentPart:
    """The notes that one instrument plays from its seat."""

    instrument: str
    mix_settings: MixSettings
    notes: tuple[Note, ...]
