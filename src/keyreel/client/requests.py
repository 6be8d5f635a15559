"""What a program asks for, in its own words, turned into a checked request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyreel.client.images import source
from keyreel.errors import InvalidRequest
from keyreel.order import Operation
from keyreel.wire.dialects.dialect import Asked
from keyreel.wire.endpoints import catalogue
from keyreel.wire.requests.parsing import parse_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyreel.wire.dialects.dialect import Json
    from keyreel.wire.endpoints.endpoint import Endpoint


def request(model: str, asked: Mapping[str, Any]) -> Endpoint:
    """Return the request for `model`, in any spelling, with the endpoint's own fields.

    Pictures may be paths, bytes, PIL images or addresses. Beyond the endpoint's own fields there are shorter
    ones: `image` for a list of one; and for multiframe `images` (the start frame, then the keyframes; or the
    keyframes alone beside `start_image`) with `prompt` and `duration` for every shot, or with `prompts` and
    `durations`, one for each shot.

    Raises:
        UnknownEndpoint: there is no such model.
        InvalidRequest: a field is unknown or breaks its rule.
        OSError: a picture's file cannot be read.
    """
    understood = asked_for(model, asked)
    for name in understood.unknown:
        kind = understood.endpoint
        known = ", ".join(sorted(kind.model_fields))
        raise InvalidRequest(f"{name}: {kind.name()} has no such field; it has {known}.", field=name)
    return parse_fields(understood)


def asked_for(model: str, asked: Mapping[str, Any]) -> Asked:
    """Return what `request` checks: the endpoint and its own fields, as they would be sent.

    Raises:
        UnknownEndpoint: there is no such model.
        InvalidRequest: the shorter fields do not fit together.
        OSError: a picture's file cannot be read.
    """
    kind = catalogue.find(model)
    fields = {name: value for name, value in asked.items() if value is not None}
    if "image" in fields:
        fields["images"] = [fields.pop("image"), *fields.get("images", [])]
    if kind.operation is Operation.MULTIFRAME and "images" in fields:
        fields = _shots(fields)
    unknown = tuple(name for name in fields if name not in kind.model_fields)
    return Asked(kind, _encoded(fields), unknown)


def _shots(fields: Json) -> Json:
    """Spread a list of keyframes over `start_image` and `image_settings`."""
    images = list(fields.pop("images"))
    start = fields.pop("start_image", None)
    if start is None and images:
        start = images.pop(0)
    prompts = _each(fields, "prompt", len(images))
    durations = _each(fields, "duration", len(images))
    settings = [
        {"key_image": image, "prompt": prompt, "duration": seconds}
        for image, prompt, seconds in zip(images, prompts, durations, strict=True)
    ]
    return fields | {"start_image": start, "image_settings": settings}


def _each(fields: Json, name: str, count: int) -> Sequence[Any]:
    """Take `prompts` or `prompt` out of the fields, one for each shot."""
    one, several = fields.pop(name, None), fields.pop(f"{name}s", None)
    if several is None:
        return [one] * count
    if one is not None or len(several) != count:
        raise InvalidRequest(
            f"{name}s: got a list of {len(several)}; must be one for each of {count} shots, without {name}.",
            field=f"{name}s",
        )
    return list(several)


def _encoded(fields: Json) -> Json:
    """Turn every picture into its address or data URI."""
    encoded = dict(fields)
    for name in ("start_image", "wm_url"):
        if fields.get(name) is not None:
            encoded[name] = source(fields[name], name)
    if "images" in fields:
        encoded["images"] = _sources(fields["images"], "images")
    if "image_settings" in fields:
        encoded["image_settings"] = [
            {**setting, "key_image": source(setting["key_image"], f"image_settings[{index}].key_image")}
            if "key_image" in setting
            else setting
            for index, setting in enumerate(fields["image_settings"])
        ]
    if "subjects" in fields:
        encoded["subjects"] = [
            {**subject, "images": _sources(subject.get("images", ()), f"subjects[{index}].images")}
            for index, subject in enumerate(fields["subjects"])
        ]
    return encoded


def _sources(pictures: Sequence[Any], field: str) -> list[str]:
    return [source(picture, f"{field}[{index}]") for index, picture in enumerate(pictures)]
