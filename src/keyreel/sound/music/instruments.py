"""The instruments: recordings from a SoundFont, decoded when they are first played; knows no notes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from keyreel.sound.music.soundfont.cutting import PCM_FORMAT
from keyreel.sound.music.soundfont.recordings import decode_recording

if TYPE_CHECKING:
    from keyreel.sound.arrays import Mono

SHIPPED_INSTRUMENTS: Final = Path(__file__).parent / "pack"
"""The folder of the instruments that are shipped."""
INSTRUMENTS_FILE, RECORDINGS_FILE = "instruments.json", "samples.bin"
"""What is in such a folder: how instruments are played, and their recordings, one after another."""
_LOOP_CROSSFADE_SAMPLES: Final = 256
"""Samples at a loop's end that are crossfaded with those before its start: Vorbis distorts both a little."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One recording and the MIDI keys that it is played on. Gains in dB, times in seconds, pan -1 … 1."""

    sample: int
    keys: tuple[int, int]
    pitch: float
    """The MIDI key, in fractions, of the recording at its own rate."""
    follow: float
    """Semitones of pitch a key."""
    loop: tuple[int, int] | None
    gain: float
    pan: float
    cutoff: tuple[float, float]
    """Low-pass in Hz at the lowest velocity and at the highest."""
    attack: float
    hold: float
    decay: float
    """Time of a fade by 100 dB, which stops at the level `sustain`; `release` is such a time as well."""
    sustain: float
    release: float
    late: float
    """Time until the recording is audible: bowed and blown instruments speak late."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """The zones of one instrument, and the gain in dB that makes all instruments equally loud."""

    gain: float
    zones: tuple[Zone, ...]

    def get_zones(self, key: int) -> tuple[Zone, ...]:
        """Return the zones that a MIDI key plays; a key outside all zones plays the nearest."""
        inside = tuple(zone for zone in self.zones if zone.keys[0] <= key <= zone.keys[1])
        return inside or (min(self.zones, key=lambda zone: abs(zone.pitch - key)),)


@dataclass(frozen=True, slots=True)
class _RecordingLocation:
    """Where a recording lies in the file, in bytes, and what it is: its sample rate in Hz, its format."""

    offset: int
    size: int
    rate: int
    is_ogg: bool


class InstrumentPack:
    """All instruments of a folder. Decodes each recording once, only as far as it is played."""

    def __init__(self, folder: Path = SHIPPED_INSTRUMENTS) -> None:
        rows: dict[str, Any] = json.loads((folder / INSTRUMENTS_FILE).read_bytes())
        self._recordings_file = folder / RECORDINGS_FILE
        self._locations = [
            _RecordingLocation(row[0], row[1], row[2], PCM_FORMAT not in row) for row in rows["samples"]
        ]
        self._instruments: dict[str, dict[str, Any]] = rows["instruments"]
        self._built: dict[str, Instrument] = {}
        self._decoded: dict[int, Mono] = {}

    def list_names(self) -> tuple[str, ...]:
        """Return the names of all instruments."""
        return tuple(self._instruments)

    def get_instrument(self, name: str) -> Instrument:
        """Return an instrument by its name."""
        if name not in self._built:
            row = self._instruments[name]
            self._built[name] = Instrument(row["gain"], tuple(_parse_zone(each) for each in row["zones"]))
        return self._built[name]

    def get_sample_rate(self, zone: Zone) -> int:
        """Return the sample rate, in Hz, of a zone's recording."""
        return self._locations[zone.sample].rate

    def get_recording(self, zone: Zone, samples: int) -> Mono:
        """Return a zone's recording at its own rate, so many samples, its loop repeated; fewer if it ends."""
        wave = self._decode_sample(zone.sample, samples if zone.loop is None else min(samples, zone.loop[1]))
        if zone.loop is None or samples <= zone.loop[1]:
            return wave[:samples]
        start, end = zone.loop[0], min(zone.loop[1], len(wave))
        seam = min(_LOOP_CROSSFADE_SAMPLES, start, (end - start) // 2)
        turn = wave[start:end].copy()
        fade = np.linspace(0, 1, seam, dtype=np.float32)
        turn[len(turn) - seam :] += fade * (wave[start - seam : start] - turn[len(turn) - seam :])
        turns = -(-(samples - start) // len(turn))
        return np.concatenate([wave[:start], np.tile(turn, turns)])[:samples]

    def _decode_sample(self, sample: int, most: int) -> Mono:
        known = self._decoded.get(sample)
        if known is None or len(known) < most:
            location = self._locations[sample]
            with self._recordings_file.open("rb") as file:
                file.seek(location.offset)
                known = decode_recording(file.read(location.size), most, is_ogg=location.is_ogg)
            if len(known) < most:  # the recording ends here: never decode again for what is not there
                known = np.pad(known, (0, most - len(known)))
            self._decoded[sample] = known
        return known


def _parse_zone(row: dict[str, Any]) -> Zone:
    loop = (row["loop"][0], row["loop"][1]) if row["loop"] else None
    keys, cutoff = (row["keys"][0], row["keys"][1]), (row["cutoff"][0], row["cutoff"][1])
    plain = {name: value for name, value in row.items() if name not in {"loop", "keys", "cutoff"}}
    return Zone(loop=loop, keys=keys, cutoff=cutoff, **plain)
