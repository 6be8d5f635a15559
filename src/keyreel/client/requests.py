"""A program's keyword arguments, turned into a validated request. It sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from keyreel.client.images import encode_image_source
from keyreel.errors import InvalidRequest
from keyreel.order import Operation
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints import catalogue
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


def build_request(model: str, given: Mapping[str, Any]) -> Endpoint:
    """Return the request for `model`, in any spelling, with the endpoint's own fields.

    Images may be paths, bytes, PIL images or URLs, and one stands for a list of one. Beyond the endpoint's
    own fields there are shorter ones: `image` for `images`; and for multiframe `images` (the start frame,
    then the keyframes; or the keyframes alone beside `start_image`) with `prompt` and `duration` for every
    shot, or with `prompts` and `durations`, one for each shot.

    Raises:
        UnknownEndpoint: there is no such model.
        InvalidRequest: a field is unknown or breaks its rule.
        OSError: an image's file cannot be read.
    """
    parsed = build_parsed_submit(model, given)
    for name in parsed.ignored:
        endpoint_class = parsed.endpoint_class
        known = ", ".join(sorted(endpoint_class.model_fields))
        raise InvalidRequest(
            f"{name}: {endpoint_class.name()} has no such field. Its fields are {known}.", field=name
        )
    return validate_fields(parsed, with_uploads=True)


def build_parsed_submit(model: str, given: Mapping[str, Any]) -> ParsedSubmit:
    """Return what `build_request` validates: the endpoint and its own fields, as they would be sent.

    Raises:
        UnknownEndpoint: there is no such model.
        InvalidRequest: the shorter fields do not fit together.
        OSError: an image's file cannot be read.
    """
    endpoint_class = catalogue.find_endpoint(model)
    fields = {name: value for name, value in given.items() if value is not None}
    if "image" in fields:
        fields["images"] = [*_list_items(fields.pop("image")), *_list_items(fields.get("images", ()))]
    if endpoint_class.operation is Operation.MULTIFRAME and "images" in fields:
        fields = _expand_keyframes(fields)
    unknown = tuple(name for name in fields if name not in endpoint_class.model_fields)
    return ParsedSubmit(endpoint_class, _encode_images(fields), unknown)


def _expand_keyframes(fields: Json) -> Json:
    """Spread a list of keyframes over `start_image` and `image_settings`."""
    images = list(_list_items(fields.pop("images")))
    start = fields.pop("start_image", None)
    if start is None and images:
        start = images.pop(0)
    prompts = _take_per_shot(fields, "prompt", len(images))
    durations = _take_per_shot(fields, "duration", len(images))
    settings = [
        {"key_image": image, "prompt": prompt, "duration": seconds}
        for image, prompt, seconds in zip(images, prompts, durations, strict=True)
    ]
    return fields | {"start_image": start, "image_settings": settings}


def _take_per_shot(fields: Json, name: str, count: int) -> Sequence[Any]:
    """Take `prompts` or `prompt` out of the fields, one for each shot."""
    one, several = fields.pop(name, None), fields.pop(f"{name}s", None)
    if several is None:
        return [one] * count
    several = _list_items(several)
    if one is not None or len(several) != count:
        raise InvalidRequest(
            f"{name}s: got a list of {len(several)}; must have one entry for each of {count} shots, "
            f"without {name}.",
            field=f"{name}s",
        )
    return list(several)


def _encode_images(fields: Json) -> Json:
    """Turn every image into its URL or data URI."""
    encoded = dict(fields)
    for name in ("start_image", "wm_url"):
        if fields.get(name) is not None:
            encoded[name] = encode_image_source(fields[name], name)
    if "images" in fields:
        encoded["images"] = _encode_image_list(fields["images"], "images")
    if "image_settings" in fields:
        encoded["image_settings"] = [
            {
                **setting,
                "key_image": encode_image_source(setting["key_image"], f"image_settings[{index}].key_image"),
            }
            if "key_image" in setting
            else setting
            for index, setting in enumerate(fields["image_settings"])
        ]
    if "subjects" in fields:
        encoded["subjects"] = [
            {**subject, "images": _encode_image_list(subject.get("images", ()), f"subjects[{index}].images")}
            for index, subject in enumerate(fields["subjects"])
        ]
    return encoded


def _encode_image_list(images: Any, field: str) -> list[str]:
    return [
        encode_image_source(image, f"{field}[{index}]") for index, image in enumerate(_list_items(images))
    ]


def _list_items(given: Any) -> Sequence[Any]:
    """Return the items of a list; a single one, such as a path, is a list of one."""
    return tuple(given) if isinstance(given, list | tuple | set | Iterator) else (given,)
