"""The motion engine's public face: which orders it takes, and how their shots become one clip.

Imported by the catalogue of engines, so nothing heavy is imported before the first render.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engine import Clip, DigitalSourceType
from keyreel.order import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Frame, Job
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.order import Order

    Technique = Callable[[int], Iterator[Frame]]
    """Draws the shot of an index, frame by frame."""

_FRAMES_BETWEEN_REPORTS: Final = 4
_DRAWS_FIRST: Final = (Operation.IMG2VIDEO,)
_NEEDS_NO_NETWORK: Final = (Operation.TEXT2VIDEO,)
_DRAWS_BETWEEN: Final = (Operation.START_END2VIDEO, Operation.MULTIFRAME)


class MotionEngine:
    """Synthesises video on the CPU from the pixels that were given."""

    name = "motion"
    slots = 1

    def __init__(self) -> None:
        self._nets: Nets | None = None

    def accepts(self, order: Order) -> bool:
        """Say whether the order has what its operation starts from: pictures, or words alone."""
        if order.operation is Operation.TEXT2VIDEO:
            return len(order.shots) == 1
        if order.operation in _DRAWS_FIRST:
            return len(order.shots) == 1 and order.shots[0].first is not None
        if order.operation is Operation.EXTEND:
            return len(order.shots) == 1
        if order.operation in _DRAWS_BETWEEN:
            return all(shot.first is not None and shot.last is not None for shot in order.shots)
        return order.operation is Operation.REFERENCE2VIDEO and any(each.pictures for each in order.subjects)

    async def render(self, order: Order, job: Job) -> Clip:
        """Draw each shot into its own film once, then join the films."""
        technique = self._technique(order)
        films: list[Path] = []
        for index in range(len(order.shots)):
            draw = partial(_draw, technique, order, index, job)
            films.append(Path(await job.once(f"shot-{index}", draw)))
            await job.progress(sum(shot.frames for shot in order.shots[: index + 1]) / order.frames)
        from keyreel.engines.motion.analysis.audible_content import shown
        from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes

        path = films[0] if len(films) == 1 else _joined(films, job)
        source = (
            DigitalSourceType.ALGORITHMIC
            if order.operation in _NEEDS_NO_NETWORK
            else DigitalSourceType.COMPOSITE
        )
        return Clip(path, audible_content=shown(order), source=source, notes=build_notes(order))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._nets = None

    def _technique(self, order: Order) -> Technique:
        import cv2

        from keyreel.engines.motion.networks.models import Nets

        # The encoder keeps the other core busy: OpenCV's own threads would only wait for it and cost a fifth.
        cv2.setNumThreads(1)
        self._nets = self._nets or Nets()
        goes_on = order.operation is Operation.EXTEND and order.shots[0].last is None
        return (_from_video if goes_on else _TECHNIQUES[order.operation])(order, self._nets)


def _between_keyframes(order: Order, nets: Nets) -> Technique:
    from keyreel.engines.motion.modes.keyframes import Reel

    return Reel(order, nets).frames


def _from_video(order: Order, nets: Nets) -> Technique:
    from keyreel.engines.motion.modes.extend import frames

    return lambda _: frames(order, nets)


def _from_picture(order: Order, nets: Nets) -> Technique:
    from keyreel.engines.motion.modes.image_to_video import frames

    return lambda _: frames(order, nets)


def _from_subjects(order: Order, nets: Nets) -> Technique:
    from keyreel.engines.motion.modes.reference_to_video import frames

    return lambda _: frames(order, nets)


def _from_words(order: Order, _: Nets) -> Technique:
    from keyreel.engines.motion.modes.text_to_video import frames

    return lambda _: frames(order)


_TECHNIQUES: Final[dict[Operation, Callable[[Order, Nets], Technique]]] = {
    Operation.START_END2VIDEO: _between_keyframes,
    Operation.MULTIFRAME: _between_keyframes,
    Operation.EXTEND: _between_keyframes,
    Operation.IMG2VIDEO: _from_picture,
    Operation.REFERENCE2VIDEO: _from_subjects,
    Operation.TEXT2VIDEO: _from_words,
}


def _joined(films: list[Path], job: Job) -> Path:
    from keyreel.media.mux import concatenate_videos

    clip = job.folder / "clip.mp4"
    concatenate_videos(films, clip)
    return clip


async def _draw(technique: Technique, order: Order, index: int, job: Job) -> str:
    before = sum(shot.frames for shot in order.shots[:index])
    name = f"shot-{index}"
    with job.film(name, order.frame_size) as film:
        for done, frame in enumerate(technique(index), start=1):
            film.write(frame)
            if done % _FRAMES_BETWEEN_REPORTS == 0:
                await job.progress((before + done) / order.frames)
    return str(job.folder / f"{name}.mp4")
