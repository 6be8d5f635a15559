"""The score that the sampler renders: notes in seconds, in parts; knows neither harmony nor sound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One note: start and length in seconds, MIDI key, velocity 0 … 1."""

    at: float
    length: float
    key: int
    velocity: float


@dataclass(frozen=True, slots=True)
class MixSettings:
    """How a part is mixed: level in dB, pan -1 (left) … 1 (right), and the share sent to the reverb."""

    level: float = 0.0
    pan: float = 0.0
    reverb_send: float = 0.3
    spread: float = 0.0
    """Pan of a key two octaves above the middle against it: low keys left, high keys right, as on a piano."""
    is_section: bool = False
    """A section: two copies, slightly detuned, one on either side."""


@dataclass(frozen=True, slots=True)
class InstrumentPart:
    """The notes of one instrument, and how they are mixed."""

    instrument: str
    mix_settings: MixSettings
    notes: tuple[Note, ...]
