"""An engine for tests whose clips have the flaw that the prompt names: always, or with one seed alone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from PIL import Image

from keyreel.engine import Clip
from keyreel.testing import CardEngine
from support.images import Pixels, landscape

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Job
    from keyreel.order import Order

ENGINE = "support.flawed_engine:FlawedEngine"
PYTHONPATH = str(Path(__file__).parents[1])
SEED = 7
"""The seed with which a flaw named with "once" shows, and with which "gated" does not wait."""


def _void(frame: Pixels, second: float) -> Pixels:
    return frame * (not 1 <= second < 2)


def _jump(frame: Pixels, second: float) -> Pixels:
    return frame if second < 1.5 else frame[::-1]


def _elsewhere(frame: Pixels, second: float) -> Pixels:
    del second
    return frame[::-1]


_FLAWS: dict[str, Callable[[Pixels, float], Pixels]] = {
    "void": _void,
    "jump": _jump,
    "elsewhere": _elsewhere,
}


def _leave_seed(seed: int) -> None:
    with Path(os.environ["RENDERS"]).open("a") as file:
        file.write(f"{seed}\n")


class FlawedEngine(CardEngine):
    """Pans over the first keyframe, with a flaw: "void", "jump", "elsewhere", "halt" or "short".

    Each render leaves its seed in the file that RENDERS names, before it waits for the file that GATE names
    if the prompt has "gated".
    """

    name = "flawed"

    async def __aenter__(self) -> Self:
        return self

    async def render(self, order: Order, job: Job) -> Clip:
        """Draw the clip."""
        words = order.shots[0].prompt.split()
        await asyncio.to_thread(_leave_seed, order.seed)
        while "gated" in words and order.seed != SEED and not os.path.exists(os.environ["GATE"]):  # noqa: ASYNC110, ASYNC240, PTH110 - a file
            await asyncio.sleep(0.02)
        flaw = "" if "once" in words and order.seed != SEED else words[0]
        size = order.frame_size
        assert order.shots[0].first is not None
        with Image.open(order.shots[0].first) as image:
            frame = np.asarray(image.convert("RGB").resize((size.width, size.height)))
        spoil = _FLAWS.get(flaw, lambda frame, _: frame)
        with job.film("clip", size) as video:
            for number in range(order.frames // 2 if flaw == "short" else order.frames):
                shift = min(number, 12) if flaw == "halt" else number
                video.write(np.ascontiguousarray(spoil(np.roll(frame, 2 * shift, axis=1), number / 24)))
        return Clip(job.folder / "clip.mp4")


def picture() -> Pixels:
    """Return an image with enough in it to be seen to move, and unlike its own negative upside down."""
    return landscape(320, 176)
