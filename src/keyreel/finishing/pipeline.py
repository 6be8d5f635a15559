"""From an engine's clip to the video that is handed out: plain steps, checked before and after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from keyreel.errors import RenderFailed
from keyreel.finishing.aigc_label import label
from keyreel.finishing.c2pa_step import credentials
from keyreel.finishing.cover import make_cover
from keyreel.finishing.soundtrack import FULFILLED, described, expected, soundtrack
from keyreel.finishing.watermark import MARKED, watermark
from keyreel.media.probe import BT709_LIMITED, Probe, probe
from keyreel.media.sampled_frames import stills
from keyreel.order import FPS
from keyreel.provenance.aigc_identifier import identifier
from keyreel.provenance.fingerprint import fingerprint_of
from keyreel.provenance.xmp import packet_for_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Clip
    from keyreel.finishing.context import Workbench
    from keyreel.order import Order

    Step = Callable[[Clip, Order, Workbench], Clip]

STEPS: Final[tuple[Step, ...]] = (watermark, soundtrack, label, credentials)
"""In this order; each skips what the clip has fulfilled. The last one writes the file that is handed out."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A video ready to be stored, its cover (JPEG), the video's SHA-256 and what probing found.

    `notes` say what could not be done as asked; `fingerprint` tells the video again after another encoding;
    `clean` is the copy without the visible mark, where one was asked for.
    """

    video: Path
    cover: Path
    sha256: str
    probe: Probe
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    clean: Path | None = None


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
            bench, clean = replace(workbench, folder=Path(folder)), None
            if workbench.clean_copy and order.watermark is not None and MARKED not in clip.fulfilled:
                # Its sound is made once, for both copies.
                clip = soundtrack(clip, order, bench)
                clean = _clean(clip, order, bench).replace(workbench.folder / "clean.mp4")
            clip, facts = _taken(clip, order, bench)
            frames = stills(clip.path)
            cover = make_cover(frames, workbench.folder / "cover.jpg", _marks(clip, order, workbench))
            fingerprint = fingerprint_of(frames, order.seconds)
            video = clip.path.replace(workbench.folder / "video.mp4")
    except FFmpegError as error:
        raise RenderFailed(f"The engine's clip cannot be finished: {error.strerror}.") from error
    with video.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Finished(video, cover, sha256, facts, fingerprint, clip.notes, clean)


def _clean(clip: Clip, order: Order, workbench: Workbench) -> Path:
    """Finish the copy without the mark, in a folder of its own."""
    folder = workbench.folder / "clean"
    folder.mkdir()
    unmarked = replace(clip, fulfilled=clip.fulfilled | {MARKED})
    return _taken(unmarked, order, replace(workbench, folder=folder))[0].path


def _taken(clip: Clip, order: Order, workbench: Workbench) -> tuple[Clip, Probe]:
    """Take a clip through all steps, and check what comes out."""
    for step in STEPS:
        clip = step(clip, order, workbench)
    facts = _check(clip, order)
    if described(facts) != expected(order):
        raise RenderFailed(f"The sound track is {described(facts)}, not {expected(order)}.")
    return clip, facts


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
