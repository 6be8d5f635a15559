"""The motion engine: which orders it accepts, which mode renders them, and how shots become one clip.

It is imported wherever engines are looked up, so nothing heavy is imported before the first render.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engine import Clip, DigitalSourceType
from keyreel.order import Operation, Order, Resolution, Shot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Frame, Job
    from keyreel.engines.motion.networks.models import Networks

    ShotRenderer = Callable[[int], Iterator[Frame]]
    """Renders the shot of an index, frame by frame, uint8 [height, width, 3]."""

_PRELOADED_MODULES: Final = (
    "keyreel.engines.motion.acting.performed_acts",
    "keyreel.engines.motion.analysis.audible_content",
    "keyreel.engines.motion.modes.extend",
    "keyreel.engines.motion.modes.image_to_video",
    "keyreel.engines.motion.modes.keyframes",
    "keyreel.engines.motion.modes.reference_to_video",
    "keyreel.engines.motion.modes.text_to_video",
    "keyreel.engines.motion.prompts.unfulfilled.notes",
    "keyreel.media.mux",
    "numpy.random",
)
"""What a render imports."""

_PROGRESS_INTERVAL_FRAMES: Final = 4
"""Frames between two reports of progress."""


class MotionEngine:
    """Synthesises video on the CPU from the pixels that were given."""

    name = "motion"
    slots = 1

    def __init__(self) -> None:
        self._networks: Networks | None = None

    def accepts(self, order: Order) -> bool:
        """Say whether the order has what its operation starts from: images, or words alone."""
        return order.operation in _MODES and _MODES[order.operation].accepts(order)

    async def render(self, order: Order, job: Job) -> Clip:
        """Render each shot once, to a video of its own, then join them."""
        render_shot = self._create_shot_renderer(order)
        shot_paths: list[Path] = []
        for index in range(len(order.shots)):
            encode = partial(_encode_shot, render_shot, order, index, job)
            shot_paths.append(Path(await job.once(f"shot-{index}", encode)))
            await job.progress(sum(shot.frames for shot in order.shots[: index + 1]) / order.frames)
        from keyreel.engines.motion.acting.performed_acts import find_performance
        from keyreel.engines.motion.analysis.audible_content import find_audible_content
        from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes

        path = shot_paths[0] if len(shot_paths) == 1 else _join_shots(shot_paths, job)
        return Clip(
            path,
            # The images are looked at for it once more.
            audible_content=find_audible_content(order) if order.sound.ambience else (),
            source=_MODES[order.operation].source,
            notes=build_notes(order, find_performance(order, self._open_networks())),
        )

    def preload(self) -> None:
        """Import what renders; compile the patterns of prompts and the networks."""
        for module in _PRELOADED_MODULES:
            import_module(module)
        from keyreel.engines.motion.interpolation.optical_flow import prepare_network
        from keyreel.engines.motion.networks.faces import warm_up_faces
        from keyreel.engines.motion.networks.matting import warm_up_matting
        from keyreel.engines.motion.prompts.parser import parse_prompt
        from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes

        parse_prompt("a cat", ("1",))
        build_notes(Order(Operation.REFERENCE2VIDEO, "", (Shot("a cat", 1),), Resolution.P540, 0))
        networks = self._open_networks()
        warm_up_matting(networks)
        warm_up_faces(networks)
        prepare_network(networks.rife)

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

        # The encoder keeps the other core busy: threads of OpenCV's own would wait for it, and cost a fifth.
        cv2.setNumThreads(1)
        return _MODES[order.operation].create_renderer(order, self._open_networks())

    def _open_networks(self) -> Networks:
        from keyreel.engines.motion.networks.models import Networks

        self._networks = self._networks or Networks()
        return self._networks


def _create_keyframe_renderer(order: Order, nets: Networks) -> ShotRenderer:
    from keyreel.engines.motion.modes.keyframes import KeyframeSequence

    return KeyframeSequence(order, nets).render_shot


def _create_extend_renderer(order: Order, nets: Networks) -> ShotRenderer:
    if order.shots[0].last is not None:
        return _create_keyframe_renderer(order, nets)
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


def _has_one_shot(order: Order) -> bool:
    return len(order.shots) == 1


def _has_one_image(order: Order) -> bool:
    return len(order.shots) == 1 and order.shots[0].first is not None


def _has_keyframes(order: Order) -> bool:
    return all(shot.first is not None and shot.last is not None for shot in order.shots)


def _has_reference_images(order: Order) -> bool:
    return any(each.images for each in order.subjects)


class _Mode(NamedTuple):
    """How an operation is served: the orders it accepts, what renders them, what the video counts as."""

    accepts: Callable[[Order], bool]
    create_renderer: Callable[[Order, Networks], ShotRenderer]
    source: DigitalSourceType = DigitalSourceType.COMPOSITE


_MODES: Final = {
    Operation.TEXT2VIDEO: _Mode(_has_one_shot, _create_text_renderer, DigitalSourceType.ALGORITHMIC),
    Operation.IMG2VIDEO: _Mode(_has_one_image, _create_image_renderer),
    Operation.REFERENCE2VIDEO: _Mode(_has_reference_images, _create_reference_renderer),
    Operation.START_END2VIDEO: _Mode(_has_keyframes, _create_keyframe_renderer),
    Operation.MULTIFRAME: _Mode(_has_keyframes, _create_keyframe_renderer),
    Operation.EXTEND: _Mode(_has_one_shot, _create_extend_renderer),
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
