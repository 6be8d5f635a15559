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
    """Return the paths of what has no effect on the request, each once.

    These are unknown names at any depth, dropped list entries, fields that are dropped because of others, and
    fields whose values have no effect. Nulls and empty texts count as absent, so they are not named.
    """
    dropped = _compare_object(submit.fields, request, "")
    return tuple(dict.fromkeys((*request.list_ignored_fields(), *submit.ignored, *dropped)))


def _compare_object(given: Mapping[str, Any], kept: BaseModel, path: str) -> Iterator[str]:
    """Compare an object as it was given with what validation has made of it."""
    for name, value in given.items():
        at = f"{path}.{name}" if path else name
        if value is None or value == "":
            continue
        if name not in type(kept).model_fields:
            if path:  # The dialect names those at the top: it knows its envelope.
                yield at
        elif name not in kept.model_fields_set:
            yield at
        else:
            yield from _compare_value(value, getattr(kept, name), at)


def _compare_value(given: object, kept: object, path: str) -> Iterator[str]:
    if isinstance(given, Mapping) and isinstance(kept, BaseModel):
        yield from _compare_object(given, kept, path)
    elif isinstance(given, Mapping) and isinstance(kept, str):
        # An object around an image's URL.
        yield from (f"{path}.{name}" for name in given if name not in IMAGE_URL_KEYS)
    elif isinstance(given, list | tuple) and isinstance(kept, tuple):
        for index, each in enumerate(given):
            if index < len(kept):
                yield from _compare_value(each, kept[index], f"{path}[{index}]")
            else:
                yield f"{path}[{index}]"
