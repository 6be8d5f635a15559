"""What a submit holds that changes nothing, named for the client in `X-Ignored-Fields`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from keyreel.wire.inputs.sources import IMAGE_URL_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint


def find_ignored_fields(submit: ParsedSubmit, request: Endpoint) -> tuple[str, ...]:
    """Return the paths of what the request leaves aside, each once.

    These are unknown names however deep they stand, entries of lists that are not looked at, fields that are
    dropped because of others, and fields that ask for what cannot be. Nulls and empty texts say nothing, so
    nothing is left aside with them.
    """
    left_aside = _compare_object(submit.fields, request, "")
    return tuple(dict.fromkeys((*request.list_ignored_fields(), *submit.ignored, *left_aside)))


def _compare_object(given: Mapping[str, Any], kept: BaseModel, path: str) -> Iterator[str]:
    """Compare an object with what has become of it."""
    for name, value in given.items():
        at = f"{path}.{name}" if path else name
        if value is None or value == "":
            continue
        if name not in type(kept).model_fields:
            if path:  # The outermost ones are the dialect's to name: it knows its envelope.
                yield at
        elif name not in kept.model_fields_set:
            yield at
        else:
            yield from _compare_value(value, getattr(kept, name), at)


def _compare_value(given: object, kept: object, path: str) -> Iterator[str]:
    if isinstance(given, Mapping) and isinstance(kept, BaseModel):
        yield from _compare_object(given, kept, path)
    elif isinstance(given, Mapping) and isinstance(kept, str):
        # An object around an image's address.
        yield from (f"{path}.{name}" for name in given if name not in IMAGE_URL_KEYS)
    elif isinstance(given, list | tuple) and isinstance(kept, tuple):
        for index, each in enumerate(given):
            if index < len(kept):
                yield from _compare_value(each, kept[index], f"{path}[{index}]")
            else:
                yield f"{path}[{index}]"
