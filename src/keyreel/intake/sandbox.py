"""The parent's half of decoding: one confined child for one picture, killed when it takes too long."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import structlog

from keyreel.errors import RenderFailed
from keyreel.order import Size
from keyreel.storage.durable import full

_CHILD: Final = Path(__file__).with_name("decode.py")
_WALL_SECONDS: Final = 60.0
_ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


class Sandbox:
    """Decodes pictures, a few at a time."""

    def __init__(self, children: int = 2, *, cpu_seconds: int = 10, memory_bytes: int = 1 << 30) -> None:
        self._limits = str(cpu_seconds), str(memory_bytes)
        self._turn = asyncio.Semaphore(children)
        self._log = structlog.get_logger()

    async def normalise(self, source: Path, target: Path, *, keep_alpha: bool, field: str) -> Size:
        """Write the picture as an upright 8-bit sRGB PNG, at most 4096 pixels a side; return its own size.

        Transparency lies on white unless it is kept.

        Raises:
            RenderFailed: the picture is damaged, or takes more memory or time than a picture may.
            Unavailable: the disk is full.
        """
        async with self._turn:
            status, output, complaint = await _run(source, target, str(int(keep_alpha)), *self._limits)
        # A child that its limits ended says nothing more.
        answer: dict[str, Any] = json.loads(output) if status == 0 else {"fault": "complex"}
        if "fault" not in answer:
            return Size(answer["width"], answer["height"])
        self._log.warning(
            "picture not decoded", field=field, status=status, complaint=complaint[-500:], **answer
        )
        if answer["fault"] == "full":
            raise full()
        if answer["fault"] == "damaged":
            raise RenderFailed(f"{field}: the image is damaged.")
        raise RenderFailed(f"{field}: the image is too complex to decode.")


async def _run(*arguments: str | Path) -> tuple[int | None, bytes, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", _CHILD, *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_ENVIRONMENT,
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
