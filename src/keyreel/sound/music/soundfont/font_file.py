"""A SoundFont's file (RIFF; SF2 with PCM, SF3 with Ogg recordings); does not know what is wanted of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from keyreel.sound.music.soundfont.zones import RANGES, FontZone, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDINGS: Final = b"smpl"
_TABLES: Final = {
    b"phdr": struct.Struct("<20sHHHIII"),
    b"pbag": struct.Struct("<HH"),
    b"pgen": struct.Struct("<HH"),
    b"inst": struct.Struct("<20sH"),
    b"ibag": struct.Struct("<HH"),
    b"igen": struct.Struct("<HH"),
    b"shdr": struct.Struct("<20s5IBbHH"),
}
"""The tables that are read, and their rows; each ends with a row that only marks the end."""
_MAX_TABLE_BYTES: Final = 16 * 1024 * 1024
"""Four times what any table needs whose rows are counted with 16 bits."""
_MAX_CHUNKS: Final = 1000
_MAX_ROWS_READ: Final = 2_000_000
"""Rows of zones and their parameters that one font may cost, about four seconds: others have 20,000."""
_OGG_TYPE: Final = 0x10
_ROM_TYPE: Final = 0x8000
_UNPITCHED: Final = 128
"""Root keys from here on mean: no pitch (the specification's 255). Such a recording is taken for key 60."""
_PCM_BYTES: Final = 2
_RATES: Final = range(400, 192_001)
"""The specification's least in Hz; more than it has at most, as fonts have."""


@dataclass(frozen=True, slots=True)
class FontSample:
    """One recording: where it lies in the file, in bytes, and how it was made."""

    name: str
    offset: int
    size: int
    is_ogg: bool
    loop: tuple[int, int]
    """In samples from the recording's start; may be none that can be played."""
    rate: int
    root: int
    """The MIDI key that was recorded, to be corrected by so many cents:"""
    correction: int


class SoundFont:
    """An open SoundFont. Its recordings stay in the file until they are read."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the tables.

        Raises:
            ValueError: it is no SoundFont, or is cut off; the message says so after the file's name.
        """
        self._file = file
        chunks = _find_chunks(file)
        missing = [name.decode() for name in (*_TABLES, _RECORDINGS) if name not in chunks]
        if missing:
            raise ValueError(f"is damaged: it lacks its part {missing[0]}")
        self._offset, self._size = chunks[_RECORDINGS]
        self._tables = {name: _read_table(file, name, *chunks[name]) for name in _TABLES}
        self._rows_read = 0

    def get_sample(self, index: int) -> FontSample:
        """Return a recording by its number.

        Raises:
            ValueError: there is none, it lies outside the file, or its rate cannot be.
        """
        name, start, end, loop_start, loop_end, rate, root, correction, _, kind = self._get_row(
            b"shdr", index
        )
        is_ogg = bool(kind & _OGG_TYPE)
        width = 1 if is_ogg else _PCM_BYTES
        if rate not in _RATES:
            raise ValueError(f"is damaged: its recording {_decode_name(name)!r} has a rate of {rate} Hz")
        if kind & _ROM_TYPE or not 0 <= start < end <= self._size // width:
            raise ValueError(f"is damaged: its recording {_decode_name(name)!r} is not in the file")
        loop = (loop_start, loop_end) if is_ogg else (loop_start - start, loop_end - start)
        return FontSample(
            _decode_name(name),
            self._offset + start * width,
            (end - start) * width,
            is_ogg,
            loop,
            rate,
            root if root < _UNPITCHED else 60,
            correction,
        )

    def read_sample(self, sample: FontSample) -> bytes:
        """Return a recording's bytes: Ogg Vorbis, or PCM of 16 bits, little-endian; mono."""
        self._file.seek(sample.offset)
        return self._file.read(sample.size)

    def list_zones(self, bank: int, program: int, velocity: int) -> Iterator[FontZone]:
        """Yield the zones of a preset that sound at a velocity; none where there is no such preset.

        Raises:
            ValueError: they lead out of the font's tables, or are absurdly many.
        """
        presets = self._tables[b"phdr"]
        for row, after in pairwise(presets):
            if (row[2], row[1]) != (bank, program):
                continue
            for outer in self._read_zones(b"p", (row[3], after[3]), Parameter.INSTRUMENT):
                instrument = outer.get(Parameter.INSTRUMENT)
                bags = self._get_row(b"inst", instrument)[1], self._get_row(b"inst", instrument + 1)[1]
                for inner in self._read_zones(b"i", bags, Parameter.SAMPLE):
                    zone = inner.add(outer)
                    if zone.includes(Parameter.VELOCITIES, velocity):
                        yield zone

    def _read_zones(self, level: bytes, bags: tuple[int, int], ends_with: Parameter) -> Iterator[FontZone]:
        """Yield the zones of these bags; a first one that leads nowhere holds what all have."""
        shared: dict[int, int] = {}
        for bag in range(*bags):
            begin, end = self._get_row(level + b"bag", bag)[0], self._get_row(level + b"bag", bag + 1)[0]
            self._rows_read += 1 + max(0, end - begin)
            if self._rows_read > _MAX_ROWS_READ:
                raise ValueError("has more zones than any instrument needs")
            values = dict(_parse_value(*self._get_row(level + b"gen", at)) for at in range(begin, end))
            if ends_with in values:
                yield FontZone({**shared, **values})
            elif bag == bags[0]:
                shared = values

    def _get_row(self, table: bytes, index: int) -> tuple[Any, ...]:
        rows = self._tables[table]
        if not 0 <= index < len(rows):
            raise ValueError(f"is damaged: its table {table.decode()} has no row {index}")
        return rows[index]


def _find_chunks(file: BinaryIO) -> dict[bytes, tuple[int, int]]:
    """Return offset and size, in bytes, of every part of a SoundFont, by its name."""
    length = file.seek(0, 2)
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise ValueError("is not a SoundFont: it does not start with RIFF and sfbk")
    chunks: dict[bytes, tuple[int, int]] = {}
    at = len(head)
    while at + 8 <= length and len(chunks) < _MAX_CHUNKS:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"LIST":
            at += 12
            continue
        if at + 8 + size > length:
            raise ValueError("is truncated")
        chunks[name] = (at + 8, size)
        at += 8 + size
        file.seek(at)
        at += size % 2 and file.read(1) == b"\0"  # a byte of padding, which some writers of SF3 leave out
    return chunks


def _read_table(file: BinaryIO, name: bytes, offset: int, size: int) -> list[tuple[Any, ...]]:
    row = _TABLES[name]
    if size > _MAX_TABLE_BYTES or size % row.size:
        raise ValueError(f"is damaged: its table {name.decode()} has {size} bytes")
    file.seek(offset)
    return list(row.iter_unpack(file.read(size)))


def _parse_value(parameter: int, value: int) -> tuple[int, int]:
    """Read a value, which is signed unless it is a range or a number of a row."""
    unsigned = (*RANGES, Parameter.INSTRUMENT, Parameter.SAMPLE)
    return parameter, value if parameter in unsigned or value < 1 << 15 else value - (1 << 16)


def _decode_name(name: bytes) -> str:
    return name.split(b"\0")[0].decode("latin-1")
