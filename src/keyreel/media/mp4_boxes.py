"""The top-level boxes of an MP4 (ISO 14496-12, 4.2); does not read what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = 8  # bytes: size and type
_EXTENDED_TYPE: Final = 16  # bytes
# A stranger's file may hold a million empty boxes; ours has six.
_MAX_BOXES: Final = 1000


@dataclass(frozen=True, slots=True)
class Mp4Box:
    """A box: its type, the extended one of `uuid` boxes, and its content's offset and size in bytes."""

    kind: bytes
    start: int
    size: int


def iterate_boxes(file: BinaryIO) -> Iterator[Mp4Box]:
    """Yield the file's boxes in order, 1000 at most; end at the first that is malformed."""
    end = file.seek(0, 2)
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(_HEADER)
        if len(head) < _HEADER:
            return
        size, kind, start = int.from_bytes(head[:4], "big"), head[4:], at + _HEADER
        if size == 1:
            size, start = int.from_bytes(file.read(8), "big"), start + 8
        size = size or end - at
        if size < start - at:
            return
        if kind == b"uuid":
            kind, start = file.read(_EXTENDED_TYPE), start + _EXTENDED_TYPE
        yield Mp4Box(kind, start, max(0, min(at + size, end) - start))
        at += size
        if at >= end:
            return
