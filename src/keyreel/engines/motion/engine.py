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
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Order

    ShotRenderer = Callable[[int], Iterator[Frame]]
    """Draws the shot of an index, frame by frame."""

_PROGRESS_INTERVAL_FRAMES: Final = 4
_SINGLE_IMAGE_OPERATIONS: Final = (Operation.IMG2VIDEO,)
_ALGORITHMIC_OPERATIONS: Final = (Operation.TEXT2VIDEO,)
_KEYFRAME_OPERATIONS: Final = (Operation.START_END2VIDEO, Operation.MULTIFRAME)


class MotionEngine:
    """Synthesises video on the CPU from the pixels that were given."""

    name = "motion"
    slots = 1

    def __init__(self) -> None:
        self._networks: Networks | None = None

    def accepts(self, order: Order) -> bool:
        """Say whether the order has what its operation starts from: images, or words alone."""
        if order.operation is Operation.TEXT2VIDEO:
            return len(order.shots) == 1
        if order.operation in _SINGLE_IMAGE_OPERATIONS:
            return len(order.shots) == 1 and order.shots[0].first is not None
        if order.operation is Operation.EXTEND:
            return len(order.shots) == 1
        if order.operation in _KEYFRAME_OPERATIONS:
            return all(shot.first is not None and shot.last is not None for shot in order.shots)
        return order.operation is Operation.REFERENCE2VIDEO and any(each.images for each in order.subjects)

    async def render(self, order: Order, job: Job) -> Clip:
        """Draw each shot into its own film once, then join the films."""
        render_shot = self._create_shot_renderer(order)
        shot_paths: list[Path] = []
        for index in range(len(order.shots)):
            draw = partial(_encode_shot, render_shot, order, index, job)
            shot_paths.append(Path(await job.once(f"shot-{index}", draw)))
            await job.progress(sum(shot.frames for shot in order.shots[: index + 1]) / order.frames)
        from keyreel.engines.motion.analysis.audible_content import find_audible_content
        from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes

        path = shot_paths[0] if len(shot_paths) == 1 else _join_shots(shot_paths, job)
        source = (
            DigitalSourceType.ALGORITHMIC
            if order.operation in _ALGORITHMIC_OPERATIONS
            else DigitalSourceType.COMPOSITE
        )
        return Clip(
            path, audible_content=find_audible_content(order), source=source, notes=build_notes(order)
        )

    async def recommend_prompt(self, order: Order) -> str:
        """Describe what the order's images show, and a camera move for them."""
        from keyreel.engines.motion.analysis.prompt_suggestion import suggest_prompt

        return suggest_prompt(order, self._open_networks())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._networks = None

    def _create_shot_renderer(self, order: Order) -> ShotRenderer:
        import cv2

        # The encoder keeps the other core busy: OpenCV's own threads would only wait for it and cost a fifth.
        cv2.setNumThreads(1)
        networks = self._open_networks()
        is_extension = order.operation is Operation.EXTEND and order.shots[0].last is None
        return (_create_extension_renderer if is_extension else _RENDERER_FACTORIES[order.operation])(
            order, networks
        )

    def _open_networks(self) -> Networks:
        from keyreel.engines.motion.networks.models import Networks

        self._networks = self._networks or Networks()
        return self._networks


def _create_keyframe_renderer(order: Order, nets: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.keyframes import KeyframeSequence

    return KeyframeSequence(order, nets).render_shot


def _create_extension_renderer(order: Order, nets: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.extend import render_extension

    return lambda _: render_extension(order, nets)


def _create_image_renderer(order: Order, nets: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.image_to_video import render_image_to_video

    return lambda _: render_image_to_video(order, nets)


def _create_reference_renderer(order: Order, nets: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.reference_to_video import render_reference_to_video

    return lambda _: render_reference_to_video(order, nets)


def _create_text_renderer(order: Order, _: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.text_to_video import render_text_to_video

    return lambda _: render_text_to_video(order)


_RENDERER_FACTORIES: Final[dict[Operation, Callable[[Order, Networks], ShotRenderer]]] = {
    Operation.START_END2VIDEO: _create_keyframe_renderer,
    Operation.MULTIFRAME: _create_keyframe_renderer,
    Operation.EXTEND: _create_keyframe_renderer,
    Operation.IMG2VIDEO: _create_image_renderer,
    Operation.REFERENCE2VIDEO: _create_reference_renderer,
    Operation.TEXT2VIDEO: _create_text_renderer,
}


def _join_shots(shot_paths: list[Path], job: Job) -> Path:
    from keyreel.media.mux import concatenate_videos

    clip = job.folder / "clip.mp4"
    concatenate_videos(shot_paths, clip)
    return clip


async def _encode_shot(render_shot: ShotRenderer, order: Order, index: int, job: Job) -> str:
    frames_before = sum(shot.frames for shot in order.shots[:index])
    name = f"shot-{index}"
    with job.film(name, order.frame_size) as writer:
        for frames_done, frame in enumerate(render_shot(index), start=1):
            writer.write(frame)
            if frames_done % _PROGRESS_INTERVAL_FRAMES == 0:
                await job.progress((frames_before + frames_done) / order.frames)
    return str(job.folder / f"{name}.mp4")
