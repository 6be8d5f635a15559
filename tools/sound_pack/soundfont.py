"""Reads a SoundFont 2.04 / 3 (RIFF, Ogg samples) into flat zones; does not know what is wanted of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Generators by their number in the SoundFont specification, section 8.1.2.
PAN, CUTOFF, LOOP_START, LOOP_END = 17, 8, 2, 3
ATTACK, HOLD, DECAY, SUSTAIN, RELEASE = 34, 35, 36, 37, 38
INSTRUMENT, KEYS, VELOCITIES, ATTENUATION = 41, 43, 44, 48
COARSE, FINE, SAMPLE, LOOPS, SCALE, CHOKE, ROOT = 51, 52, 53, 54, 56, 57, 58

Zone = dict[int, int]
"""Generators of one zone; both ranges as low + 256 * high."""

_NOT_ADDED: Final = {KEYS, VELOCITIES, INSTRUMENT, SAMPLE, LOOPS, CHOKE, ROOT}
_WHOLE_RANGE: Final = 127 << 8


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording: its Ogg bytes and how it was made."""

    name: str
    data: bytes
    loop: tuple[int, int]
    rate: int
    root: int
    correction: int


class SoundFont:
    """A SoundFont held in memory."""

    def __init__(self, data: bytes) -> None:
        self._chunks = dict(_leaves(data))
        self._samples = list(struct.iter_unpack("<20s5IBbHH", self._chunks[b"shdr"]))[:-1]
        self._presets = list(struct.iter_unpack("<20sHHHIII", self._chunks[b"phdr"]))
        self._instruments = list(struct.iter_unpack("<20sH", self._chunks[b"inst"]))

    def sample(self, index: int) -> Sample:
        """Return a recording by its number."""
        name, start, end, loop_start, loop_end, rate, root, correction, _, _ = self._samples[index]
        data = self._chunks[b"smpl"][start:end]
        return Sample(_text(name), data, (loop_start, loop_end), rate, root, correction)

    def zones(self, bank: int, program: int, velocity: int) -> Iterator[Zone]:
        """Yield the zones that sound at a velocity, the preset's offsets added to the instrument's values."""
        for row, after in zip(self._presets, self._presets[1:], strict=False):
            if (row[2], row[1]) != (bank, program):
                continue
            for outer in self._bags(b"p", row[3], after[3], INSTRUMENT):
                if not _within(outer, VELOCITIES, velocity):
                    continue
                first = self._instruments[outer[INSTRUMENT]][1]
                last = self._instruments[outer[INSTRUMENT] + 1][1]
                for inner in self._bags(b"i", first, last, SAMPLE):
                    if _within(inner, VELOCITIES, velocity):
                        yield _added(inner, outer)

    def _bags(self, level: bytes, first: int, last: int, ends_with: int) -> Iterator[Zone]:
        bags, generators = self._chunks[level + b"bag"], self._chunks[level + b"gen"]
        shared: Zone = {}
        for bag in range(first, last):
            begin, end = struct.unpack_from("<H2xH", bags, bag * 4)
            zone = dict(
                struct.unpack_from("<HH" if _is_range(generators, at) else "<Hh", generators, at * 4)
                for at in range(begin, end)
            )
            if ends_with in zone:
                yield {**shared, **zone}
            elif bag == first:
                shared = zone


def _leaves(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"LIST":
            at += 12
            continue
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _is_range(generators: bytes, at: int) -> bool:
    return struct.unpack_from("<H", generators, at * 4)[0] in {KEYS, VELOCITIES}


def _within(zone: Zone, what: int, value: int) -> bool:
    span = zone.get(what, _WHOLE_RANGE)
    return span % 256 <= value <= span // 256


def _added(inner: Zone, outer: Zone) -> Zone:
    offsets = {key: value for key, value in outer.items() if key not in _NOT_ADDED}
    # What neither names keeps the specification's default; only time and cutoff have one other than zero.
    return {**inner, **{key: inner.get(key, default(key)) + value for key, value in offsets.items()}}


def default(generator: int) -> int:
    """Return what a generator is where no zone names it."""
    if generator in {ATTACK, HOLD, DECAY, RELEASE}:
        return -12_000
    return {CUTOFF: 13_500, SCALE: 100}.get(generator, 0)


def _text(name: bytes) -> str:
    return name.split(b"\0")[0].decode("latin-1")
