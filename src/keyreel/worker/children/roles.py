"""What a worker's child hosts: an engine that renders, or the workshop that finishes."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.finishing.watermark import WATERMARK_STEP
from keyreel.worker.children.protocol import (
    FinishWork,
    LoadStep,
    ProgressReport,
    RecommendWork,
    RenderWork,
    SaveStep,
    StepResult,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Clip, VideoWriter
    from keyreel.finishing.pipeline import FinishedVideo
    from keyreel.order import Order, Size
    from keyreel.sound.speech.voices import Voices
    from keyreel.worker.children.channel import WorkerChannel
    from keyreel.worker.children.protocol import Work, WorkResult

ENGINE_ROLE: Final = "engine"
FINISHING_ROLE: Final = "finishing"
_FINISHING_IDLE_SECONDS: Final = 120.0
"""A workshop that has spoken holds 0.6 GB of voices: without work it ends, and takes them along."""


class ChildRole(Protocol):
    """Does one kind of work. An async context manager: what the work needs is loaded once."""

    idle_seconds: float | None
    """How long it stays without work; None for as long as the worker lives."""

    async def run_work(self, work: Work, channel: WorkerChannel) -> WorkResult:
        """Do a piece of work."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def make_role(role: str, name: str) -> ChildRole:
    """Return the host of a role; `name` is the engine's."""
    return EngineRole(name) if role == ENGINE_ROLE else FinishingRole()


class EngineRole:
    """Renders with one engine."""

    idle_seconds: float | None = None

    def __init__(self, name: str) -> None:
        from keyreel.engines.router import load_engine

        self._engine = load_engine(name)

    async def run_work(self, work: Work, channel: WorkerChannel) -> Clip:
        """Render; the clip bears its watermark, because this job's films were written with it."""
        if not isinstance(work, RenderWork):
            raise TypeError("an engine's child renders, and nothing else")
        clip = await self._engine.render(work.order, ChildJob(channel, work.order, work.folder))
        return replace(clip, completed_steps=clip.completed_steps | {WATERMARK_STEP})

    async def __aenter__(self) -> Self:
        await self._engine.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.__aexit__(kind, error, trace)


class FinishingRole:
    """Finishes clips, outside the server's process: composing and speaking would hold up its answers."""

    idle_seconds: float | None = _FINISHING_IDLE_SECONDS

    def __init__(self) -> None:
        self._voices: Voices | None = None

    async def run_work(self, work: Work, channel: WorkerChannel) -> FinishedVideo | str:
        """Finish a clip, or look at the images of an order for a prompt."""
        from keyreel.finishing.pipeline import finish

        del channel
        if isinstance(work, RecommendWork):
            return _recommend_prompt(work.order)
        if not isinstance(work, FinishWork):
            raise TypeError("the workshop's child finishes and recommends, and nothing else")
        return finish(work.clip, work.order, replace(work.context, voices=self._voices))

    async def __aenter__(self) -> Self:
        from keyreel.sound.speech.voices import open_voices

        self._voices = open_voices()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _recommend_prompt(order: Order) -> str:
    from keyreel.engines.motion.analysis.prompt_suggestion import suggest_prompt
    from keyreel.engines.motion.networks.models import Networks

    return suggest_prompt(order, Networks())


class ChildJob:
    """The Job that an engine sees in here."""

    def __init__(self, channel: WorkerChannel, order: Order, folder: Path) -> None:
        self.folder = folder
        self._channel = channel
        self._order = order
        self._call_lock = asyncio.Lock()

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        known = await self._call_worker(LoadStep(step))
        if known is not None:
            return known
        result = await work()
        await self._call_worker(SaveStep(step, result))
        return result

    async def progress(self, fraction: float) -> None:
        """Report progress. A cancelled task's child is killed, so there is nothing to wait for."""
        self._channel.send(ProgressReport(min(max(float(fraction), 0.0), 1.0)))

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[VideoWriter]:
        """Open a film that is `folder / f"{name}.mp4"` once the block ends, with the watermark laid over."""
        from keyreel.finishing.watermark import make_overlay
        from keyreel.media.video_writer import open_video_writer

        with open_video_writer(
            self.folder / f"{name}.mp4", size, make_overlay(self._order.watermark, size)
        ) as film:
            yield film

    async def _call_worker(self, question: LoadStep | SaveStep) -> str | None:
        async with self._call_lock:
            self._channel.send(question)
            answer = await asyncio.to_thread(self._channel.receive)
        if not isinstance(answer, StepResult):
            raise SystemExit  # The worker hung up in the middle of a render: nobody wants the clip.
        return answer.result
