"""Decoding in confined child processes, one for each input, each killed when it takes too long."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import structlog

from keyreel.errors import InvalidImage, InvalidRequest, Refusal
from keyreel.order import Size
from keyreel.storage.passing_faults import find_passing_fault
from keyreel.system.process_limits import ENVIRONMENT

_DECODE_PROGRAM: Final = Path(__file__).with_name("decode_image.py")
_LAST_FRAMES_PROGRAM: Final = Path(__file__).with_name("last_frames.py")
_LAST_FRAMES_LIMITS: Final = "30", str(3 << 29)
"""CPU seconds and bytes: four seconds of 4K between two keyframes take 10 s, their frames half a gigabyte."""

_WALL_SECONDS: Final = 60.0
"""A child that takes longer is killed, whatever it waits for."""


class Sandbox:
    """Decodes images and the ends of videos, a few at a time."""

    def __init__(self, children: int = 2, *, cpu_seconds: int = 10, memory_bytes: int = 1 << 30) -> None:
        self._limits = str(cpu_seconds), str(memory_bytes)
        self._slots = asyncio.Semaphore(children)
        self._log = structlog.get_logger()

    async def normalise_image(self, source: Path, target: Path, *, keep_alpha: bool, field: str) -> Size:
        """Write the image as an upright 8-bit sRGB PNG, at most 4096 pixels a side; return its own size.

        Transparency is flattened onto white unless it is kept.

        Raises:
            InvalidImage: the image is damaged, or takes more memory or time than an image may.
            Unavailable: the disk is full or broken.
        """
        keep = str(int(keep_alpha))
        result = await self._run_checked(
            _DECODE_PROGRAM, source, target, keep, *self._limits, field=field, noun="image"
        )
        return Size(result["width"], result["height"])

    async def extract_last_frames(
        self, source: Path, first: Path, lead: Path, *, seconds: tuple[int, int], field: str
    ) -> Size:
        """Write a video's last frame as `first` and the one a third of a second before it as `lead`, PNGs.

        `seconds` are the shortest and the longest length. Returns the frames' size.

        Raises:
            InvalidRequest: it is no such video, is damaged, or takes more memory or time than a video may.
            Unavailable: the disk is full or broken.
        """
        limits = (*map(str, seconds), *_LAST_FRAMES_LIMITS)
        result = await self._run_checked(
            _LAST_FRAMES_PROGRAM, source, first, lead, *limits, field=field, noun="video"
        )
        return Size(result["width"], result["height"])

    async def _run_checked(
        self, child: Path, *arguments: str | Path, field: str, noun: str
    ) -> dict[str, Any]:
        async with self._slots:
            status, output, complaint = await _run_child(child, *arguments)
        # A child that was ended by its limits has no output.
        result: dict[str, Any] = json.loads(output) if status == 0 else {"fault": "complex"}
        if "fault" in result:
            self._log.warning(
                "input not decoded",
                noun=noun,
                field=field,
                status=status,
                complaint=complaint[-500:],
                **result,
            )
            raise _make_error(result, field, noun)
        return result


def _make_error(result: dict[str, Any], field: str, noun: str) -> Refusal:
    if result["fault"] == "disk" and (fault := find_passing_fault(OSError(result["errno"], ""))):
        return fault
    kind = InvalidImage if noun == "image" else InvalidRequest
    return kind(_describe_fault(result, field, noun), field=field)


def _describe_fault(result: dict[str, Any], field: str, noun: str) -> str:
    match result["fault"]:
        case "damaged":
            return f"{field}: the {noun} is damaged."
        case "refused":
            return f"{field}: the {noun} {result['detail']}."
        case _:
            return f"{field}: the {noun} is too complex to decode."


async def _run_child(child_program: Path, *arguments: str | Path) -> tuple[int | None, bytes, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", child_program, *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            output, complaint = await child.communicate()
    except TimeoutError:
        output, complaint = b"", b"out of time"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode, output, complaint.decode(errors="replace")
