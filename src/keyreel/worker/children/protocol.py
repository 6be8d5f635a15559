"""What the worker and its children tell each other over their sockets."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Clip
    from keyreel.finishing.context import Workbench
    from keyreel.finishing.pipeline import Finished
    from keyreel.order import Order

    Result = Clip | Finished | str
    """What work gives: a clip, a finished video, a prompt."""

LENGTH: Final = struct.Struct("!I")
"""Comes before each pickled message."""


@dataclass(frozen=True, slots=True)
class Render:
    """To the child: render this order, in this folder."""

    order: Order
    folder: Path


@dataclass(frozen=True, slots=True)
class Finish:
    """To the child: finish this clip."""

    clip: Clip
    order: Order
    workbench: Workbench


@dataclass(frozen=True, slots=True)
class Recommend:
    """To the child: make a prompt from this order's pictures."""

    order: Order


@dataclass(frozen=True, slots=True)
class Recalled:
    """To the child: what a step gave; None if it is not finished."""

    result: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """To the worker: all is loaded, and the work begins."""


@dataclass(frozen=True, slots=True)
class Progress:
    """To the worker: this far."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Recall:
    """To the worker: what did this step give? Answered by Recalled."""

    step: str


@dataclass(frozen=True, slots=True)
class Remember:
    """To the worker: keep what this step gave. Answered by Recalled once it is durable."""

    step: str
    result: str


@dataclass(frozen=True, slots=True)
class Made:
    """To the worker: the work is done."""

    result: Result


@dataclass(frozen=True, slots=True)
class Broke:
    """To the worker: the work failed. An empty reason means a mistake in the program, told by `trace`."""

    reason: str
    fault: str
    trace: str


Work = Render | Finish | Recommend
ToChild = Work | Recalled
ToWorker = Started | Progress | Recall | Remember | Made | Broke


def packed(message: ToChild | ToWorker) -> bytes:
    """Write a message: its length, then its pickle."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data
