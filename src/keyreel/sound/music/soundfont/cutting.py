"""Cuts the composer's instruments out of a SoundFont: their recordings, and how each is played."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from keyreel.sound.music.soundfont.measures import Measures, measure_recording
from keyreel.sound.music.soundfont.wanted import DRUM_BANK, STANDARD_KIT, WANTED_INSTRUMENTS
from keyreel.sound.music.soundfont.zones import FontZone, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.sound.music.soundfont.font_file import FontSample, SoundFont
    from keyreel.sound.music.soundfont.wanted import WantedInstrument

PCM_FORMAT: Final = "pcm"
"""The fourth entry of a recording's row whose bytes are 16-bit PCM; Ogg Vorbis has none."""
_VELOCITY: Final = 100
_LOUDNESS: Final = -20.0  # dBFS, over the loudest 0.3 s of an instrument's median recording
# Attenuations were written for the EMU8000, which heard 0.4 of what they say; every player follows it.
_DECIBELS: Final = -0.04
_CHOKED_SECONDS: Final = 0.15
_SHORTEST_SECONDS: Final = 0.001  # the specification's: times are divided by
_LOWEST_CUTOFF: Final = 20  # Hz
_OPEN_CENTS: Final = 13_500
_AUDIBLE_SWEEP_CENTS: Final = 300
"""A filter that is swept by less sounds like one at rest, which is what the sampler has."""
_MAX_SHIFT_SEMITONES: Final = 60
"""How far from its own pitch a recording is played; beyond, it would be read 32 times as fast."""
_MAX_RECORDINGS: Final = 4096
_MAX_PACK_BYTES: Final = 512 * 1024 * 1024


@dataclass(slots=True)
class _RecordingWriter:
    """Writes each recording once, one after another, and remembers where it lies and what was measured."""

    font: SoundFont
    file: BinaryIO
    rows: list[list[int | str]] = field(default_factory=list)
    size: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    measures: dict[int, Measures | None] = field(default_factory=dict)

    def measure(self, index: int) -> Measures | None:
        if index not in self.measures:
            sample = self.font.get_sample(index)
            try:
                self.measures[index] = measure_recording(self.font.read_sample(sample), sample)
            except ValueError as error:
                raise ValueError(f"is damaged: its recording {sample.name!r} {error}") from None
        return self.measures[index]

    def write(self, index: int) -> int:
        """Return the number of a recording in the pack, to which it is added if it is new."""
        if index not in self.numbers:
            sample = self.font.get_sample(index)
            if len(self.rows) >= _MAX_RECORDINGS or self.size + sample.size > _MAX_PACK_BYTES:
                raise ValueError(
                    f"is too large: the instruments have more than {_MAX_RECORDINGS:,} recordings, or than "
                    f"{_MAX_PACK_BYTES >> 20} MiB of them"
                )
            self.numbers[index] = len(self.rows)
            self.rows.append([self.size, sample.size, sample.rate, *(() if sample.is_ogg else (PCM_FORMAT,))])
            self.size += self.file.write(self.font.read_sample(sample))
        return self.numbers[index]


def check_presets(font: SoundFont) -> None:
    """Make sure that a font has all presets that the composer needs; decodes none.

    Raises:
        ValueError: it lacks some, or is damaged; the message says so after the file's name.
    """
    missing = [
        f"{name.replace('_', ' ')} ({'drum kit' if wanted.bank else 'program'} {wanted.program})"
        for name, wanted in WANTED_INSTRUMENTS.items()
        if not any(_list_keys(zone, wanted) for zone in _list_zones(font, wanted, _VELOCITY))
    ]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise ValueError(f"lacks General MIDI presets that the music needs: {', '.join(missing[:3])}{more}")


@dataclass(frozen=True, slots=True)
class FontCorrections:
    """What is known of one font alone: its recordings' names and cents out of tune, instruments' added dB."""

    cents: Mapping[str, int] = field(default_factory=dict)
    gains: Mapping[str, float] = field(default_factory=dict)


def cut_instruments(
    font: SoundFont, recordings: BinaryIO, corrections: FontCorrections | None = None
) -> bytes:
    """Write the recordings of all instruments into a file, and return the pack's `instruments.json`.

    Raises:
        ValueError: the font cannot be used; the message says why after the file's name.
    """
    writer = _RecordingWriter(font, recordings)
    corrections = corrections or FontCorrections()
    instruments = {
        name: _cut_instrument(writer, name, wanted, corrections)
        for name, wanted in WANTED_INSTRUMENTS.items()
    }
    rows = json.dumps({"samples": writer.rows, "instruments": instruments}, separators=(",", ":"))
    return rows.replace("},{", "},\n{").encode() + b"\n"


def _list_zones(font: SoundFont, wanted: WantedInstrument, velocity: int) -> list[FontZone]:
    zones = list(font.list_zones(wanted.bank, wanted.program, velocity))
    if not zones and wanted.bank == DRUM_BANK:  # as every General MIDI player does
        zones = list(font.list_zones(DRUM_BANK, STANDARD_KIT, velocity))
    return zones


def _list_keys(zone: FontZone, wanted: WantedInstrument) -> list[int]:
    return [key for key in wanted.keys if zone.includes(Parameter.KEYS, key)]


def _cut_instrument(
    writer: _RecordingWriter, name: str, wanted: WantedInstrument, corrections: FontCorrections
) -> dict[str, Any]:
    soft = {_identify(zone): zone for zone in _list_zones(writer.font, wanted, 1)}
    zones: list[dict[str, Any]] = []
    levels: list[float] = []
    for zone, keys in _choose_zones(_list_zones(writer.font, wanted, _VELOCITY), wanted):
        index = zone.get(Parameter.SAMPLE)
        row = _describe_zone(zone, writer.font.get_sample(index), keys, corrections.cents)
        measures = writer.measure(index)
        if measures is None or not _is_within_reach(row):
            continue
        cutoffs = [_to_hertz(soft.get(_identify(zone), zone)), _to_hertz(zone)]
        row["cutoff"] = [wanted.cutoff, wanted.cutoff] if wanted.cutoff else cutoffs
        row["late"] = measures.late
        zones.append({"sample": writer.write(index), **row})
        levels.append(measures.level + row["gain"])
    if not zones:
        raise ValueError(f"has no recording that can be played for {name.replace('_', ' ')}")
    level = float(np.median(_add_layers(zones, levels)))
    gain = round(2 * (_LOUDNESS - level)) / 2 + corrections.gains.get(name, 0)
    return {"gain": gain, "zones": zones}


def _add_layers(zones: list[dict[str, Any]], levels: list[float]) -> list[float]:
    """Return the level in dB at every zone's middle key: that of all zones which sound at it."""
    powers = [10 ** (level / 10) for level in levels]
    return [10 * math.log10(_add_powers(zones, powers, sum(zone["keys"]) // 2)) for zone in zones]


def _add_powers(zones: list[dict[str, Any]], powers: list[float], key: int) -> float:
    return sum(
        power for zone, power in zip(zones, powers, strict=True) if zone["keys"][0] <= key <= zone["keys"][1]
    )


def _choose_zones(zones: list[FontZone], wanted: WantedInstrument) -> list[tuple[FontZone, list[int]]]:
    """Return the zones that are played, and the keys of each, without those that only thicken others.

    Some recordings are layered on themselves, only louder; a fifth on top would be other chords.
    """
    played = {_identify(zone): (zone, _list_keys(zone, wanted)) for zone in reversed(zones)}
    chosen = [played[each] for each in dict.fromkeys(map(_identify, zones)) if played[each][1]]
    plain = {key for zone, keys in chosen if not _is_transposed(zone) for key in keys}
    return [(zone, keys) for zone, keys in chosen if not _is_transposed(zone) or not plain.issuperset(keys)]


def _identify(zone: FontZone) -> tuple[int, ...]:
    return tuple(
        zone.get(each) for each in (Parameter.KEYS, Parameter.SAMPLE, Parameter.PAN, Parameter.COARSE_TUNE)
    )


def _is_transposed(zone: FontZone) -> bool:
    return zone.get(Parameter.COARSE_TUNE) % 12 != 0


def _is_within_reach(row: dict[str, Any]) -> bool:
    return all(abs(key - row["pitch"]) * abs(row["follow"]) <= _MAX_SHIFT_SEMITONES for key in row["keys"])


def _describe_zone(
    zone: FontZone, sample: FontSample, keys: list[int], out_of_tune: Mapping[str, int]
) -> dict[str, Any]:
    """Return how a zone is played; what the fields mean says `keyreel.sound.music.instruments.Zone`."""
    root = zone.get(Parameter.ROOT) if zone.get(Parameter.ROOT) >= 0 else sample.root
    cents = 100 * zone.get(Parameter.COARSE_TUNE) + zone.get(Parameter.FINE_TUNE) + sample.correction
    cents -= out_of_tune.get(sample.name, 0)
    return {
        "keys": [min(keys), max(keys)],
        "pitch": round(root - cents / 100, 2),
        "follow": zone.get(Parameter.SCALE_TUNE) / 100,
        "loop": _find_loop(zone, sample),
        "gain": round(zone.get(Parameter.ATTENUATION) * _DECIBELS, 2),
        "pan": max(-1.0, min(1.0, zone.get(Parameter.PAN) / 500)),
        "attack": _to_seconds(zone, Parameter.ATTACK),
        "hold": _to_seconds(zone, Parameter.HOLD),
        "decay": _to_seconds(zone, Parameter.DECAY),
        "sustain": -min(100.0, zone.get(Parameter.SUSTAIN) / 10),
        # Hats end when their note ends: the composer ends it where the next hat is struck.
        "release": _CHOKED_SECONDS
        if zone.get(Parameter.EXCLUSIVE_CLASS)
        else _to_seconds(zone, Parameter.RELEASE),
    }


def _find_loop(zone: FontZone, sample: FontSample) -> list[int] | None:
    """Return where a recording is repeated, in samples; None where it is played once."""
    if zone.get(Parameter.LOOPS) not in {1, 3}:
        return None
    start = sample.loop[0] + zone.get(Parameter.LOOP_START) + (zone.get(Parameter.LOOP_START_COARSE) << 15)
    end = sample.loop[1] + zone.get(Parameter.LOOP_END) + (zone.get(Parameter.LOOP_END_COARSE) << 15)
    return [start, end] if 0 <= start < end and (sample.is_ogg or end <= sample.size // 2) else None


def _to_seconds(zone: FontZone, parameter: Parameter) -> float:
    return max(_SHORTEST_SECONDS, round(2 ** (zone.get(parameter) / 1200), 4))


def _to_hertz(zone: FontZone) -> float:
    """Return the low-pass of a zone; of a swept one halfway between its peak and where it stays."""
    cents, sweep = float(zone.get(Parameter.CUTOFF)), zone.get(Parameter.CUTOFF_SWEEP)
    if sweep >= _AUDIBLE_SWEEP_CENTS:
        cents = min(_OPEN_CENTS, cents + sweep * (1 - min(1000, zone.get(Parameter.SWEEP_SUSTAIN)) / 2000))
    return max(_LOWEST_CUTOFF, round(8.176 * 2 ** (cents / 1200)))
