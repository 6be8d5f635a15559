"""Images inside a request: data URIs and bare base64, as clients in the field write them. Opens nothing.

The one parser of both: what it accepts on arrival is what is decoded later. Declared media types are ignored,
the first bytes count. RFC 2397 defines data URIs, RFC 4648 both alphabets of base64.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.wire.inputs import magic_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADER_CHARACTERS: Final = 4096
"""Only so much of an image's text is examined before it is decoded."""
INVALID_SOURCE_RULE: Final = (
    "must be an http(s) URL or an image (PNG, JPEG, WebP) in base64, preferably as data:image/png;base64,…"
)
_NOT_BASE64: Final = "must be in base64 and start like data:image/png;base64, if it is a data URI"
_DAMAGED: Final = "is damaged: it is not valid base64"

_BLANK: Final = r"(?:\s|%20|%0[9AD])"
_DATA: Final = re.compile(rf"{_BLANK}*+data(?::|%3A)", re.IGNORECASE)
# Between the scheme and ";base64" there may be a media type, a name, a character set: all ignored.
_HEAD: Final = re.compile(
    rf"{_DATA.pattern}.*?(?:;|%3B){_BLANK}*base64{_BLANK}*(?:;[^,]{{0,200}})?(?:,|%2C)",
    re.IGNORECASE | re.DOTALL,
)
_WHITE: Final = re.compile(r"\s*+")
_SPACE: Final = b" \t\r\n\f\v"
_URL_SAFE_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
# Taking apart every escape there is would cost a hostile text of 100 MB a minute; these cost it a second.
_ESCAPES: Final = tuple(
    (case(f"%{ord(letter):02x}").encode(), letter.encode())
    for letter in "+/=-_ \t\r\n"
    for case in (str.lower, str.upper)
)
# A call of a2b_base64 keeps every other thread waiting: 1 MiB takes about 2 ms.
_PIECE_LETTERS: Final = 1 << 20
_SNIFFED: Final = 64
"""Letters of base64 from which bare base64 is recognized."""
_GROUP: Final = 4
"""Letters of base64 that make three bytes."""
# Where one of these occurs, no blank is a "+" that form decoding has lost: it would have lost this one too.
_NO_LOST_PLUS_SIGNS: Final = ("+", "-", "_", "%", "\r", "\n")


class NotInlineImage(Exception):
    """The text holds no image; the message is a rule that it breaks, such as "must be …"."""


class InlineImageTooLarge(Exception):
    """There are more bytes than allowed."""


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image's text, whose base64 begins at `start`."""

    text: str
    start: int

    def decode(self, most_bytes: int) -> bytes:
        """Return the image's bytes.

        Raises:
            NotInlineImage: the base64 is damaged.
            InlineImageTooLarge: there are more than `most_bytes`.
        """
        decoded = bytearray()
        try:
            for piece in _iterate_base64_groups(self.text, self.start):
                if len(decoded) % 3:  # padding stood before the end
                    raise NotInlineImage(_DAMAGED)
                decoded += binascii.a2b_base64(piece, strict_mode=True)
                if len(decoded) > most_bytes:
                    raise InlineImageTooLarge
        except ValueError:
            raise NotInlineImage(_DAMAGED) from None
        if not decoded:
            raise NotInlineImage(_DAMAGED)
        return bytes(decoded)


def find_inline_image(text: str, *, data_uri_only: bool = False) -> InlineImage:
    """Find the image in a text by its first characters, however long it is.

    Raises:
        NotInlineImage: it is no data URI in base64, and no (allowed) bare base64 of a PNG, JPEG or WebP.
    """
    beginning = text[:MAX_HEADER_CHARACTERS]
    if is_data_uri(beginning):
        head = _HEAD.match(beginning)
        if not head:
            raise NotInlineImage(_NOT_BASE64)
        return InlineImage(text, head.end())
    if data_uri_only:
        raise NotInlineImage("must start with data:image/<type>;base64, if it is an inline image")
    if not _is_base64_image(beginning):
        raise NotInlineImage(INVALID_SOURCE_RULE)
    return InlineImage(text, 0)


def is_data_uri(text: str) -> bool:
    """Return whether a text begins like a data URI."""
    return bool(_DATA.match(text))


def _is_base64_image(beginning: str) -> bool:
    try:
        letters = b"".join(_iterate_normalized_base64(beginning.strip()[: 3 * _SNIFFED]))[:_SNIFFED]
        data = binascii.a2b_base64(letters[: len(letters) // _GROUP * _GROUP], strict_mode=True)
    except ValueError:
        return False
    return magic_numbers.is_image(data)


def _iterate_base64_groups(text: str, start: int) -> Iterator[bytes]:
    """Cut base64 into pieces of whole groups of 4 letters; padding that was left away is there again."""
    rest = b""
    for found in _iterate_normalized_base64(text, start):
        letters = rest + found
        whole = len(letters) // _GROUP * _GROUP
        rest = letters[whole:]
        if whole:
            yield letters[:whole]
    if rest:
        yield rest + b"=" * (-len(rest) % _GROUP)


def _iterate_normalized_base64(text: str, start: int = 0) -> Iterator[bytes]:
    """Yield the letters of base64 in the standard alphabet, without white space and percent-coding."""
    stop = len(text.rstrip())
    start = min(_WHITE.match(text, start).end(), stop)  # type: ignore[union-attr] # it matches everywhere
    lost = _are_spaces_lost_pluses(text, start, stop)
    while start < stop:
        end = min(start + _PIECE_LETTERS, stop)
        cut = text.find("%", end - 2, end)
        if start < cut and end < stop:  # an escape is not cut in two
            end = cut
        raw = text[start:end].encode("ascii")
        if lost:
            raw = raw.replace(b" ", b"+")
        if b"%" in raw:
            for escape, meant in _ESCAPES:
                raw = raw.replace(escape, meant)
        yield raw.translate(_URL_SAFE_TO_STANDARD, _SPACE)
        start = end


def _are_spaces_lost_pluses(text: str, start: int, stop: int) -> bool:
    """Return whether each blank was a "+", lost in form decoding (application/x-www-form-urlencoded).

    It was where no "+" is left, and where either only with the blanks the letters make whole groups of four,
    or the blanks are too irregular to be line ends.
    """
    blanks = text.count(" ", start, stop)
    if not blanks or any(text.find(kept, start, stop) >= 0 for kept in _NO_LOST_PLUS_SIGNS):
        return False
    even_with, even_without = (stop - start) % _GROUP == 0, (stop - start - blanks) % _GROUP == 0
    if even_with != even_without:
        return even_with
    width = text.find(" ", start, stop) - start
    ends = text[start + width : stop : width + 1]
    return width % _GROUP != 0 or ends.count(" ") != len(ends) or len(ends) != blanks
