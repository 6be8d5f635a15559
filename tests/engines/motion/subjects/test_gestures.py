"""What prompts say of subjects, in both languages, by what is measured in the rendered frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engines.motion.modes import reference_to_video
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size, Subject
from support.prompt_rows import Row, list_directions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(256, 144)


@dataclass(frozen=True)
class Act:
    """Where the red ball was in a shot: parts of the frame; the part that it covers; how it moved."""

    frames: list[Frame]
    still: float

    @cached_property
    def places(self) -> NDArray[np.float64]:
        return np.array([place(frame) for frame in self.frames[::3]])

    @property
    def x(self) -> float:
        return float(self.places[0, 0])

    @property
    def size(self) -> float:
        return float(self.places[0, 2])

    @property
    def goes_right(self) -> float:
        return float(self.places[-1, 0] - self.places[0, 0])

    @property
    def rises(self) -> float:
        return float(self.places[0, 1] - self.places[-1, 1])

    @property
    def bounces(self) -> float:
        return float(np.ptp(self.places[:, 1]))

    @property
    def grows(self) -> float:
        return float(self.places[-1, 2] / self.places[0, 2])

    @property
    def narrows(self) -> float:
        return float(self.places[:, 2].min() / self.places[:, 2].max())

    @property
    def livelier(self) -> float:
        """How much more it moves than when it stands."""
        return unrest(self.frames) / self.still


def place(frame: Frame) -> tuple[float, float, float]:
    red = frame.astype(int)
    inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
    rows, columns = np.nonzero(inside)
    assert rows.size, "the ball is not to be seen"
    return columns.mean() / frame.shape[1], rows.mean() / frame.shape[0], float(inside.mean())


def unrest(frames: list[Frame]) -> float:
    pairs = zip(frames[::3], frames[3::3], strict=False)
    return sum(float(np.abs(after.astype(int) - before).mean()) for before, after in pairs)


SUBJECTS = [
    Row("on the left", "在左边", lambda it: 0.1 < it.x < 0.4),
    Row("in the middle", "在画面中央", lambda it: 0.42 < it.x < 0.58),
    Row("on the right", "在右边", lambda it: 0.6 < it.x < 0.9),
    Row("in the foreground", "在近处", lambda it: it.size > 0.2),
    Row("in the distance", "在远处", lambda it: it.size < 0.07),
    Row("walks", "散步", lambda it: it.livelier > 1.15 and abs(it.goes_right) > 0.01),
    Row("runs to the right", "向右跑", lambda it: it.goes_right > 0.05),
    Row("enters from the right", "从右边走到左边", lambda it: it.goes_right < -0.05),
    Row("walks toward us", "向我们走来", lambda it: it.grows > 1.5),
    Row("walks away from the camera", "走远了", lambda it: it.grows < 0.7),
    Row("drives", "行驶", lambda it: it.livelier > 1.15),
    Row("jumps", "跳起来", lambda it: it.bounces > 0.05),
    Row("flies", "在天上飞", lambda it: it.bounces > 0.02),
    Row("floats in the air", "悬浮在空中", lambda it: it.bounces > 0.008),
    Row("rises into the sky", "缓缓升起", lambda it: it.rises > 0.06),
    Row("turns around", "转身", lambda it: it.narrows < 0.6),
    Row("waves", "挥手", lambda it: it.livelier > 1.15),
    Row("dances", "跳起舞来", lambda it: it.livelier > 1.15),
]


def staged(ball: Path, nets: Networks, prompt: str) -> list[Frame]:
    cast = (Subject("ball", (ImageRef(str(ball)),)),)
    order = Order(
        Operation.REFERENCE2VIDEO,
        "m",
        (Shot(f"@ball {prompt}, static shot", 2),),
        Resolution.P360,
        1,
        cast,
        SIZE,
        Amplitude.SMALL,
    )
    return [frame.copy() for frame in reference_to_video.render_reference_to_video(order, nets)]


@pytest.fixture(scope="session")
def still(ball: Path, nets: Networks) -> float:
    return unrest(staged(ball, nets, "on a meadow"))


@pytest.mark.parametrize(("prompt", "claim"), list_directions(SUBJECTS, "@ball {}, static shot", ("ball",)))
def test_a_subject_stands_and_acts_as_is_said(  # noqa: PLR0917 - a table's columns and fixtures
    prompt: str, claim: Callable[[Act], bool], still: float, ball: Path, nets: Networks
) -> None:
    assert claim(Act(staged(ball, nets, prompt), still))
