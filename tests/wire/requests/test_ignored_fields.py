from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.wire.requests.ignored_fields import find_ignored_fields
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL, url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.endpoints.endpoint import Endpoint

IMAGE = {"images": [url(0)], "prompt": "x"}


def ignored(name: str, fields: dict[str, Any]) -> tuple[str, ...]:
    submit = ParsedSubmit(get_endpoint(name), fields)
    return find_ignored_fields(submit, validate_fields(submit))


@pytest.mark.parametrize(
    ("name", "fields", "named"),
    [
        ("q2-pro-img2video", IMAGE, ()),
        ("q2-pro-img2video", IMAGE | {"images": [url(0), url(1), url(2)]}, ("images[1]", "images[2]")),
        ("q2-pro-img2video", IMAGE | {"wm_url": url(3), "wm_position": 1}, ("wm_url", "wm_position")),
        ("q2-pro-img2video", IMAGE | {"wm_url": "", "wm_position": None, "watermark": False}, ()),
        ("q2-pro-img2video", IMAGE | {"watermark": True, "wm_url": url(3), "wm_position": 1}, ()),
        ("q2-pro-img2video", IMAGE | {"voice_id": "v"}, ("voice_id",)),
        ("q2-pro-img2video", IMAGE | {"voice_id": "v", "audio": True}, ()),
        ("q2-pro-img2video", IMAGE | {"audio": True, "off_peak": True}, ("off_peak",)),
        ("q2-pro-img2video", IMAGE | {"is_rec": True}, ("prompt",)),
        ("q2-pro-start-end2video", IMAGE | {"is_rec": True, "prompt": ""}, ()),
        (
            "q2-pro-img2video",
            IMAGE | {"extra": {"plan": 1, "webhook": {"url": "https://x.example/", "retry": {"of": 1}}}},
            ("extra.plan", "extra.webhook.retry"),
        ),
        ("q2-pro-img2video", IMAGE | {"images": [{"url": url(0), "detail": "high"}]}, ("images[0].detail",)),
        ("q3-pro-img2video", IMAGE | {"audio": False, "audio_type": "all"}, ("audio_type",)),
        (
            "q2-pro-multiframe",
            {
                "start_image": url(0),
                "image_settings": [{"key_image": url(1)}, {"key_image": url(2), "seed": 4, "bgm": None}],
            },
            ("image_settings[1].seed",),
        ),
        (
            "q2-reference2video",
            {"prompt": "@a meets @9 beside 图三, @1 waves", "subjects": [{"id": "a", "images": [url(0)]}]},
            ("prompt[@9]", "prompt[图三]"),
        ),
        (
            "q1-reference2video",
            {"prompt": "@1 and image 2 and @3", "images": [url(0), url(1)]},
            ("prompt[@3]",),
        ),
        (
            "q2-reference2video",
            {
                "prompt": "@a",
                "subjects": [
                    {"id": "a", "images": [url(n) for n in range(5)], "pose": "up"},
                    *({"id": f"b{n}", "images": [url(n)]} for n in range(5)),
                ],
                "images": [url(9)],
            },
            (
                "subjects[0].images[3]",
                "subjects[0].images[4]",
                "subjects[0].pose",
                "subjects[5]",
                "images[0]",
            ),
        ),
    ],
)
def test_what_is_left_aside_is_named(name: str, fields: dict[str, Any], named: tuple[str, ...]) -> None:
    assert sorted(ignored(name, fields)) == sorted(named)


@pytest.mark.parametrize("name", sorted(FULL))
def test_every_field_has_an_effect_or_is_named(name: str) -> None:
    kind = get_endpoint(name)
    full = FULL[name] | ({"audio": False} if "audio" in kind.model_fields else {})
    submit = ParsedSubmit(kind, full)
    named = find_ignored_fields(submit, validate_fields(submit))
    silent = [
        field
        for field, changed in changes(kind, full)
        if effects(submit) == effects(ParsedSubmit(kind, changed))
        and not any(each.startswith(field) for each in named)
    ]
    assert not silent


def changes(kind: type[Endpoint], full: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each field that can be done without, and the request without it."""
    for field, value in full.items():
        less = {other: each for other, each in full.items() if other != field}
        if isinstance(value, bool):
            yield field, less | {field: not value}
        elif not kind.model_fields[field].is_required() and getattr(
            validate_fields(ParsedSubmit(kind, full)), field
        ) != (kind.model_fields[field].default):
            yield field, less


def effects(submit: ParsedSubmit) -> tuple[object, ...]:
    """Return all that comes of a request."""
    request: Endpoint = validate_fields(submit)
    outcome = (
        request.to_order(7),
        request.to_billable(),
        request.webhook_url,
        request.payload,
        request.chosen_seed,
    )
    return (*outcome, request.extend_source, request.extend_source_task_id, request.test_mode_state)
