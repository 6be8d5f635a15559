from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyreel.errors import InvalidImage, InvalidRequest, MissingImage
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import ENDPOINTS, get_endpoint
from keyreel.wire.requests.parsing import MAX_TEXT_BYTES, combine_errors, parse_body, validate_fields

NAMES = sorted({name for kind in ENDPOINTS for name in kind.model_fields} | {"id", "url", "key_image"})
# Other work on the machine must not turn into failures here.
PATIENT = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
LETTERS = st.text(alphabet="a0:,;/._- data\0\ud800ü😀", max_size=30)
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n",
    "words": b"hello",
    "half": b'{"a": ',
    "two objects": b'{"a": 1} {"a": 2}',
    "a comma too many": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a list": b"[1]",
    "a string": b'"x"',
    "null": b"null",
    "two byte-order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "bad UTF-8": b'{"a": "\xff"}',
    "an overlong slash": b'{"a": "\xc0\xaf"}',
    "a raw surrogate": b'{"a": "\xed\xa0\x80"}',
    "a raw line break in text": b'{"a": "x\ny"}',
    "33 levels": b'{"a":' * 33 + b"1" + b"}" * 33,
    "a hundred levels": b'{"a":' + b"[" * 100 + b"]" * 100 + b"}",
    "a hundred thousand levels": b"[" * 100_000,
    "many values": json.dumps({"a": [0] * 20_001}).encode(),
    "a flood of lists": b'{"a":[' + b"[]," * 2_600_000 + b"0]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_in_words(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_body(HOSTILE[name])
    assert caught.value.message.startswith("The body")
    assert len(caught.value.message) < 200
    assert "pydantic" not in caught.value.message


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b'{"a": "\\ud800"}', "a"),
        (b'{"a": "\\udc00\\ud800"}', "a"),
        (b'{"a": [{"b": "x\\ud83d"}]}', "a[0].b"),
        (b'{"a": {"b\\ud83d": 1}}', "a"),
        (b'{"input": [{"params": {"prompt": "\\ud83d"}}]}', "prompt"),
        (b'{"a": NaN}', "a"),
        (b'{"a": -Infinity}', "a"),
        (b'{"a": 1e400}', "a"),
        (b'{"a": [[{"b": -1e400}]]}', "a[0][0].b"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_its_field(data: bytes, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_body(data)
    assert caught.value.field == field
    assert caught.value.message.startswith(f"{field}: ")


def test_a_byte_order_mark_is_skipped_and_the_last_of_two_values_counts() -> None:
    assert parse_body(b'\xef\xbb\xbf{"a": 1, "a": 2}') == {"a": 2}


def test_a_proper_body_is_read() -> None:
    body = {"a": [1, 2.5, None, True, {"b": "ünï 😀"}], "seed": 2**63, "c": "x" * 100_000}
    assert parse_body(json.dumps(body).encode()) == body
    assert parse_body(json.dumps(body, ensure_ascii=False).encode()) == body


def test_thirty_two_levels_are_read() -> None:
    assert parse_body(b'{"a":' * 32 + b"1" + b"}" * 32)


def test_a_payload_of_a_million_commas_is_read() -> None:
    assert len(parse_body(b'{"payload":"' + b"," * 1_048_576 + b'"}')["payload"]) == 1_048_576


@PATIENT
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InvalidRequest):
        assert isinstance(parse_body(data), dict)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)


@PATIENT
@given(st.sampled_from(ENDPOINTS), st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=6))
def test_any_fields_are_read_or_refused_shortly(kind: Any, fields: dict[str, Any]) -> None:
    message = ""
    try:
        validate_fields(ParsedSubmit(kind, fields)).to_order(1).seconds.bit_length()
    except InvalidRequest as error:
        message = error.message
    assert len(message) <= 1000


IMG2VIDEO = get_endpoint("q2-pro-img2video")
GOOD: dict[str, Any] = {"images": ["https://example.com/a.png"], "prompt": "x"}


def refused(**change: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        validate_fields(ParsedSubmit(IMG2VIDEO, GOOD | change))
    return caught.value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration": 11}, "duration: got 11; must be a whole number from 1 to 10."),
        ({"duration": "five"}, "duration: got 'five'; must be a whole number from 1 to 10."),
        ({"duration": True}, "duration: got true; must be a whole number from 1 to 10."),
        ({"bgm": "yes"}, "bgm: got 'yes'; must be true or false."),
        ({"resolution": "4K"}, "resolution: got '4K'; must be one of 540p, 720p, 1080p."),
        (
            {"prompt": "x" * 5001},
            "prompt: got a string of 5001 characters; must have at most 5000 characters.",
        ),
        ({"prompt": None}, "prompt: is required."),
        ({"images": {}}, "images: got an object; must be a list of images."),
        ({"extra": 5}, "extra: got 5; must be an object."),
        ({"extra": {"webhook": []}}, "extra.webhook: got a list of 0; must be an object."),
    ],
)
def test_a_message_says_where_what_and_which_rule(change: dict[str, Any], message: str) -> None:
    assert refused(**change).message == message


def test_five_broken_rules_are_told_and_further_ones_counted() -> None:
    told = refused(duration=11, resolution="4K", bgm="yes").message
    assert all(f"{name}: got " in told for name in ("duration", "resolution", "bgm"))
    many = refused(
        **dict.fromkeys(("duration", "resolution", "bgm", "audio", "off_peak", "watermark", "seed"), "x")
    )
    assert many.message.endswith("(2 more)")
    assert many.message.startswith(f"{many.field}: ")


def test_a_lone_surrogate_in_text_is_refused() -> None:
    assert refused(prompt="\ud800").message.endswith("must be valid Unicode text.")


def test_images_have_errors_of_their_own() -> None:
    assert isinstance(refused(images=[]), MissingImage)
    assert isinstance(refused(images=None), MissingImage)
    assert isinstance(refused(images=[""]), MissingImage)
    assert isinstance(refused(images=["data:image/png,raw"]), InvalidImage)


def test_a_path_leads_into_lists_and_objects() -> None:
    settings = [{"key_image": "https://a.b/c"}, {"key_image": "https://a.b/c", "duration": 9}]
    fields = {"start_image": "https://a.b/c", "image_settings": settings}
    with pytest.raises(InvalidRequest) as caught:
        validate_fields(ParsedSubmit(get_endpoint("q2-pro-multiframe"), fields))
    assert caught.value.field == "image_settings[1].duration"


def test_an_empty_body_is_called_empty() -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is not valid JSON: it is empty\.$"):
        parse_body(b"")
    with pytest.raises(InvalidRequest) as wrong:
        parse_body(b'{"prompt": ')
    assert "it is empty" not in wrong.value.message


@pytest.mark.parametrize(
    "values", [b"[],", b"{},", b"0,", b'"",'], ids=["lists", "objects", "numbers", "texts"]
)
def test_millions_of_values_are_refused_unread(values: bytes) -> None:
    body = b'{"a":[' + values * 5_000_000 + b"0]}"
    used = time.process_time()
    with pytest.raises(InvalidRequest, match="more than 20000 values"):
        parse_body(body)
    assert time.process_time() - used < 0.2


@pytest.mark.parametrize(("values", "kept"), [(b"0,", 19_994), (b'{"a":{}},', 6664), (b"[ ],", 19_994)])
def test_exactly_so_many_values_are_taken(values: bytes, kept: int) -> None:
    """The object, the name `a`, its list and the last number are values too."""
    parse_body(b'{"a":[' + values * kept + b"0]}")
    with pytest.raises(InvalidRequest, match="more than 20000 values"):
        parse_body(b'{"a":[' + values * (kept + 3) + b"0]}")


@pytest.mark.parametrize("cut", range(-3, 4))
def test_what_stands_in_texts_is_no_value_wherever_a_text_is_cut(cut: int) -> None:
    for text in ("a,b:[{", 'say "a, b" twice, ', r"back\slash,\ ", r"\","):
        padding = "x" * ((1 << 18) + cut)
        assert parse_body(json.dumps({"a": padding + text * 40_000}).encode())["a"].endswith(text)


@pytest.mark.parametrize(("count", "listed"), [(1, 1), (5, 5), (6, 5), (11, 5)])
def test_of_many_errors_five_are_listed_and_the_others_counted(count: int, listed: int) -> None:
    combined = combine_errors([InvalidRequest(f"Error {number}.", field="a") for number in range(count)])
    more = f" ({count - listed} more)" if count > listed else ""
    assert combined.message == " ".join(f"Error {number}." for number in range(listed)) + more


@pytest.mark.parametrize(("last", "listed"), [(299, 3), (300, 2)])
def test_joined_messages_have_nine_hundred_characters_at_most(last: int, listed: int) -> None:
    errors = [InvalidRequest("x" * length) for length in (300, 299, last)]
    message = combine_errors(errors).message.removesuffix(" (1 more)")
    assert message.count(" ") == listed - 1
    assert len(message) <= 900


@pytest.mark.parametrize("costly", [b" ", b"\\u0041", "é".encode()], ids=["blanks", "escapes", "letters"])
def test_what_costs_a_parser_time_is_bounded(costly: bytes) -> None:
    most = (MAX_TEXT_BYTES - 100) // len(costly)
    assert parse_body(b'{"prompt": "' + costly * most + b'"}')
    with pytest.raises(InvalidRequest, match="more than 28 MiB without base64 images"):
        parse_body(b'{"prompt": "' + costly * (most + 100) + b'"}')


def test_an_image_of_any_size_is_no_text() -> None:
    assert parse_body(b'{"images": ["' + b"A" * (3 * MAX_TEXT_BYTES) + b'"]}')
