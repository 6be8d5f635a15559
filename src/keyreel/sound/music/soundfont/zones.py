"""The zones of a SoundFont's presets: their parameters, and how a preset's add to an instrument's."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - dataclasses read their annotations
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Parameter(IntEnum):
    """What a zone can set, by its number in the SoundFont 2.04 specification, section 8.1.2."""

    LOOP_START = 2
    LOOP_END = 3
    CUTOFF = 8
    CUTOFF_SWEEP = 11
    PAN = 17
    SWEEP_SUSTAIN = 29
    ATTACK = 34
    HOLD = 35
    DECAY = 36
    SUSTAIN = 37
    RELEASE = 38
    INSTRUMENT = 41
    KEYS = 43
    VELOCITIES = 44
    LOOP_START_COARSE = 45
    ATTENUATION = 48
    LOOP_END_COARSE = 50
    COARSE_TUNE = 51
    FINE_TUNE = 52
    SAMPLE = 53
    LOOPS = 54
    SCALE_TUNE = 56
    EXCLUSIVE_CLASS = 57
    ROOT = 58


RANGES: Final = (Parameter.KEYS, Parameter.VELOCITIES)
_NOT_ADDED: Final = {
    *RANGES,
    Parameter.INSTRUMENT,
    Parameter.SAMPLE,
    Parameter.LOOPS,
    Parameter.EXCLUSIVE_CLASS,
    Parameter.ROOT,
}
_HIGHEST: Final = 127
_DEFAULTS: Final[Mapping[int, int]] = {
    Parameter.CUTOFF: 13_500,
    **dict.fromkeys((Parameter.ATTACK, Parameter.HOLD, Parameter.DECAY, Parameter.RELEASE), -12_000),
    **dict.fromkeys(RANGES, _HIGHEST << 8),
    Parameter.SCALE_TUNE: 100,
    Parameter.ROOT: -1,
}
"""Those that are not zero."""


@dataclass(frozen=True, slots=True)
class FontZone:
    """One zone's parameters in the specification's units; a range is low + 256 * high."""

    values: Mapping[int, int]

    def get(self, parameter: Parameter) -> int:
        """Return a parameter's value, or its default."""
        return self.values.get(parameter, _DEFAULTS.get(parameter, 0))

    def includes(self, parameter: Parameter, value: int) -> bool:
        """Say whether a key or velocity is within this zone's range of them."""
        span = self.get(parameter)
        return span % 256 <= value <= span // 256

    def add(self, preset: FontZone) -> FontZone:
        """Return this zone of an instrument as a zone of a preset plays it: ranges meet, the rest adds up."""
        values = dict(self.values)
        for key, value in preset.values.items():
            if key in _ADDED:
                values[key] = values.get(key, _DEFAULTS.get(key, 0)) + value
        for each in RANGES:
            values[each] = self._intersect(preset, each)
        return FontZone(values)

    def _intersect(self, other: FontZone, parameter: Parameter) -> int:
        spans = self.get(parameter), other.get(parameter)
        return max(span % 256 for span in spans) + (min(span // 256 for span in spans) << 8)


_ADDED: Final = frozenset(Parameter) - _NOT_ADDED
