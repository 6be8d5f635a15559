"""Images inside a request: data URIs and bare base64, as clients in the field write them. Opens nothing.

The one reader of both: what it accepts on arrival is what is decoded later. No label is believed, the bytes
say what an image is. RFC 2397 has the data URI, RFC 4648 both alphabets of base64.
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
"""Of an image's text only this much is looked at before it is decoded."""
INVALID_SOURCE_RULE: Final = (
    "must be an http(s) address or an image (PNG, JPEG, WebP) in base64, best as data:image/png;base64,…"
)
_NOT_BASE64: Final = "must be in base64 and begin like data:image/png;base64, when it is a data URI"
_DAMAGED: Final = "must be whole: its base64 is damaged"

_BLANK: Final = r"(?:\s|%20|%0[9AD])"
_DATA: Final = re.compile(rf"{_BLANK}*+data(?::|%3A)", re.IGNORECASE)
# Between the scheme and the mark of base64 stands what nobody needs: a media type, a name, a character set.
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
_PIECE: Final = 1 << 20
_SNIFFED: Final = 64
_GROUP: Final = 4
# Where one of these stands, a blank is no "+" that a form has lost: it would have lost this one as well.
_NO_LOST_PLUS_SIGNS: Final = ("+", "-", "_", "%", "\r", "\n")


class NotInlineImage(Exception):
    """The text holds no image; the message is a rule that it breaks, such as "must be …"."""


class InlineImageTooLarge(Exception):
    """There are more bytes than asked for."""


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image's text, whose base64 begins at `start`."""

    text: str
    start: int

    def decode(self, most_bytes: int) -> bytes:
        """Return the image's bytes.

        Raises:
            NotInline: the base64 is damaged.
            TooLong: there are more than `most_bytes`.
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
        NotInline: it is no data URI in base64, and no (allowed) bare base64 of a PNG, JPEG or WebP.
    """
    beginning = text[:MAX_HEADER_CHARACTERS]
    if is_data_uri(beginning):
        head = _HEAD.match(beginning)
        if not head:
            raise NotInlineImage(_NOT_BASE64)
        return InlineImage(text, head.end())
    if data_uri_only:
        raise NotInlineImage("must begin with data:image/<type>;base64, here, as an image inside the request")
    if not _is_base64_image(beginning):
        raise NotInlineImage(INVALID_SOURCE_RULE)
    return InlineImage(text, 0)


def is_data_uri(text: str) -> bool:
    """Say whether a text means to be a data URI."""
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
        end = min(start + _PIECE, stop)
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
    """Say whether blanks stand where a form's coding has turned each "+" into one.

    They do where nothing else tells of a "+", and where the letters come out even only with them, or the
    blanks are too irregular to be the ends of lines.
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
