"""The instruments: recordings cut out of a SoundFont, decoded when they are first played.

Knows where each recording lies and how it is played, not which notes are wanted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from keyreel.media.ogg import decode_ogg

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PACK_FOLDER: Final = Path(__file__).parent / "pack"
_LOOP_CROSSFADE_SAMPLES: Final = 256
"""Samples at a loop's end that are blended into those before its start: Vorbis bends both a little."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One recording and the keys that it is played on. Gains in dB, times in seconds, pan -1 … 1."""

    sample: int
    keys: tuple[int, int]
    pitch: float
    """The key at which the recording sounds when it is played at its own rate."""
    follow: float
    """Semitones by which a key higher sounds higher."""
    loop: tuple[int, int] | None
    gain: float
    pan: float
    cutoff: tuple[float, float]
    """Low-pass in Hz, played as softly as possible and loudly."""
    attack: float
    hold: float
    decay: float
    """Time in which it fades by 100 dB, or would, were it not for `sustain`; so is `release`."""
    sustain: float
    release: float
    late: float
    """Time until the recording can be heard: bows and breath speak late."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """The zones of one instrument, and the gain in dB that makes all instruments equally loud."""

    gain: float
    zones: tuple[Zone, ...]

    def get_zones(self, key: int) -> tuple[Zone, ...]:
        """Return the zones that a key plays; keys past the last zone play that one."""
        inside = tuple(zone for zone in self.zones if zone.keys[0] <= key <= zone.keys[1])
        return inside or (min(self.zones, key=lambda zone: abs(zone.pitch - key)),)


class InstrumentPack:
    """All instruments. Decodes each recording once, only as far as it is played."""

    def __init__(self) -> None:
        rows: dict[str, Any] = json.loads((_PACK_FOLDER / "instruments.json").read_bytes())
        self._sample_locations: list[tuple[int, int, int]] = [
            (row[0], row[1], row[2]) for row in rows["samples"]
        ]
        self._instruments: dict[str, dict[str, Any]] = rows["instruments"]
        self._built: dict[str, Instrument] = {}
        self._decoded: dict[int, NDArray[np.float32]] = {}

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
        """Return the samples a second of a zone's recording."""
        return self._sample_locations[zone.sample][2]

    def get_recording(self, zone: Zone, samples: int) -> NDArray[np.float32]:
        """Return as many samples of a zone's recording, its loop repeated; fewer where it ends before."""
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

    def _decode_sample(self, sample: int, most: int) -> NDArray[np.float32]:
        known = self._decoded.get(sample)
        if known is None or len(known) < most:
            offset, size, _ = self._sample_locations[sample]
            with (_PACK_FOLDER / "samples.bin").open("rb") as file:
                file.seek(offset)
                known = decode_ogg(file.read(size), most)
            if len(known) < most:  # it ends here: never ask again for what is not there
                known = np.pad(known, (0, most - len(known)))
            self._decoded[sample] = known
        return known


def _parse_zone(row: dict[str, Any]) -> Zone:
    loop = (row["loop"][0], row["loop"][1]) if row["loop"] else None
    keys, cutoff = (row["keys"][0], row["keys"][1]), (row["cutoff"][0], row["cutoff"][1])
    plain = {name: value for name, value in row.items() if name not in {"loop", "keys", "cutoff"}}
    return Zone(loop=loop, keys=keys, cutoff=cutoff, **plain)
