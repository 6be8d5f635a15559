"""Decoding in confined child processes, one for each input, each killed when it takes too long."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from keyreel.errors import InvalidImage, InvalidRequest, Refusal
from keyreel.order import Size
from keyreel.storage.passing_faults import find_passing_fault
from keyreel.system.process_limits import ENVIRONMENT
from keyreel.system.zygotes.zygote import Zygote

if TYPE_CHECKING:
    from pathlib import Path

_DECODE_MODULE: Final = "keyreel.intake.decode_image"
_LAST_FRAMES_MODULE: Final = "keyreel.intake.last_frames"
_LAST_FRAMES_LIMITS: Final = "30", str(3 << 29)
"""CPU seconds and bytes: four seconds of 4K between two keyframes take 10 s, their frames half a gigabyte."""

_WALL_SECONDS: Final = 60.0
"""A child that takes longer is killed, whatever it waits for."""


class Sandbox:
    """Decodes images and the ends of videos, a few at a time. Its children are forked from two zygotes."""

    def __init__(self, children: int = 2, *, cpu_seconds: int = 10, memory_bytes: int = 1 << 30) -> None:
        self._limits = str(cpu_seconds), str(memory_bytes)
        self._images = Zygote(_DECODE_MODULE, ENVIRONMENT)
        self._videos = Zygote(_LAST_FRAMES_MODULE, ENVIRONMENT)
        self._slots = asyncio.Semaphore(children)
        self._log = structlog.get_logger()

    def warm_up(self) -> None:
        """Start the images' zygote ahead of the first one, if it can be started."""
        with suppress(OSError):  # The first image will meet it again, and can be told.
            self._images.start()

    async def normalise_image(self, source: Path, target: Path, *, keep_alpha: bool, field: str) -> Size:
        """Write the image as an upright 8-bit sRGB PNG, at most 4096 pixels a side; return its own size.

        Transparency is flattened onto white unless it is kept.

        Raises:
            InvalidImage: the image is damaged, or takes more memory or time than an image may.
            Unavailable: the disk is full or broken.
        """
        keep = str(int(keep_alpha))
        arguments = (*_make_absolute(source, target), keep, *self._limits)
        result = await self._run_checked(self._images, *arguments, field=field, noun="image")
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
        arguments = (*_make_absolute(source, first, lead), *map(str, seconds), *_LAST_FRAMES_LIMITS)
        result = await self._run_checked(self._videos, *arguments, field=field, noun="video")
        return Size(result["width"], result["height"])

    async def _run_checked(self, zygote: Zygote, *arguments: str, field: str, noun: str) -> dict[str, Any]:
        async with self._slots:
            status, output, complaint = await zygote.run(*arguments, seconds=_WALL_SECONDS)
        # A child that was ended by its limits has no output.
        result: dict[str, Any] = json.loads(output) if status == 0 else {"fault": "complex"}
        if "fault" in result:
            self._log.warning(
                "input not decoded",
                noun=noun,
                field=field,
                status=status,
                complaint=complaint[-500:].decode(errors="replace"),
                **result,
            )
            raise _make_error(result, field, noun)
        return result


def _make_absolute(*paths: Path) -> tuple[str, ...]:
    """Return the paths as a process understands them that runs in another folder."""
    return tuple(str(path.absolute()) for path in paths)


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
