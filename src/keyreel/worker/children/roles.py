"""What a worker's child hosts: an engine that renders, or the workshop that finishes."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.worker.children.protocol import Finish, Progress, Recall, Recalled, Recommend, Remember, Render

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Clip, Film
    from keyreel.finishing.pipeline import Finished
    from keyreel.order import Order, Size
    from keyreel.sound.speech.voices import Voices
    from keyreel.worker.children.channel import Line
    from keyreel.worker.children.protocol import Result, Work

ENGINE: Final = "engine"
FINISHING: Final = "finishing"
_WORKSHOP_IDLE_SECONDS: Final = 120.0
"""A workshop that has spoken holds 0.6 GB of voices: without work it ends, and takes them along."""


class Host(Protocol):
    """Does one kind of work. An async context manager: what the work needs is loaded once."""

    idle_seconds: float | None
    """How long it stays without work; None for as long as the worker lives."""

    async def make(self, asked: Work, line: Line) -> Result:
        """Do a piece of work."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_host(role: str, name: str) -> Host:
    """Return the host of a role; `name` is the engine's."""
    return EngineHost(name) if role == ENGINE else FinishingHost()


class EngineHost:
    """Renders with one engine."""

    idle_seconds: float | None = None

    def __init__(self, name: str) -> None:
        from keyreel.engines.router import load_engine

        self._engine = load_engine(name)

    async def make(self, asked: Work, line: Line) -> Clip:
        """Render; the clip bears its watermark, because this job's films were written with it."""
        if not isinstance(asked, Render):
            raise TypeError("an engine's child renders, and nothing else")
        clip = await self._engine.render(asked.order, ChildJob(line, asked.order, asked.folder))
        return replace(clip, fulfilled=clip.fulfilled | {"watermark"})

    async def __aenter__(self) -> Self:
        await self._engine.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.__aexit__(kind, error, trace)


class FinishingHost:
    """Finishes clips, outside the server's process: composing and speaking would hold up its answers."""

    idle_seconds: float | None = _WORKSHOP_IDLE_SECONDS

    def __init__(self) -> None:
        self._voices: Voices | None = None

    async def make(self, asked: Work, line: Line) -> Finished | str:
        """Finish a clip, or look at the pictures of an order for a prompt."""
        from keyreel.finishing.pipeline import finish

        del line
        if isinstance(asked, Recommend):
            return _recommended(asked.order)
        if not isinstance(asked, Finish):
            raise TypeError("the workshop's child finishes and recommends, and nothing else")
        return finish(asked.clip, asked.order, replace(asked.workbench, voices=self._voices))

    async def __aenter__(self) -> Self:
        from keyreel.sound.speech.voices import open_voices

        self._voices = open_voices()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _recommended(order: Order) -> str:
    from keyreel.engines.motion.analysis.prompt_suggestion import recommended_prompt
    from keyreel.engines.motion.networks.models import Nets

    return recommended_prompt(order, Nets())


class ChildJob:
    """The Job that an engine sees in here."""

    def __init__(self, line: Line, order: Order, folder: Path) -> None:
        self.folder = folder
        self._line = line
        self._order = order
        self._asking = asyncio.Lock()

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        known = await self._ask(Recall(step))
        if known is not None:
            return known
        result = await work()
        await self._ask(Remember(step, result))
        return result

    async def progress(self, fraction: float) -> None:
        """Report progress. A cancelled task's child is killed, so there is nothing to wait for."""
        self._line.tell(Progress(min(max(float(fraction), 0.0), 1.0)))

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[Film]:
        """Open a film that is `folder / f"{name}.mp4"` once the block ends, with the watermark laid over."""
        from keyreel.finishing.watermark import overlay_for
        from keyreel.media.video_writer import open_film

        with open_film(self.folder / f"{name}.mp4", size, overlay_for(self._order.watermark, size)) as film:
            yield film

    async def _ask(self, question: Recall | Remember) -> str | None:
        async with self._asking:
            self._line.tell(question)
            answer = await asyncio.to_thread(self._line.hear)
        if not isinstance(answer, Recalled):
            raise SystemExit  # The worker hung up in the middle of a render: nobody wants the clip.
        return answer.result
