"""What of a request has no effect, however deep it stands, found from the endpoint's own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialect import Asked
    from keyreel.wire.endpoint import Endpoint


def ignored(asked: Asked, request: Endpoint) -> tuple[str, ...]:
    """Name what was asked for and left aside: without effect, past what counts, or unknown."""
    left = _left(asked.fields, request, "")
    return tuple(dict.fromkeys([*request.without_effect(), *left, *asked.unknown]))


def _left(given: dict[str, Any], made: BaseModel, path: str) -> Iterator[str]:
    """Name the fields of an object that did not get into what was made of it."""
    for name, value in given.items():
        where = f"{path}{name}"
        if value is None or value == "":
            continue
        if name not in type(made).model_fields:
            # A dialect knows best which names of its outermost object are its own.
            if path:
                yield where
        elif name not in made.model_fields_set:
            yield where
        else:
            yield from _within(value, getattr(made, name), where)


def _within(given: Any, made: object, path: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(made, BaseModel):
        yield from _left(given, made, f"{path}.")
    elif isinstance(given, list) and isinstance(made, tuple):
        for index, value in enumerate(given):
            if index >= len(made):
                yield f"{path}[{index}]"
            else:
                yield from _within(value, made[index], f"{path}[{index}]")
