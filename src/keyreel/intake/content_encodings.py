"""Undoes the Content-Encoding of a response, chunk by chunk and within limits. It opens no connection.

Requests ask for no encoding; but object stores repeat the label of an upload, and proxies compress what they
pass on. Magic numbers go before the header.
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
_MAX_LAYERS: Final = 3
"""Encodings upon each other in one response."""
_MAX_GZIP_MEMBERS: Final = 64
"""Parts of one gzip body (RFC 1952, 2.2)."""
# zlib's window sizes: with gzip's header, with zlib's own, and bare.
_WITH_GZIP, _WITH_ZLIB, _RAW_DEFLATE = 31, 15, -15
_CHUNK_BYTES: Final = 1 << 18
"""Decoded at a time."""
_RATIO_EXEMPT_BYTES: Final = 1 << 20
"""Smaller decoded bodies may have any ratio."""
_MAX_RATIO: Final = 250
"""Decoded bytes over encoded ones. Bombs have 1,000; an image is compressed already, far below 100."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_MAX_NAME_CHARS: Final = 32
"""Characters of an unknown encoding's name in messages."""


class InvalidContentEncoding(Exception):
    """The encoding is not supported, or its data damaged; the message completes "the image …"."""


class TruncatedBody(Exception):
    """The encoded data end too early."""


class DecodedTooLarge(Exception):
    """The decoded body is larger than allowed."""


class ContentDecoder:
    """Undoes all encodings of one response; each layer gives at most `most_bytes`."""

    def __init__(self, header: str, most_bytes: int) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        self._layers = [
            _EncodingLayer(name, most_bytes) for name in reversed(names) if name not in _IDENTITY_ENCODINGS
        ]
        if len(self._layers) > _MAX_LAYERS:
            raise InvalidContentEncoding(f"is compressed more than {_MAX_LAYERS} times")

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to, in small chunks, some of them empty.

        Raises:
            InvalidContentEncoding: this is not what the header says, or not supported.
            DecodedTooLarge: more than `most_bytes` come out.
        """
        yield from self._decode_from(0, data, last=False)

    def flush(self) -> Iterator[bytes]:
        """Yield what is left at the end of the body.

        Raises:
            TruncatedBody: the encoded data end too early.
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
    """One encoding. It is recognised by its first bytes, so decoding waits for these."""

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
            raise InvalidContentEncoding(f"is damaged: it cannot be decompressed as {self._name}") from None
        if last and not self._decompressor.eof:
            raise TruncatedBody

    def _choose_decompressor(self, start: bytes) -> _Decompressor | None:
        """Choose the decompressor by the first bytes; None if the data are not compressed."""
        if not start or magic_numbers.is_image(start) or magic_numbers.is_video(start):
            return None
        if self._name in _GZIP and start.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(_WITH_GZIP)
        if self._name == _DEFLATE:
            # RFC 9110 means the zlib format, some servers send bare deflate; the header of RFC 1950 decides.
            zlibs = start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
            return zlib.decompressobj(_WITH_ZLIB if zlibs else _RAW_DEFLATE)
        name = ascii(self._name)[1:-1][:_MAX_NAME_CHARS]
        raise InvalidContentEncoding(
            f"comes with Content-Encoding {name}"
            + (
                ", but is not compressed that way"
                if self._name in _GZIP
                else "; gzip, deflate, or none is accepted"
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
            raise InvalidContentEncoding(f"decompresses to more than {_MAX_RATIO} times its size")

    def _open_next_member(self) -> _Decompressor:
        self._members += 1
        if self._members > _MAX_GZIP_MEMBERS:
            raise InvalidContentEncoding(f"is compressed in more than {_MAX_GZIP_MEMBERS} pieces")
        return zlib.decompressobj(_WITH_GZIP)
