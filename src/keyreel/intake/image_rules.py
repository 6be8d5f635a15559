"""Every rule that a request's images break, checked as on arrival; nothing is stored or fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.errors import InvalidRequest
from keyreel.intake.images import decode_inline_image, inspect_image
from keyreel.wire.inputs.urls import is_http_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.order import Size
    from keyreel.wire.endpoints.endpoint import Endpoint


def list_image_errors(
    endpoint: Endpoint, check_url: Callable[[str, str], None]
) -> tuple[InvalidRequest, ...]:
    """Return all errors of the inline images and the URLs of a request.

    `check_url` gets a URL and its field's path, and raises InvalidRequest if the text breaks a rule.
    """
    found: list[InvalidRequest] = []
    sizes: dict[str, Size] = {}
    sources = endpoint.get_image_sources() | endpoint.get_webhook_urls()
    if endpoint.extend_source:
        sources["video_url"] = endpoint.extend_source
    for path, source in sources.items():
        try:
            if is_http_url(source):
                check_url(source, path)
            else:
                rules = endpoint.get_image_rules(path)
                sizes[path] = inspect_image(decode_inline_image(source, rules, path), rules, path).size
        except InvalidRequest as error:
            found.append(error)
    try:
        endpoint.check_sizes(sizes)
    except InvalidRequest as error:
        found.append(error)
    return tuple(found)
