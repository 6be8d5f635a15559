"""What is told of a task that is followed: which events a sighting leads to, and how they are numbered.

An event's id says all that a client has seen by then, so that any server can go on from it: the attempt, its
phase, the progress in thousandths and the number of the preview, packed into one integer of 53 bits, which
JavaScript has room for. It never falls: within an attempt progress and previews only rise.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from keyreel.task import TaskState
from keyreel.wire.reference.responses.task_responses import PreviewEvent, ProgressEvent, StateEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.reference.responses.own_responses import OwnResponse

_PREVIEW_BITS: Final = 21
_PROGRESS_BITS: Final = 10
_PHASE_BITS: Final = 2
_PHASES: Final = {TaskState.HELD: 0, TaskState.RUNNING: 1, TaskState.QUEUED: 2}
_ENDED: Final = 3
"""In the order in which an attempt goes through them: one that could not go on is queued again."""
_THOUSAND: Final = 1000
_ID: Final = re.compile("[0-9]{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a client has seen a task."""

    attempt: int
    phase: int
    thousandths: int = 0
    previews: int = 0

    def to_id(self) -> int:
        """Pack it."""
        within = (self.thousandths << _PREVIEW_BITS) | min(self.previews, (1 << _PREVIEW_BITS) - 1)
        phase = (self.attempt << _PHASE_BITS) | self.phase
        return (phase << (_PROGRESS_BITS + _PREVIEW_BITS)) | within

    @classmethod
    def from_id(cls, text: str) -> Position | None:
        """Unpack it; None where a text is no id."""
        if not _ID.fullmatch(text):
            return None
        rest, previews = divmod(int(text), 1 << _PREVIEW_BITS)
        rest, thousandths = divmod(rest, 1 << _PROGRESS_BITS)
        attempt, phase = divmod(rest, 1 << _PHASE_BITS)
        return cls(attempt, phase, thousandths, previews)


@dataclass(frozen=True, slots=True)
class TaskSight:
    """What events tell of a task at one moment."""

    state: TaskState
    attempt: int
    progress: float
    previews: int
    engine: str
    queue_position: int | None
    eta_seconds: int | None


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One server-sent event."""

    kind: str
    id: int
    data: OwnResponse

    def encode(self) -> str:
        """Write it as a stream of events has it (WHATWG HTML, 9.2.5)."""
        data = json.dumps(self.data.to_json(), ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.kind}\nid: {self.id}\ndata: {data}\n\n"


class EventSequence:
    """The events of one client, from where it has left off: only what has changed since then."""

    def __init__(self, last_event_id: str) -> None:
        self._position = Position.from_id(last_event_id)
        self._told: tuple[TaskState, int | None, str] | None = None
        """State, place and engine, as they were told last to this connection."""

    def tell(self, sight: TaskSight) -> Iterator[TaskEvent]:
        """Yield the events that a sight of the task leads to, but for its end."""
        phase = _PHASES.get(sight.state, _ENDED)
        known = self._position
        if self._told and known is not None and (sight.attempt, phase) < (known.attempt, known.phase):
            return  # It was read before what was told last.
        self._position = Position(sight.attempt, phase)
        goes_on = known is not None and (known.attempt, known.phase) == (sight.attempt, phase)
        if known is not None and goes_on:
            self._position = known
        yield from self._tell_state(sight, goes_on=goes_on)
        if sight.state is TaskState.RUNNING:
            yield from self._tell_progress(sight)

    def make_end(self, view: OwnResponse) -> TaskEvent:
        """Return the event of the end, after which nothing follows; `view` shows the ended task."""
        assert self._position is not None, "the end has been told as a state before"
        return TaskEvent("end", replace(self._position, previews=1).to_id(), view)

    def _tell_state(self, sight: TaskSight, *, goes_on: bool) -> Iterator[TaskEvent]:
        now = (sight.state, sight.queue_position, sight.engine)
        # Of a queued task's place the id says nothing: whoever comes back is told it again.
        is_known = self._told is None and goes_on and sight.state is not TaskState.QUEUED
        if now != self._told and not is_known:
            yield self._make(
                "state",
                StateEvent(
                    state=sight.state,
                    queue_position=sight.queue_position,
                    eta_seconds=sight.eta_seconds,
                    engine=sight.engine,
                ),
            )
        self._told = now

    def _tell_progress(self, sight: TaskSight) -> Iterator[TaskEvent]:
        assert self._position is not None, "it was set when the state was told"
        thousandths = int(sight.progress * _THOUSAND)
        if thousandths > self._position.thousandths:
            self._position = replace(self._position, thousandths=thousandths)
            yield self._make(
                "progress", ProgressEvent(progress=sight.progress, eta_seconds=sight.eta_seconds)
            )
        if sight.previews > self._position.previews:
            self._position = replace(self._position, previews=sight.previews)
            yield self._make("preview", PreviewEvent(number=sight.previews))

    def _make(self, kind: str, data: OwnResponse) -> TaskEvent:
        assert self._position is not None, "nothing is told before a sight"
        return TaskEvent(kind, self._position.to_id(), data)
