"""What servers with `/v1/videos` answer, read: ids, states, reasons. It trusts none of it."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_ID: Final = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_COMPLETED_WORDS: Final = frozenset({"completed", "succeeded", "success"})
_FAILED_WORDS: Final = frozenset({"failed", "error", "cancelled", "canceled", "expired", "deleted"})

_MAX_REASON_CHARACTERS: Final = 200
_INTERNALS: Final = re.compile(
    r"""(?x)
    \w+://\S*[^\s.,;:!?)]                    # addresses
    | (?<![\w.])(?:~|[A-Za-z]:)?(?:[/\\][\w.@+-]*[\w@+-]){2,}[/\\]?   # paths
    | \[?(?:[0-9]{1,3}\.){3}[0-9]{1,3}\]?(?::[0-9]+)?
    | \b[\w.-]+:[0-9]{2,5}\b                 # hosts with a port
    | \b0x[0-9a-fA-F]{4,}\b
    """
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n")  # noqa: RUF001 - servers speak Chinese too
_TRACE: Final = re.compile(r"Traceback|^\s*File \"", re.MULTILINE)


class VideoState(Enum):
    """How far a server is with a video."""

    RUNNING = auto()
    COMPLETED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class VideoStatus:
    """What a server tells of a video: `progress` is 0.0 … 1.0, `reason` why it failed."""

    state: VideoState
    progress: float = 0.0
    reason: str = ""


def parse_json(body: bytes) -> Json | None:
    """Return the object that a body holds; None if it holds none."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def find_video_id(answer: Json | None) -> str | None:
    """Return the id in a submit's answer; None where there is none that a path could hold."""
    found = None if answer is None else answer.get("id")
    return found if isinstance(found, str) and _ID.fullmatch(found) and set(found) != {"."} else None


def parse_status(answer: Json | None) -> VideoStatus | None:
    """Read a poll's answer, whatever its HTTP status was; None if it does not describe a video.

    Words that nobody knows mean that the server is still at work.
    """
    if answer is None or not isinstance(answer.get("id"), str) or not isinstance(answer.get("status"), str):
        return None
    word = answer["status"].lower()
    if word in _COMPLETED_WORDS:
        return VideoStatus(VideoState.COMPLETED, 1.0)
    if word in _FAILED_WORDS:
        return VideoStatus(VideoState.FAILED, reason=find_reason(answer))
    return VideoStatus(VideoState.RUNNING, _parse_progress(answer.get("progress")))


def _parse_progress(percent: object) -> float:
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not math.isfinite(percent):
        return 0.0
    return min(max(percent / 100, 0.0), 1.0)


def find_reason(answer: Json | None) -> str:
    """Return why a request or a video failed, as one sentence without addresses and paths; "" if unknown."""
    found: Any = answer
    for name in ("error", "detail", "message"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    if isinstance(found, list) and found and isinstance(found[0], dict):
        found = found[0].get("msg")
    return tidy_reason(found) if isinstance(found, str) else ""


def tidy_reason(text: str) -> str:
    """Return the first sentence of a server's reason; nothing of a stack trace, an address or a path."""
    if _TRACE.search(text):
        return ""
    printable = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text[:2000])
    first = _SENTENCE_END.split(_INTERNALS.sub("…", printable).strip(), 1)[0]
    sentence = " ".join(first.split())[:_MAX_REASON_CHARACTERS].rstrip(" :;,")
    return sentence if not sentence or sentence[-1] in ".!?。！？" else f"{sentence}."  # noqa: RUF001 - servers speak Chinese too
