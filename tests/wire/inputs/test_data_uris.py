"""An image in a request is read however clients wrap it: the bytes decide, never the label."""

from __future__ import annotations

import time
from base64 import b64encode, encodebytes, urlsafe_b64encode
from urllib.parse import quote

import pytest

from keyreel.wire.inputs.data_uris import InlineImageTooLarge, NotInlineImage, find_inline_image

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\xfb\xef\xbe\xff\xff\xff" * 20
JPEG = b"\xff\xd8\xff\xe0" + PNG[5:]
WEBP = b"RIFF\0\0\0\0WEBP" + PNG[7:]
TEXT = b64encode(PNG).decode()
FORM = TEXT.replace("+", " ")
URI = "data:image/png;base64,"


@pytest.mark.parametrize(
    "head",
    [
        URI,
        "data:image/jpeg;base64,",
        "data:application/octet-stream;base64,",
        "data:binary/octet-stream;base64,",
        "data:text/plain;base64,",
        "data:;base64,",
        "data:image/*;base64,",
        "data:null;base64,",
        'data:image/png;name="a b, c; d.png";base64,',
        "data:image/png;name=a%20b%3B.png;charset=utf-8;base64,",
        "data:image/png;name=a,b.png;base64,",
        "data:image/png;base64;charset=utf-8,",
        "data: image/png ; base64 , ",
        "DATA:IMAGE/PNG;BASE64,",
        " \n\tdata:image/png;base64,\n",
        "%20%0adata:image/png;base64,%20",
        "data%3Aimage%2Fpng%3Bbase64%2C",
        "data:image/png;name=" + "a" * 2000 + ";base64,",
    ],
)
def test_every_label_of_a_data_uri_says_the_same(head: str) -> None:
    assert find_inline_image(head + TEXT).decode(1000) == PNG


@pytest.mark.parametrize("head", [URI, ""])
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        urlsafe_b64encode(PNG).decode(),
        TEXT.rstrip("="),
        urlsafe_b64encode(PNG).decode().rstrip("="),
        " \r\n" + TEXT + " \r\n",
        encodebytes(PNG).decode(),
        encodebytes(PNG).decode().replace("\n", "\r\n\t "),
        encodebytes(PNG).decode().replace("\n", " "),
        encodebytes(PNG).decode().replace("\n", "%0A"),
        encodebytes(PNG).decode().replace("\n", "%0d%0a%20"),
        quote(TEXT, safe=""),
        quote(TEXT, safe="/"),
        TEXT.replace("+", "%2b").replace("/", "%2f").replace("=", "%3d"),
        FORM,
        FORM.rstrip("="),
        b64encode(JPEG).decode(),
        b64encode(WEBP).decode(),
    ],
)
def test_every_spelling_of_base64_says_the_same_bytes(head: str, text: str) -> None:
    assert find_inline_image(head + text).decode(1000) in {PNG, JPEG, WEBP}


@pytest.mark.parametrize("length", range(300, 312))
@pytest.mark.parametrize("width", [4, 64, 76])
def test_blanks_that_end_lines_are_told_from_lost_letters(length: int, width: int) -> None:
    data = (PNG * 2)[:length] + b"end"
    text = b64encode(data).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert find_inline_image(URI + " ".join(lines)).decode(1000) == data
    assert find_inline_image(URI + text.replace("+", " ")).decode(1000) == data


def test_an_escape_across_two_pieces_is_read_whole() -> None:
    data = PNG * 8000
    text = b64encode(data).decode().replace("/", "%2F")
    for shift in range(4):
        assert find_inline_image(URI + " " * 5 + "\n" * shift + text).decode(10**7) == data


@pytest.mark.parametrize(
    "text",
    ["data:,", "data:image/png," + TEXT, "data:image/png;base64" + TEXT, "short", "A" * 99, "",
     b64encode(b"GIF89a" + bytes(99)).decode(), "data:" + "a" * 5000 + ";base64,"],
)  # fmt: skip
def test_what_is_no_image_is_told_by_its_beginning(text: str) -> None:
    with pytest.raises(NotInlineImage, match="must be"):
        find_inline_image(text)


@pytest.mark.parametrize("text", ["", " ", "=", "A", "AAAAA", "QQ==QUJD", "QQ======", "QU!D", "QUé=", "%4"])
def test_damaged_base64_is_refused(text: str) -> None:
    with pytest.raises(NotInlineImage, match="damaged"):
        find_inline_image(URI + text).decode(100)


def test_the_bytes_are_counted() -> None:
    assert find_inline_image(URI + TEXT).decode(len(PNG)) == PNG
    with pytest.raises(InlineImageTooLarge):
        find_inline_image(URI + TEXT).decode(len(PNG) - 1)


@pytest.mark.parametrize("text", [" " * 10**7, "A " * 5 * 10**6, "%" * 10**7, "%20" * 3 * 10**6, ";" * 10**7])
def test_hostile_text_costs_little(text: str) -> None:
    started = time.process_time()
    with pytest.raises((NotInlineImage, InlineImageTooLarge)):
        find_inline_image(URI + text).decode(1000)
    assert time.process_time() - started < 1
