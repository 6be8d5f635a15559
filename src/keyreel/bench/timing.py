"""How long one render takes and how much memory, in a process of its own that does nothing else."""

from __future__ import annotations

import asyncio
import json
import pickle
import resource
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyreel.media.video_writer import open_video_writer
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from collections.abc import Generator

    from keyreel.engine import Frame, VideoWriter
    from keyreel.order import Order, Size


_RSS_BYTES = 1 if sys.platform == "darwin" else 1024
"""Bytes of the unit in which `getrusage` reports memory: a byte on macOS, a KiB on Linux."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one warm render, of encoding its frames alone, and the process's peak memory in bytes."""

    wall_seconds: float
    cpu_seconds: float
    floor_seconds: float
    peak_bytes: int
    clip: Path

    @property
    def cpu_ratio(self) -> float:
        """CPU seconds over the encode-only floor."""
        return self.cpu_seconds / self.floor_seconds


def measure_own_peak() -> int:
    """Return this process's peak memory in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_BYTES


async def measure_render(order: Order, folder: Path) -> Timing:
    """Render in a fresh process, and measure the floor in another."""
    wall, cpu, peak, clip = await _run_in_child("render", order, folder)
    return Timing(wall, cpu, await measure_floor(order, folder), peak, Path(clip))


async def measure_floor(order: Order, folder: Path) -> float:
    """Return the CPU seconds of encoding an order's frames alone; a fresh process renders them for that.

    Frames read back from a clip would not do: the encoder has smoothed them, and needs a tenth less time.
    """
    (seconds,) = await _run_in_child("encode", order, folder)
    return float(seconds)


async def _run_in_child(command: str, order: Order, folder: Path) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "keyreel.bench.timing", command, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(pickle.dumps(order))
    if process.returncode:
        raise RuntimeError(f"the measured {command} ended with {process.returncode}")
    return json.loads(output)


async def _render(order: Order, folder: Path) -> tuple[float, float, int, str]:
    from keyreel.engines.motion.engine import MotionEngine

    async with MotionEngine() as engine:
        # What a server does once in its life, loading models and libraries, is not part of a clip.
        short = tuple(replace(shot, seconds=1) for shot in order.shots[:1])
        (folder / "warm").mkdir()
        await engine.render(replace(order, shots=short), FolderJob(folder / "warm"))
        wall, cpu = time.perf_counter(), time.process_time()
        clip = await engine.render(order, FolderJob(folder))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, measure_own_peak(), str(clip.path)


@dataclass(frozen=True, slots=True)
class _RecordingVideoWriter:
    """A video writer that also keeps a copy of each frame."""

    writer: VideoWriter
    frames: list[Frame]

    def write(self, frame: Frame) -> None:
        self.frames.append(frame.copy())
        self.writer.write(frame)


class _RecordingJob(FolderJob):
    """A job over a folder that keeps every frame of its videos."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.frames: list[Frame] = []

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[VideoWriter]:
        with open_video_writer(self.folder / f"{name}.mp4", size) as writer:
            yield _RecordingVideoWriter(writer, self.frames)


async def _encode(order: Order, folder: Path) -> tuple[float]:
    from keyreel.engines.motion.engine import MotionEngine

    (folder / "again").mkdir()
    job = _RecordingJob(folder / "again")
    async with MotionEngine() as engine:
        await engine.render(order, job)
    began = time.process_time()
    with open_video_writer(folder / "floor.mp4", order.frame_size) as writer:
        for frame in job.frames:
            writer.write(frame)
    return (time.process_time() - began,)


def main() -> None:
    """Run one measurement: read a pickled order from standard input, print the numbers as JSON."""
    command, folder = sys.argv[1], Path(sys.argv[2])
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    json.dump(asyncio.run({"render": _render, "encode": _encode}[command](order, folder)), sys.stdout)


if __name__ == "__main__":
    main()
