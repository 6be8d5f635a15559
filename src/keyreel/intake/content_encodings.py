"""Undoes the Content-Encoding of an answer, piece by piece and within bounds. Opens nothing.

Nothing packed is asked for; but object stores play back what an upload was labelled with, and proxies pack
what they pass on. What the bytes are goes before what the header calls them.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.wire.inputs import magic_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANS_NOTHING: Final = {"", "none", "identity", "aws-chunked"}
_GZIP: Final = {"gzip", "x-gzip"}
_DEFLATE: Final = "deflate"
_MOST_CODINGS: Final = 3
_MOST_MEMBERS: Final = 64
# zlib's window sizes: with gzip's header, with zlib's own, and bare.
_WITH_GZIP, _WITH_ZLIB, _BARE = 31, 15, -15
_PIECE: Final = 1 << 18
_FREE: Final = 1 << 20
_MOST_RATIO: Final = 250
"""Bombs have 1,000; a picture has been packed already, and of this much less than a hundred is left."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_LONGEST_NAME: Final = 32


class BadCoding(Exception):
    """The coding is not undone here, or damaged; the message completes "the image …"."""


class CutOff(Exception):
    """The packed bytes end too early."""


class TooLong(Exception):
    """There is more in it than asked for."""


class Unpacker:
    """Undoes all codings of one answer, of at most `most_bytes` each."""

    def __init__(self, header: str, most_bytes: int) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        self._layers = [_Layer(name, most_bytes) for name in reversed(names) if name not in _MEANS_NOTHING]
        if len(self._layers) > _MOST_CODINGS:
            raise BadCoding(f"is packed more than {_MOST_CODINGS} times")

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what comes out when this goes in, in small pieces, empty ones among them.

        Raises:
            BadCoding: this is not what the header says, or not undone here.
            TooLong: there is more in it than asked for.
        """
        yield from self._through(0, data, last=False)

    def rest(self) -> Iterator[bytes]:
        """Yield what still comes out at the end.

        Raises:
            CutOff: there should be more.
        """
        yield from self._through(0, b"", last=True)

    def _through(self, number: int, data: bytes, *, last: bool) -> Iterator[bytes]:
        if number == len(self._layers):
            yield data
            return
        for piece in self._layers[number].pieces(data, last=last):
            yield from self._through(number + 1, piece, last=False)
        if last:
            yield from self._through(number + 1, b"", last=True)


class _Packed(Protocol):
    """As zlib has it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Layer:
    """One coding. It is known by its first bytes, so those are waited for."""

    def __init__(self, name: str, most_bytes: int) -> None:
        self._name = name
        self._most = most_bytes
        self._taken = self._given = 0
        self._beginning = b""
        self._begun = False
        self._packed: _Packed | None = None
        self._members = 0

    def pieces(self, data: bytes, *, last: bool) -> Iterator[bytes]:
        if not self._begun:
            self._beginning += data
            if len(self._beginning) < magic_numbers.LONGEST and not last:
                return
            data, self._beginning, self._begun = self._beginning, b"", True
            self._packed = self._opened(data)
        if self._packed is None:
            yield data
            return
        try:
            yield from self._unpacked(self._packed, data)
        except zlib.error:
            raise BadCoding(f"is damaged, packed as {self._name}") from None
        if last and not self._packed.eof:
            raise CutOff

    def _opened(self, start: bytes) -> _Packed | None:
        """Choose by the first bytes what undoes this; None for what is not packed at all."""
        if not start or magic_numbers.of_picture(start) or magic_numbers.of_video(start):
            return None
        if self._name in _GZIP and start.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(_WITH_GZIP)
        if self._name == _DEFLATE:
            # RFC 9110 means zlib's format, some servers mean the bare one; RFC 1950 tells them apart.
            zlibs = start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
            return zlib.decompressobj(_WITH_ZLIB if zlibs else _BARE)
        name = ascii(self._name)[1:-1][:_LONGEST_NAME]
        raise BadCoding(
            f"comes with Content-Encoding {name}"
            + (
                ", and is not packed like that"
                if self._name in _GZIP
                else "; gzip, deflate or none is accepted"
            )
        )

    def _unpacked(self, packed: _Packed, data: bytes) -> Iterator[bytes]:
        self._taken += len(data)
        while True:
            if packed.eof:
                if self._name not in _GZIP or not data.startswith(_GZIP_MAGIC):
                    return  # what follows the end is no part of it (RFC 1952)
                packed = self._packed = self._next_member()
            piece = packed.decompress(data, _PIECE)
            self._count(len(piece))
            yield piece
            data = packed.unused_data if packed.eof else packed.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    def _count(self, length: int) -> None:
        self._given += length
        if self._given > self._most:
            raise TooLong
        if self._given > max(_FREE, _MOST_RATIO * self._taken):
            raise BadCoding(f"unpacks to more than {_MOST_RATIO} times its size")

    def _next_member(self) -> _Packed:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BadCoding(f"is packed in more than {_MOST_MEMBERS} pieces")
        return zlib.decompressobj(_WITH_GZIP)
