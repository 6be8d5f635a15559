"""What a child process hosts: an engine that renders, or the finishing of clips."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.engine import Preloader, PromptRecommender, RemoteEngine
from keyreel.worker.children.job import ChildJob
from keyreel.worker.children.protocol import ConformWork, FinishWork, InspectWork, RecommendWork, RenderWork

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.settings.engines import EngineSpec
    from keyreel.sound.speech.voices import Voices
    from keyreel.worker.children.protocol import Work, WorkResult
    from keyreel.worker.children.worker_channel import WorkerChannel

ENGINE_ROLE: Final = "engine"
FINISHING_ROLE: Final = "finishing"
_JOB_MODULES: Final = (
    "keyreel.finishing.watermark",
    "keyreel.media.video_writer",
    "keyreel.worker.children.preview",
)
_FINISHING_MODULES: Final = ("keyreel.finishing.acceptance.inspection", "keyreel.finishing.pipeline")
"""What the first job and the first clip need, loaded before they come."""
_FINISHING_IDLE_SECONDS: Final = 120.0
"""Seconds without work after which a finishing child ends: one that has spoken holds 0.6 GB of voices."""


class ChildRole(Protocol):
    """Does one kind of work. An async context manager: what the work needs is loaded once."""

    idle_seconds: float | None
    """Seconds without work after which the child ends; None for as long as the worker lives."""

    async def run_work(self, work: Work, channel: WorkerChannel) -> WorkResult:
        """Do a piece of work."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def make_role(role: str, engine: EngineSpec | None) -> ChildRole:
    """Make what a child does in a role; an engine's role has one."""
    return EngineRole(engine) if role == ENGINE_ROLE and engine else FinishingRole()


class EngineRole:
    """Renders and recommends prompts with one engine."""

    idle_seconds: float | None = None

    def __init__(self, engine: EngineSpec) -> None:
        from keyreel.engines.loading import load_engine

        loaded = load_engine(engine).engine
        if isinstance(loaded, RemoteEngine):
            raise TypeError("a remote engine runs in the worker, not in a child")
        self._engine = loaded

    async def run_work(self, work: Work, channel: WorkerChannel) -> Clip | str:
        """Render an order, or recommend a prompt."""
        match work:
            case RenderWork(order, folder):
                job = ChildJob(channel, order, folder)
                return _note_watermark(await self._engine.render(order, job), job)
            case RecommendWork(order) if isinstance(self._engine, PromptRecommender):
                return await self._engine.recommend_prompt(order)
            case _:
                raise TypeError(f"this engine's child cannot do {type(work).__name__}")

    async def __aenter__(self) -> Self:
        await self._engine.__aenter__()
        if isinstance(self._engine, Preloader):
            for module in _JOB_MODULES:
                import_module(module)
            self._engine.preload()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.__aexit__(kind, error, trace)


class FinishingRole:
    """Inspects and finishes clips and received videos, outside the server's process, which has to answer."""

    idle_seconds: float | None = _FINISHING_IDLE_SECONDS

    def __init__(self) -> None:
        self._voices: Voices | None = None

    async def run_work(self, work: Work, channel: WorkerChannel) -> Clip | tuple[Flaw, ...] | FinishedVideo:
        """Inspect or finish a clip, or make one of a received video."""
        from keyreel.finishing.acceptance.inspection import inspect_clip
        from keyreel.finishing.pipeline import finish

        match work:
            case InspectWork(clip, order):
                return inspect_clip(clip, order)
            case FinishWork(clip, order, context):
                return finish(clip, order, replace(context, voices=self._voices))
            case ConformWork(video, order, folder):
                from keyreel.engines.conform.received import conform_received

                # The video is there already: what is left to do takes a second or two.
                job = ChildJob(channel, order, folder, shows_previews=False)
                return _note_watermark(await conform_received(video, order, job), job)
            case _:
                raise TypeError("a finishing child neither renders nor recommends")

    async def __aenter__(self) -> Self:
        for module in _FINISHING_MODULES:
            import_module(module)
        from keyreel.sound.speech.voices import open_voices

        self._voices = open_voices()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _note_watermark(clip: Clip, job: ChildJob) -> Clip:
    """Return a clip that says that it has its watermark, if its job wrote that."""
    from keyreel.finishing.watermark import WATERMARK_STEP

    marked = {WATERMARK_STEP} if job.wrote_watermark else frozenset[str]()
    return replace(clip, completed_steps=clip.completed_steps | marked)
