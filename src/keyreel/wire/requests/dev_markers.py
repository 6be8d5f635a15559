"""Markers in prompts, by which clients are tested in development mode: `[keyreel:fail=InvalidImage]`.

Elsewhere they are words like all others.
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
_LONGEST_SECONDS: Final = 3600.0
_FAULTS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Refusal | RenderFailed | RenderCrashed)
}


@dataclass(frozen=True, slots=True)
class Markers:
    """What a request's prompts ask a server in development mode for."""

    refused: Refusal | None = None
    """How its submit is answered."""
    failing: KeyreelError | None = None
    """How its render ends."""
    staying: bool = False
    """It is never begun."""
    slow_seconds: float = 0.0
    """How much longer it takes."""
    silent: bool = False
    """Its callback gets lost."""


def markers_in(text: str) -> Markers:
    """Read the markers in a text, which may be a whole request.

    Raises:
        InvalidRequest: there is no such marker, or it is wrong.
    """
    found = dict(_found(text))
    fault, at_render = found.get("fail"), found.get("fail-render")
    refused = isinstance(fault, Refusal)
    failing = at_render or (None if refused else fault)
    return Markers(
        refused=fault if isinstance(fault, Refusal) else None,
        failing=failing if isinstance(failing, KeyreelError) else None,
        staying="stay-queued" in found,
        slow_seconds=_number(found.get("slow")),
        silent="lose-callback" in found,
    )


def _found(text: str) -> Iterator[tuple[str, object]]:
    for name, value in _MARKER.findall(text):
        if name in {"fail", "fail-render"}:
            if value not in _FAULTS:
                raise _wrong(f"{name}={value}", f"an error of the reference, such as {name}=InvalidImage")
            yield name, _FAULTS[value](f"{name} was asked for by a marker in the prompt.")
        elif name == "slow":
            yield name, value
        elif name in {"stay-queued", "lose-callback"} and not value:
            yield name, True
        else:
            raise _wrong(name, "fail=…, fail-render=…, slow=seconds, stay-queued or lose-callback")


def _number(value: object) -> float:
    if value is None:
        return 0.0
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise _wrong(f"slow={value}", "slow=seconds, at most 3600")
    return seconds


def _wrong(got: str, rule: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"prompt: got the marker {got[:64]!r}; must be {rule}.", field="prompt")
