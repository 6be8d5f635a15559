"""An order as the request that another service of the family is sent. It sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from keyreel.client.requests import build_request
from keyreel.errors import InvalidRequest, RenderFailed, UnknownEndpoint
from keyreel.order import Amplitude, ImageRef, Operation, list_images, replace_images
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.order import Order, Size
    from keyreel.wire.endpoints.endpoint import Endpoint

_OPERATIONS: Final = frozenset(
    {
        Operation.IMG2VIDEO,
        Operation.START_END2VIDEO,
        Operation.MULTIFRAME,
        Operation.REFERENCE2VIDEO,
        Operation.TEXT2VIDEO,
    }
)
"""What an order says all of: an extension lacks the video that it goes on from, a template its name."""
_NAMED_RATIOS: Final = ((16, 9), (4, 3), (1, 1), (3, 4), (9, 16), (3, 2), (2, 3), (21, 9))
_RATIO_TOLERANCE: Final = 0.03
"""The published sizes of a ratio are rounded to multiples of 16."""
_MAX_IMAGE_BYTES: Final = 1_000_000
"""Of an image that is sent as it is: ten of them fit into the smallest body limit of the family, 20 MB."""
_MAX_JPEG_SIDE: Final = 2048
_JPEG_QUALITY: Final = 95


def find_endpoint_class(order: Order) -> type[Endpoint] | None:
    """Return the endpoint that makes such an order; None where no request could say it."""
    if order.operation not in _OPERATIONS:
        return None
    try:
        return catalogue.get_endpoint(f"{order.model}-{order.operation.value.replace('_', '-')}")
    except UnknownEndpoint:
        return None


def build_upstream_request(order: Order, folder: Path) -> Endpoint:
    """Return the request for an order; the same order gives the same one.

    The watermark and the AIGC identifier are left to finishing.

    Args:
        order: its images are paths, its size is settled.
        folder: where smaller copies of large images may be written.

    Raises:
        RenderFailed: no request of the family can say it.
    """
    endpoint_class = find_endpoint_class(order)
    if endpoint_class is None:
        raise RenderFailed("No service of the family can make this video.")
    order = replace_images(order, {image: _limit_image(image, folder) for image in list_images(order)})
    wanted = _list_fields(order)
    fields = {name: value for name, value in wanted.items() if name in endpoint_class.model_fields}
    try:
        return build_request(endpoint_class.name(), fields)
    except InvalidRequest as error:
        raise RenderFailed(error.message) from error


def is_sound_requested(order: Order, request: Endpoint) -> bool:
    """Say whether the request asks for all the sound that was ordered."""
    music, audio = getattr(request, "bgm", False), getattr(request, "audio", False)
    sound = order.sound
    return not sound.is_silent and bool(
        (music or not sound.music) and (audio or not (sound.ambience or sound.speech))
    )


def _list_fields(order: Order) -> dict[str, Any]:
    shot, sound = order.shots[0], order.sound
    audio = sound.ambience or sound.speech
    fields: dict[str, Any] = {
        "seed": order.seed,
        "resolution": order.resolution.value,
        "prompt": shot.prompt,
        "duration": shot.seconds,
        "aspect_ratio": _format_ratio(order.frame_size),
        "audio": audio or None,
        "bgm": sound.music or None,
        "voice_id": (audio and sound.voice) or None,
    }
    if order.amplitude is not Amplitude.AUTO:
        fields["movement_amplitude"] = order.amplitude.value
    return fields | _list_image_fields(order)


def _list_image_fields(order: Order) -> dict[str, Any]:
    if order.operation is Operation.MULTIFRAME:
        settings = [
            {"key_image": shot.last, "prompt": shot.prompt, "duration": shot.seconds} for shot in order.shots
        ]
        return {"start_image": order.shots[0].first, "image_settings": settings}
    if order.operation is Operation.REFERENCE2VIDEO:
        return _list_reference_fields(order)
    return {"images": [image for image in (order.shots[0].first, order.shots[0].last) if image] or None}


def _list_reference_fields(order: Order) -> dict[str, Any]:
    endpoint_class = find_endpoint_class(order)
    if endpoint_class is None or "subjects" not in endpoint_class.model_fields:
        return {"images": [image for subject in order.subjects for image in subject.images]}
    subjects = [
        {"id": each.name, "images": each.images, "voice_id": each.voice or None} for each in order.subjects
    ]
    return {"subjects": subjects}


def _format_ratio(size: Size) -> str:
    for width, height in _NAMED_RATIOS:
        if abs(size.width * height / (size.height * width) - 1) < _RATIO_TOLERANCE:
            return f"{width}:{height}"
    return f"{size.width}:{size.height}"


def _limit_image(image: ImageRef, folder: Path) -> ImageRef:
    """Return an image, or the path of a JPEG of it where its file is large."""
    from hashlib import sha256
    from pathlib import Path

    from PIL import Image

    path = Path(image)
    if path.stat().st_size <= _MAX_IMAGE_BYTES:
        return image
    copy = folder / f"{sha256(image.encode()).hexdigest()}.jpg"
    with Image.open(path, formats=("PNG",)) as opened:
        smaller = opened.convert("RGB")
    smaller.thumbnail((_MAX_JPEG_SIDE, _MAX_JPEG_SIDE), Image.Resampling.LANCZOS)
    smaller.save(copy, "JPEG", quality=_JPEG_QUALITY)
    return ImageRef(str(copy))
