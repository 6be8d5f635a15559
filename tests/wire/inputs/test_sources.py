from __future__ import annotations

import time
from typing import Any

import pytest

from keyreel.errors import InvalidImage, InvalidRequest, MissingImage
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import TRUSTED_CONTEXT, get_endpoint
from keyreel.wire.requests.parsing import validate_fields

BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def source(image: Any) -> str:
    fields = {"images": [image], "prompt": "x"}
    return validate_fields(ParsedSubmit(get_endpoint("q2-pro-img2video"), fields)).get_image_sources()[
        "images[0]"
    ]


@pytest.mark.parametrize(
    "image",
    [
        "https://example.com/a.png",
        "HTTPS://EXAMPLE.COM/a",
        "http://127.0.0.1:8080/a?b=c#d",
        "http://[::1]/a",
        "https://пример.рф/картина.png",
        "https://example.com/" + "a" * 8000,
        "data:image/png;base64,AAAA",
        "data:image/jpeg;base64,",
        "DATA:IMAGE/PNG;BASE64,AAAA",
        "data:;base64,AAAA",
        "data:text/html;base64,PGI+",
        " data:image/svg+xml;charset=utf-8;base64,AAAA",
        BASE64,
        BASE64.replace("+", "-").replace("/", "_"),
        BASE64[:40] + "\r\n" + BASE64[40:],
        "\n" * 100 + BASE64,
    ],
)
def test_addresses_data_uris_and_base64_are_taken_as_they_are(image: str) -> None:
    assert source(image) == image


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://example.com/a.png \n", "https://example.com/a.png"),
        ("\t\ufeff https://example.com/a.png\u200b\u00a0", "https://example.com/a.png"),
        ("https://example.com/my photo.png", "https://example.com/my%20photo.png"),
        ("https://example.com/a%20b c.png?q=d e#f g", "https://example.com/a%20b%20c.png?q=d%20e#f%20g"),
        ("https://example.com?q=a b", "https://example.com?q=a%20b"),
        ("https://example.com/%E4%BD%A0+%2B.png", "https://example.com/%E4%BD%A0+%2B.png"),
    ],
)
def test_an_address_is_brought_to_one_form(written: str, meant: str) -> None:
    assert source(written) == meant


@pytest.mark.parametrize(
    "image",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.png",
        "gopher://example.com",
        "javascript:alert(1)",
        "//example.com/a.png",
        "/etc/passwd",
        "../../etc/passwd",
        "http://",
        "http:///a.png",
        "http://exa mple.com/a.png",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://[::1/a",
        "http://example.com/\r\nHost: evil",
        "http://example.com/\ud800",
        "https://example.com/" + "a" * 8192,
        "asset:" + "0" * 64,
        "ASSET:" + "0" * 64,
        "asset:../../keys",
        "short",
        "what a long sentence this is, in the place where an image should have been",
        5,
        True,
        None,
        [BASE64],
        {"src": "https://example.com/a.png"},
        {"url": 5},
        {"url": {"url": {"url": {"url": "https://example.com/a.png"}}}},
        "http://user:pw@example.com/a.png",
        "http://example.com\\@127.0.0.1/",
        "A" * 60,
    ],
)
def test_everything_else_is_refused(image: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        source(image)
    assert caught.value.field == "images[0]"
    assert "base64" in caught.value.message or "URL" in caught.value.message


@pytest.mark.parametrize("image", ["", " ", "\n", " " * 500, {"url": ""}])
def test_an_empty_image_is_a_missing_one(image: Any) -> None:
    with pytest.raises(MissingImage, match=r"images\[0\]"):
        source(image)


@pytest.mark.parametrize(
    "image",
    ["data:image/png,raw", "data:,", "data:image/png;base64", "data:image/png;base64" + " " * 5000 + ",AAAA"],
)
def test_a_data_uri_that_is_no_image_is_no_image(image: str) -> None:
    with pytest.raises(InvalidImage, match="data:image/png;base64,"):
        source(image)


@pytest.mark.parametrize("name", ["url", "image_url", "image"])
def test_an_object_may_hold_the_image(name: str) -> None:
    assert source({name: "https://example.com/a.png"}) == "https://example.com/a.png"
    assert source({"type": "image_url", name: {"url": BASE64, "detail": "high"}}) == BASE64
    assert source({"image": {"image_url": {name: BASE64}}}) == BASE64


@pytest.mark.parametrize("beginning", ["data:image/png;base64,", "iVBORw0KGgoA"])
def test_a_long_image_is_neither_copied_nor_searched(beginning: str) -> None:
    image = beginning + "A" * 50_000_000
    started = time.perf_counter()
    assert source(image) is image
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize("address", ["http://user:pw@a.example/", "http://exa_mple/\\", "file:videos/1.mp4"])
def test_what_was_accepted_once_is_read_again_from_our_own_rows(address: str) -> None:
    kind, fields = get_endpoint("q2-pro-extend"), {"video_url": address, "callback_url": address}
    assert kind.model_validate(fields, context=TRUSTED_CONTEXT).extend_source == address
    with pytest.raises(InvalidRequest):
        validate_fields(ParsedSubmit(kind, fields))
