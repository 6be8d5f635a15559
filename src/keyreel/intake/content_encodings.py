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

_IDENTITY_ENCODINGS: Final = {"", "none", "identity", "aws-chunked"}
_GZIP: Final = {"gzip", "x-gzip"}
_DEFLATE: Final = "deflate"
_MOST_CODINGS: Final = 3
_MOST_MEMBERS: Final = 64
# zlib's window sizes: with gzip's header, with zlib's own, and bare.
_WITH_GZIP, _WITH_ZLIB, _RAW_DEFLATE = 31, 15, -15
_CHUNK_BYTES: Final = 1 << 18
_RATIO_EXEMPT_BYTES: Final = 1 << 20
_MAX_RATIO: Final = 250
"""Bombs have 1,000; an image has been packed already, and of this much less than a hundred is left."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_LONGEST_NAME: Final = 32


class InvalidContentEncoding(Exception):
    """The coding is not undone here, or damaged; the message completes "the image …"."""


class TruncatedBody(Exception):
    """The packed bytes end too early."""


class DecodedTooLarge(Exception):
    """There is more in it than asked for."""


class ContentDecoder:
    """Undoes all codings of one answer, of at most `most_bytes` each."""

    def __init__(self, header: str, most_bytes: int) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        self._layers = [
            _EncodingLayer(name, most_bytes) for name in reversed(names) if name not in _IDENTITY_ENCODINGS
        ]
        if len(self._layers) > _MOST_CODINGS:
            raise InvalidContentEncoding(f"is packed more than {_MOST_CODINGS} times")

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what comes out when this goes in, in small pieces, empty ones among them.

        Raises:
            BadCoding: this is not what the header says, or not undone here.
            TooLong: there is more in it than asked for.
        """
        yield from self._decode_from(0, data, last=False)

    def flush(self) -> Iterator[bytes]:
        """Yield what still comes out at the end.

        Raises:
            CutOff: there should be more.
        """
        yield from self._decode_from(0, b"", last=True)

    def _decode_from(self, number: int, data: bytes, *, last: bool) -> Iterator[bytes]:
        if number == len(self._layers):
            yield data
            return
        for piece in self._layers[number].decode(data, last=last):
            yield from self._decode_from(number + 1, piece, last=False)
        if last:
            yield from self._decode_from(number + 1, b"", last=True)


class _Decompressor(Protocol):
    """As zlib has it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _EncodingLayer:
    """One coding. It is known by its first bytes, so those are waited for."""

    def __init__(self, name: str, most_bytes: int) -> None:
        self._name = name
        self._most = most_bytes
        self._input_bytes = self._output_bytes = 0
        self._beginning = b""
        self._begun = False
        self._decompressor: _Decompressor | None = None
        self._members = 0

    def decode(self, data: bytes, *, last: bool) -> Iterator[bytes]:
        if not self._begun:
            self._beginning += data
            if len(self._beginning) < magic_numbers.SNIFF_BYTES and not last:
                return
            data, self._beginning, self._begun = self._beginning, b"", True
            self._decompressor = self._choose_decompressor(data)
        if self._decompressor is None:
            yield data
            return
        try:
            yield from self._decompress(self._decompressor, data)
        except zlib.error:
            raise InvalidContentEncoding(f"is damaged, packed as {self._name}") from None
        if last and not self._decompressor.eof:
            raise TruncatedBody

    def _choose_decompressor(self, start: bytes) -> _Decompressor | None:
        """Choose by the first bytes what undoes this; None for what is not packed at all."""
        if not start or magic_numbers.is_image(start) or magic_numbers.is_video(start):
            return None
        if self._name in _GZIP and start.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(_WITH_GZIP)
        if self._name == _DEFLATE:
            # RFC 9110 means zlib's format, some servers mean the bare one; RFC 1950 tells them apart.
            zlibs = start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
            return zlib.decompressobj(_WITH_ZLIB if zlibs else _RAW_DEFLATE)
        name = ascii(self._name)[1:-1][:_LONGEST_NAME]
        raise InvalidContentEncoding(
            f"comes with Content-Encoding {name}"
            + (
                ", and is not packed like that"
                if self._name in _GZIP
                else "; gzip, deflate or none is accepted"
            )
        )

    def _decompress(self, decompressor: _Decompressor, data: bytes) -> Iterator[bytes]:
        self._input_bytes += len(data)
        while True:
            if decompressor.eof:
                if self._name not in _GZIP or not data.startswith(_GZIP_MAGIC):
                    return  # what follows the end is no part of it (RFC 1952)
                decompressor = self._decompressor = self._open_next_member()
            piece = decompressor.decompress(data, _CHUNK_BYTES)
            self._check_size(len(piece))
            yield piece
            data = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
            if not data and len(piece) < _CHUNK_BYTES:
                return

    def _check_size(self, length: int) -> None:
        self._output_bytes += length
        if self._output_bytes > self._most:
            raise DecodedTooLarge
        if self._output_bytes > max(_RATIO_EXEMPT_BYTES, _MAX_RATIO * self._input_bytes):
            raise InvalidContentEncoding(f"unpacks to more than {_MAX_RATIO} times its size")

    def _open_next_member(self) -> _Decompressor:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise InvalidContentEncoding(f"is packed in more than {_MOST_MEMBERS} pieces")
        return zlib.decompressobj(_WITH_GZIP)
