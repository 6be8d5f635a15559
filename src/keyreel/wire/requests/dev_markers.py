"""Markers in prompts, by which clients are tested in development mode: `[keyreel:fail=InvalidImage]`.

Elsewhere they are ordinary text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.errors import KeyreelError, Refusal, RenderCrashed, RenderFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER: Final = re.compile(r"\[keyreel:([a-z-]+)(?:=([A-Za-z0-9.]{1,40}))?\]", re.ASCII)
_MAX_SLOW_SECONDS: Final = 3600.0
_ERRORS_BY_NAME: Final = {
    name: error_class
    for name, error_class in vars(errors).items()
    if isinstance(error_class, type) and issubclass(error_class, Refusal | RenderFailed | RenderCrashed)
}


@dataclass(frozen=True, slots=True)
class DevMarkers:
    """The behaviour that markers in a request's prompts demand in development mode."""

    submit_error: Refusal | None = None
    """The error response to its submit."""
    render_error: KeyreelError | None = None
    """The error that ends its render."""
    stays_queued: bool = False
    """Whether the task is never claimed."""
    slow_seconds: float = 0.0
    """Seconds that are added to its render."""
    loses_callback: bool = False
    """Whether its webhook is never delivered."""


def parse_markers(text: str) -> DevMarkers:
    """Read the markers in a text, which may be a whole request.

    Raises:
        InvalidRequest: there is no such marker, or it is wrong.
    """
    found = dict(_parse_each_marker(text))
    fault, at_render = found.get("fail"), found.get("fail-render")
    refused = isinstance(fault, Refusal)
    failing = at_render or (None if refused else fault)
    return DevMarkers(
        submit_error=fault if isinstance(fault, Refusal) else None,
        render_error=failing if isinstance(failing, KeyreelError) else None,
        stays_queued="stay-queued" in found,
        slow_seconds=_parse_seconds(found.get("slow")),
        loses_callback="lose-callback" in found,
    )


def _parse_each_marker(text: str) -> Iterator[tuple[str, object]]:
    for name, value in _MARKER.findall(text):
        if name in {"fail", "fail-render"}:
            if value not in _ERRORS_BY_NAME:
                raise _make_marker_error(
                    f"{name}={value}", f"an error from the reference, such as {name}=InvalidImage"
                )
            yield name, _ERRORS_BY_NAME[value](f"{name} was requested by a marker in the prompt.")
        elif name == "slow":
            yield name, value
        elif name in {"stay-queued", "lose-callback"} and not value:
            yield name, True
        else:
            raise _make_marker_error(
                name, "fail=…, fail-render=…, slow=seconds, stay-queued or lose-callback"
            )


def _parse_seconds(value: object) -> float:
    if value is None:
        return 0.0
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MAX_SLOW_SECONDS:
        raise _make_marker_error(f"slow={value}", "slow=seconds, at most 3600")
    return seconds


def _make_marker_error(got: str, rule: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"prompt: got the marker {got[:64]!r}; must be {rule}.", field="prompt")
