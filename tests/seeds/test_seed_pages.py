"""The five pages that Keyreel implements, as a table: every field with its type, default and limit."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from keyreel.errors import InvalidRequest, MissingImage
from keyreel.order import Amplitude, Corner, Resolution
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.wire.requests.parsing import validate_fields

URL = "https://example.com/a.png"
DATA = "data:image/png;base64,iVBORw0KGgo="
BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
KEY = {"key_image": URL}
READ_KEY = KEY | {"prompt": "", "duration": 5}
SUBJECT = {"id": "cat", "images": [URL], "voice_id": ""}
READ_SUBJECT = SUBJECT | {"name": ""}


def same(*values: Any) -> list[tuple[Any, Any]]:
    """Return values that are read as they are."""
    return [(value, value) for value in values]


def read_as(meaning: Any, *values: Any) -> list[tuple[Any, Any]]:
    """Return values that all mean the same."""
    return [(value, meaning) for value in values]


# Values that are accepted, each with what it is read as (in JSON), and values that are refused.
FLAG = (
    [(True, True), ("true", True), (False, False), ("False", False), ("", False)],
    ["yes", 1, 0, "1", [], {}],
)
RESOLUTION = (
    [*same("540p", "720p", "1080p"), ("1080P", "1080p"), (" 720p ", "720p"), ("", "720p")],
    ["360p", "4K", 720, True],
)
SEED = (
    [
        *same(1, 2**31 - 1),
        (2**64 - 1, 2**31 - 1),
        (-(2**63), 1),
        ("7", 7),
        *read_as(5, "5.0", 5.0),
        *read_as(None, "", 0, -1),
    ],
    [2**64, -(2**63) - 1, "x", 1.5, True, [1]],
)
PAYLOAD = (same("", "x" * 1_048_576, "😀" * 1_048_576), ["x" * 1_048_577, 5, {}])
JSON_TEXT = (
    same("", '{"Label":"1"}', "[]"),
    [5, {"Label": "1"}, '{"a":"\0"}', "not JSON", '{"a":'],
)
CORNERS = (
    read_as("top_left", "top_left", "top-left", 1, "1")
    + read_as("top_right", "top_right", 2)
    + read_as("bottom_right", "bottom_right", 3)
    + read_as("bottom_left", "bottom_left", 4, "4"),
    ["middle", 0, 5, "0", "5", True, 1.5, []],
)
MARK = (same(URL, DATA, BASE64), ["ftp://example.com/a.png", "no image", 5, "javascript:alert(1)"])
MOVES = (
    same("auto", "small", "medium", "large") + read_as("large", "high", "HIGH") + [("", "auto")],
    ["huge", 1, True],
)
CALLBACK = (
    same("https://example.com/done", ""),
    ["ftp://example.com", "example.com", 5, "https://", "http://a b/"],
)
IMAGES_BAD: list[Any] = [
    URL,
    [5],
    [""],
    ["file:///etc/passwd"],
    [["x"]],
    {"url": URL},
    [True],
    ["/home/a.png"],
]


@dataclass(frozen=True)
class Page:
    name: str
    least: dict[str, Any]
    """The least that is accepted; every field in it is required."""
    defaults: dict[str, Any]
    limits: dict[str, tuple[list[tuple[Any, Any]], list[Any]]]
    """For each field: values that are accepted with what they are read as, values that are refused."""
    image_fields: tuple[str, ...] = field(default=("images",))


MULTIFRAME = Page(
    "q2-pro-multiframe",
    {"start_image": URL, "image_settings": [KEY, KEY]},
    {"watermark": False, "resolution": Resolution.P720, "wm_position": Corner.BOTTOM_LEFT},
    {
        "start_image": (
            [*same(URL, DATA, BASE64), ({"url": URL}, URL)],
            ["", 5, "file:///etc/passwd", [URL], "short"],
        ),
        "image_settings": (
            [([KEY] * count, [READ_KEY] * count) for count in (2, 9)]
            + [
                ([KEY, KEY | change], [READ_KEY, READ_KEY | change])
                for change in ({"duration": 2}, {"duration": 7}, {"prompt": "x" * 5000})
            ],
            [[], [KEY], [KEY] * 10, KEY, [KEY, {}], [KEY, 5], [KEY, {"key_image": ""}]]
            + [[KEY, KEY | {"duration": seconds}] for seconds in (1, 8, "five", 2.5, True)]
            + [[KEY, KEY | {"prompt": prompt}] for prompt in (5, "x" * 5001)],
        ),
        "resolution": RESOLUTION,
        "watermark": FLAG,
        "payload": PAYLOAD,
        "meta_data": JSON_TEXT,
    },
    ("start_image",),
)
IMG2VIDEO = Page(
    "q2-pro-img2video",
    {"images": [URL], "prompt": "It moves."},
    {
        "bgm": False,
        "audio": False,
        "off_peak": False,
        "watermark": False,
        "duration": 5,
        "resolution": Resolution.P720,
        "movement_amplitude": Amplitude.AUTO,
    },
    {
        "images": (
            [
                *read_as([URL], [URL], [URL] * 20, [{"url": URL}], [{"image": URL}]),
                ([{"image_url": DATA}], [DATA]),
                ([BASE64], [BASE64]),
            ],
            [[], *IMAGES_BAD],
        ),
        "prompt": (same("x", "字" * 5000), ["", " ", "x" * 5001, 5, ["x"]]),
        "duration": (same(*range(1, 11)), [0, 11, -1, "five", 5.5, True]),
        "seed": SEED,
        "bgm": FLAG,
        "audio": FLAG,
        "off_peak": FLAG,
        "watermark": FLAG,
        "voice_id": (same("", "professional_host"), [5, "x" * 257]),
        "resolution": RESOLUTION,
        "movement_amplitude": MOVES,
    },
)
Q1_REFERENCE = Page(
    "q1-reference2video",
    {"images": [URL], "prompt": "It moves."},
    {
        "duration": 5,
        "aspect_ratio": "16:9",
        "resolution": Resolution.P1080,
        "movement_amplitude": Amplitude.AUTO,
        "bgm": False,
        "seed": None,
    },
    {
        "images": (same([URL], [DATA] * 7), [[], [URL] * 8, *IMAGES_BAD]),
        "prompt": (same("x", "😀" * 1500), ["", "x" * 1501, 5]),
        "duration": (same(5), [1, 4, 6, 10, "five"]),
        "seed": SEED,
        "aspect_ratio": (same("16:9", "9:16", "1:1"), ["4:3", "16/9", 1]),
        "resolution": (read_as("1080p", "1080p", "1080P"), ["720p", "540p"]),
        "movement_amplitude": MOVES,
        "bgm": FLAG,
    },
)
Q2_REFERENCE = Page(
    "q2-reference2video",
    {"subjects": [SUBJECT], "prompt": "@cat moves."},
    {
        "bgm": False,
        "audio": False,
        "duration": 5,
        "watermark": False,
        "resolution": Resolution.P720,
        "aspect_ratio": "16:9",
    },
    {
        "subjects": (
            [
                ([SUBJECT], [READ_SUBJECT]),
                ([SUBJECT] * 20, [READ_SUBJECT] * 7),
                ([{"name": "cat", "images": [URL]}], [READ_SUBJECT | {"id": "", "name": "cat"}]),
                ([{"id": 1, "images": [URL] * 9}], [READ_SUBJECT | {"id": "1", "images": [URL] * 3}]),
            ],
            [[], SUBJECT, [5], [{"id": "cat"}], [SUBJECT | {"images": []}], [SUBJECT | {"id": [1]}]]
            + [[SUBJECT | {"images": images}] for images in IMAGES_BAD],
        ),
        "prompt": (same("x", "x" * 5000), ["", "x" * 5001, 5]),
        "duration": (same(*range(1, 11)), [0, 11, "five"]),
        "seed": SEED,
        "bgm": FLAG,
        "audio": FLAG,
        "watermark": FLAG,
        "resolution": RESOLUTION,
        "aspect_ratio": (
            same("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "4:1", "1:4", "2.39:1"),
            ["4.1:1", "1:5", "0:1", "1:0", "wide", "16:9:1", 1.78, "-1:1"],
        ),
        "movement_amplitude": MOVES,
    },
    (),
)
START_END = Page(
    "q2-pro-start-end2video",
    {"images": [URL, URL]},
    {
        "prompt": "",
        "is_rec": False,
        "duration": 5,
        "seed": None,
        "resolution": Resolution.P720,
        "movement_amplitude": Amplitude.AUTO,
        "bgm": False,
        "payload": "",
        "off_peak": False,
        "watermark": False,
        "wm_position": Corner.BOTTOM_RIGHT,
    },
    {
        "images": (same([URL], [URL, DATA]), [[], [URL] * 3, *IMAGES_BAD]),
        "prompt": (same("", "x" * 2000), ["x" * 2001, 5]),
        "is_rec": FLAG,
        "duration": (same(*range(1, 9)), [0, 9, "five"]),
        "seed": SEED,
        "resolution": RESOLUTION,
        "movement_amplitude": MOVES,
        "bgm": FLAG,
        "payload": PAYLOAD,
        "off_peak": FLAG,
        "watermark": FLAG,
        "meta_data": JSON_TEXT,
        "callback_url": CALLBACK,
    },
)
PAGES = (MULTIFRAME, IMG2VIDEO, Q1_REFERENCE, Q2_REFERENCE, START_END)
# Every route takes the family's extras, whether its own page lists them or not.
EXTRAS = {
    "seed": SEED,
    "payload": PAYLOAD,
    "meta_data": JSON_TEXT,
    "watermark": FLAG,
    "callback_url": CALLBACK,
}

FIELDS = [(page, name) for page in PAGES for name in {**EXTRAS, **page.limits}]
FIELD_IDS = [f"{page.name}-{name}" for page, name in FIELDS]


def read(page: Page, **change: Any) -> Any:
    return validate_fields(ParsedSubmit(get_endpoint(page.name), page.least | change))


def to_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def json_of(request: Any, name: str) -> str:
    """Return a field as JSON, which tells true from 1."""
    return to_json(request.model_dump(mode="json")[name])


@pytest.mark.parametrize(("page", "name"), FIELDS, ids=FIELD_IDS)
def test_a_field_is_accepted_up_to_its_limits_and_read_as_meant(page: Page, name: str) -> None:
    accepted, _ = {**EXTRAS, **page.limits}[name]
    for value, meaning in accepted:
        assert json_of(read(page, **{name: value}), name) == to_json(meaning), value


@pytest.mark.parametrize(("page", "name"), FIELDS, ids=FIELD_IDS)
def test_a_field_beyond_its_limits_is_refused_by_name(page: Page, name: str) -> None:
    _, refused = {**EXTRAS, **page.limits}[name]
    for value in refused:
        with pytest.raises(InvalidRequest) as caught:
            read(page, **{name: value})
        assert caught.value.field.startswith(name), value
        assert caught.value.message.startswith(caught.value.field)
        assert "got" in caught.value.message or "required" in caught.value.message or value == []
        assert len(caught.value.message) < 400


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_absent_and_null_fields_take_the_pages_defaults(page: Page) -> None:
    for request in (read(page), read(page, **dict.fromkeys(page.defaults))):
        assert {name: getattr(request, name) for name in page.defaults} == page.defaults
        assert request.list_ignored_fields() == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_required_field_is_required(page: Page) -> None:
    for name in page.least:
        for fields in (
            {key: value for key, value in page.least.items() if key != name},
            {**page.least, name: None},
        ):
            with pytest.raises(InvalidRequest) as caught:
                validate_fields(ParsedSubmit(get_endpoint(page.name), fields))
            assert caught.value.field == name
            about_images = name in {*page.image_fields, "subjects"}
            assert isinstance(caught.value, MissingImage) == about_images


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_watermarks_fields_are_read_with_the_watermark_only(page: Page) -> None:
    for name, (accepted, refused) in {"wm_position": CORNERS, "wm_url": MARK}.items():
        for value, meaning in accepted:
            request = read(page, watermark=True, **{name: value})
            assert json_of(request, name) == to_json(meaning), value
        for value in refused:
            with pytest.raises(InvalidRequest) as caught:
                read(page, watermark=True, **{name: value})
            assert caught.value.field == name
            assert read(page, **{name: value}) == read(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_images_may_be_wide_or_tall_four_to_one_and_of_fifty_megabytes(page: Page) -> None:
    request = read(page)
    for path in request.get_image_sources():
        rules = request.get_image_rules(path)
        assert (rules.widest, rules.max_bytes) == (4, 50_000_000)


def test_images_of_the_q1_page_have_128_pixels_and_less_than_ten_megabytes_inline() -> None:
    rules = read(Q1_REFERENCE).get_image_rules("images[0]")
    assert rules.min_side == 128
    assert rules.max_inline_bytes == 9_999_999
    assert rules.data_uri_only
    assert read(IMG2VIDEO).get_image_rules("images[0]").min_side == 1


def test_a_watermarks_image_has_any_ratio_and_stays_transparent() -> None:
    rules = read(IMG2VIDEO, watermark=True, wm_url=URL).get_image_rules("wm_url")
    assert rules.widest is None
    assert rules.keep_alpha


@pytest.mark.parametrize(
    ("ratio", "size"), [("16:9", "1920x1080"), ("9:16", "1080x1920"), ("1:1", "1080x1080")]
)
def test_the_q1_page_has_three_frame_sizes(ratio: str, size: str) -> None:
    assert str(read(Q1_REFERENCE, aspect_ratio=ratio).to_order(1).size) == size
