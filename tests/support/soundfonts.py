"""A SoundFont with the presets of General MIDI that the music needs, each a sine, written by hand."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RATE = 24_000
PROGRAMS = (0, 4, 8, 10, 11, 12, 15, 24, 32, 39, 42, 46, 47, 48, 52, 57, 60, 71, 73, 77, 81, 89, 107, 108)
"""Those of General MIDI that the composer writes for, counted from 0."""
DRUMS = 128
MIDDLE_C = 261.6256  # Hz, of key 60
PERIODS = 262
_SAMPLE, _INSTRUMENT, _LOOPS, _SCALE_TUNE = 53, 41, 54, 56
_OGG = 0x11


def write_soundfont(path: Path, programs: Iterable[int] = PROGRAMS) -> Path:
    """Write one with these presets and a drum kit, all of the same looped sine of one second, as PCM."""
    path.write_bytes(make_soundfont(programs))
    return path


def make_soundfont(
    programs: Iterable[int] = PROGRAMS, *, stereo: bool = False, ogg: bytes | None = None
) -> bytes:
    """Return the file of such a font, or of one with an Ogg recording; drums do not follow their key."""
    length = round(PERIODS * RATE / MIDDLE_C)
    wave = 0.5 * np.sin(2 * np.pi * PERIODS * np.arange(length) / length)
    data = (wave * 32767).astype("<i2").tobytes() + bytes(92) if ogg is None else ogg
    zones = ([(17, 0xFE0C), (_LOOPS, 1)], [(17, 500), (_LOOPS, 1)]) if stereo else ([(_LOOPS, 1)],)
    melodic = [[*zone, (_SAMPLE, 0)] for zone in zones]
    drums = [[(_LOOPS, 1), (_SCALE_TUNE, 0), (_SAMPLE, 0)]]
    presets = [*((0, each) for each in programs), (DRUMS, 0)]
    ibag, igen = _make_bags([*melodic, *drums])
    pbag, pgen = _make_bags([[(_INSTRUMENT, int(bank == DRUMS))] for bank, _ in presets])
    phdr = b"".join(
        struct.pack("<20sHHHIII", b"p", program, bank, number, 0, 0, 0)
        for number, (bank, program) in enumerate([*presets, (0, 0)])
    )
    inst = b"".join(struct.pack("<20sH", b"i", bag) for bag in (0, len(melodic), len(melodic) + 1))
    end, kind = (length, 1) if ogg is None else (len(ogg), _OGG)
    shdr = struct.pack("<20s5IBbHH", b"sine", 0, end, 0, length, RATE, 60, 0, 0, kind) + bytes(46)
    tables = {"phdr": phdr, "pbag": pbag, "pgen": pgen, "inst": inst, "ibag": ibag, "igen": igen}
    tables["shdr"] = shdr
    lists = _make_list(b"sdta", {"smpl": data}) + _make_list(b"pdta", tables)
    return _make_chunk(b"RIFF", b"sfbk" + lists)


def _make_bags(zones: list[list[tuple[int, int]]]) -> tuple[bytes, bytes]:
    """Return the tables of zones and of their parameters, each with the row that ends it."""
    starts = np.cumsum([0, *(len(zone) for zone in zones)])
    rows = [row for zone in zones for row in zone] + [(0, 0)]
    return (
        b"".join(struct.pack("<HH", int(start), 0) for start in starts),
        b"".join(struct.pack("<HH", *row) for row in rows),
    )


def _make_list(kind: bytes, chunks: dict[str, bytes]) -> bytes:
    return _make_chunk(b"LIST", kind + b"".join(_make_chunk(n.encode(), data) for n, data in chunks.items()))


def _make_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
