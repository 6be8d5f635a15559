"""From an engine's clip to the video that is handed out: plain steps, checked before and after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from keyreel.errors import RenderFailed
from keyreel.finishing.cover import make_cover
from keyreel.finishing.credentials import credentials
from keyreel.finishing.label import label
from keyreel.finishing.soundtrack import FULFILLED, described, expected, soundtrack
from keyreel.finishing.watermark import watermark
from keyreel.media.probe import BT709_LIMITED, Probe, probe
from keyreel.media.stills import stills
from keyreel.order import FPS
from keyreel.provenance.fingerprint import fingerprint_of
from keyreel.provenance.identifier import identifier
from keyreel.provenance.xmp import packet_for_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Clip
    from keyreel.finishing.workbench import Workbench
    from keyreel.order import Order

    Step = Callable[[Clip, Order, Workbench], Clip]

STEPS: Final[tuple[Step, ...]] = (watermark, soundtrack, label, credentials)
"""In this order; each skips what the clip has fulfilled. The last one writes the file that is handed out."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A video ready to be stored, its cover (JPEG), the video's SHA-256 and what probing found.

    `notes` say what could not be done as asked; `fingerprint` tells the video again after another encoding.
    """

    video: Path
    cover: Path
    sha256: str
    probe: Probe
    fingerprint: str = ""
    notes: tuple[str, ...] = ()


def finish(clip: Clip, order: Order, workbench: Workbench) -> Finished:
    """Finish a clip into "video.mp4" and "cover.jpg" in the workbench's folder; the clip stays as it is.

    Raises:
        RenderFailed: the clip is not what was ordered.
    """
    facts = _check(clip, order)
    if facts.sound and FULFILLED not in clip.fulfilled:
        raise RenderFailed("The engine's clip is not as ordered: it has a sound track that nobody ordered.")
    try:
        with TemporaryDirectory(dir=workbench.folder) as folder:
            for step in STEPS:
                clip = step(clip, order, replace(workbench, folder=Path(folder)))
            facts = _check(clip, order)
            if described(facts) != expected(order):
                raise RenderFailed(f"The sound track is {described(facts)}, not {expected(order)}.")
            frames = stills(clip.path)
            cover = make_cover(frames, workbench.folder / "cover.jpg", _marks(clip, order, workbench))
            fingerprint = fingerprint_of(frames, order.seconds)
            video = clip.path.replace(workbench.folder / "video.mp4")
    except FFmpegError as error:
        raise RenderFailed(f"The engine's clip cannot be finished: {error.strerror}.") from error
    with video.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Finished(video, cover, sha256, facts, fingerprint, clip.notes)


def _marks(clip: Clip, order: Order, workbench: Workbench) -> bytes:
    value = identifier(order.label, workbench.task_id, workbench.producer)
    return packet_for_jpeg(value, clip.source)


def _check(clip: Clip, order: Order) -> Probe:
    try:
        facts = probe(clip.path)
    except (OSError, ValueError) as error:
        raise RenderFailed(f"The engine's clip cannot be read: {error}.") from error
    for what, found, ordered in _expectations(order, facts):
        if found != ordered:
            raise RenderFailed(f"The engine's clip is not as ordered: its {what} is {found}, not {ordered}.")
    return facts


def _expectations(order: Order, facts: Probe) -> tuple[tuple[str, object, object], ...]:
    """List each property's name, what it is, and what it must be."""
    return (
        ("size", f"{facts.width}x{facts.height}", str(order.frame_size)),
        ("frame count", facts.frames, order.frames),
        ("frame rate", facts.fps, FPS),
        ("length in seconds", facts.seconds, order.seconds),
        ("timing", "steady" if facts.steady else "unsteady", "steady"),
        ("coding", f"{facts.codec} {facts.profile} {facts.pix_fmt}", "h264 High yuv420p"),
        ("color", facts.color, BT709_LIMITED),
    )
