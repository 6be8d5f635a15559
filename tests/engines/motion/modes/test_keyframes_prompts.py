from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import Amplitude
from keyreel.testing import FolderJob
from support.keyframe_scenes import error, multiframe, rendered, saved, seen, terrain, view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt

    RenderPrompt = Callable[[str], list[Frame]]

RELATED = [view(terrain(1), 60, 60), view(terrain(1), 63, 61)]
MOVING = [view(terrain(1), 60, 60), view(terrain(1), 90, 66)]
UNRELATED = [view(terrain(2), 100, 100), view(terrain(3), 100, 100)]
UNRELATED[0][..., 1:], UNRELATED[1][..., :2] = 0, 0


def render_frames(folder: Path, keyframes: list[Frame], prompt: str, seed: int = 1) -> list[Frame]:
    folder.mkdir()
    order = multiframe(saved(folder, *keyframes), 1, seed=seed)
    shots = (replace(order.shots[0], prompt=prompt),)
    return seen(rendered(replace(order, shots=shots, amplitude=Amplitude.LARGE), FolderJob(folder)))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    """The shot without a prompt."""
    return render_frames(tmp_path_factory.mktemp("plain") / "film", RELATED, "")


@pytest.fixture(scope="module")
def render_related(tmp_path_factory: pytest.TempPathFactory) -> RenderPrompt:
    """Renders the related keyframes with a prompt; prompts that direct the same are rendered once."""
    rendered_before: dict[ParsedPrompt, list[Frame]] = {}

    def render(prompt: str) -> list[Frame]:
        direction = parse_prompt(prompt)
        if direction not in rendered_before:
            folder = tmp_path_factory.mktemp("prompt") / "frames"
            rendered_before[direction] = render_frames(folder, RELATED, prompt)
        return rendered_before[direction]

    return render


def motion(one: Frame, other: Frame) -> NDArray[np.float32]:
    """Measure the affine motion from one frame to another [2,3]: x and y each by place and at the middle."""
    greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (one, other)]
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = search.calc(greys[0], greys[1], np.zeros((*greys[0].shape, 2), np.float32))[16:-16, 16:-16]
    y, x = np.mgrid[-1 : 1 : flow.shape[0] * 1j, -1 : 1 : flow.shape[1] * 1j]
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], axis=1)
    return np.asarray(np.linalg.lstsq(places, flow.reshape(-1, 2), rcond=None)[0].T, dtype=np.float32)


def test_keyframes_that_travel_take_no_second_move(tmp_path: Path) -> None:
    plain, pushed = (
        render_frames(tmp_path / (prompt or "plain"), MOVING, prompt) for prompt in ("", "push in")
    )
    assert max(error(*pair) for pair in zip(plain, pushed, strict=True)) < 0.004


def added(plain: list[Frame], prompted: list[Frame], index: int) -> NDArray[np.float32]:
    return motion(plain[index], prompted[index])


@pytest.mark.parametrize(
    ("prompt", "way"),
    [
        ("pan right", (-1, 0)),
        ("pan left", (1, 0)),
        ("镜头向右摇", (-1, 0)),
        ("tilt up", (0, 1)),
        ("tilt down", (0, -1)),
        ("镜头向上摇", (0, 1)),
        ("镜头向左摇", (1, 0)),
        ("镜头向下摇", (0, -1)),
        ("orbit to the right", (-1, 0)),
        ("镜头环绕", (-1, 0)),
    ],
)
def test_a_camera_word_leads_the_view_its_way(
    plain: list[Frame], render_related: RenderPrompt, prompt: str, way: tuple[int, int]
) -> None:
    moved = added(plain, render_related(prompt), 16)[:, 2]
    along = moved @ np.array(way)
    across = moved @ np.array(way[::-1])
    assert along > 0.8
    assert abs(across) < 0.4 * along


@pytest.mark.parametrize(
    ("prompt", "inwards"),
    [
        ("push in", True),
        ("zoom in", True),
        ("推近镜头", True),
        ("镜头放大", True),
        ("pull out", False),
        ("zoom out", False),
        ("镜头拉远", False),
        ("镜头缩小", False),
    ],
)
def test_a_way_in_grows_slowly_and_a_way_out_shrinks_slowly(
    plain: list[Frame], render_related: RenderPrompt, prompt: str, *, inwards: bool
) -> None:
    prompted = render_related(prompt)
    early, late = (float(np.trace(added(plain, prompted, index)[:, :2])) for index in (8, 16))
    assert min(early, late) > 0.3
    assert late > 1.2 * early if inwards else early > 1.2 * late


@pytest.mark.parametrize("prompt", ["dolly zoom", "希区柯克变焦"])
def test_a_dolly_zoom_holds_the_middle_and_stretches_the_rest(
    plain: list[Frame], render_related: RenderPrompt, prompt: str
) -> None:
    prompted = render_related(prompt)
    greys = [cv2.cvtColor(each[16], cv2.COLOR_RGB2GRAY) for each in (plain, prompted)]
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = np.linalg.norm(search.calc(greys[0], greys[1], np.zeros((*greys[0].shape, 2), np.float32)), axis=2)
    middle, rim = flow[60:84, 110:146].mean(), np.concatenate([flow[:, 8:40], flow[:, -40:-8]]).mean()
    assert middle < 0.3
    assert rim > 1.5


@pytest.mark.parametrize("prompt", ["strong handheld shake", "手持镜头，剧烈晃动"])
def test_a_handheld_camera_shakes(plain: list[Frame], render_related: RenderPrompt, prompt: str) -> None:
    prompted = render_related(prompt)
    places = np.array([added(plain, prompted, index)[:, 2] for index in range(4, 20)])
    turns = np.diff(np.sign(np.diff(places, axis=0)), axis=0)
    assert np.ptp(places, axis=0).max() > 0.34
    assert np.count_nonzero(turns) >= 2


@pytest.mark.parametrize("prompt", ["static shot, the camera does not move", "固定镜头，镜头不要动"])
def test_a_static_camera_adds_nothing(plain: list[Frame], render_related: RenderPrompt, prompt: str) -> None:
    prompted = render_related(prompt)
    assert max(error(one, other) for one, other in zip(plain, prompted, strict=True)) == 0


@pytest.mark.parametrize("time_of_day", ["night falls", "at golden hour", "日落"])
def test_keyframes_show_the_time_of_day_themselves(
    plain: list[Frame], render_related: RenderPrompt, time_of_day: str
) -> None:
    prompted = render_related(time_of_day)
    assert max(error(one, other) for one, other in zip(plain, prompted, strict=True)) == 0


@pytest.mark.parametrize(
    ("prompt", "part"),
    [("pan right", (0, 1)), ("pan left", (0, -1)), ("tilt up", (-1, 0)), ("tilt down", (1, 0))],
)
def test_a_whip_goes_where_the_camera_does(tmp_path: Path, prompt: str, part: tuple[int, int]) -> None:
    blue = render_frames(tmp_path / "frames", UNRELATED, prompt)[12][..., 2].astype(np.float32)
    height, width = blue.shape
    lower = blue[height // 2 :].mean() - blue[: height // 2].mean()
    righter = blue[:, width // 2 :].mean() - blue[:, : width // 2].mean()
    assert np.dot((lower, righter), part) > 20
    assert abs(np.dot((lower, righter), part[::-1])) < 10


@pytest.mark.parametrize("keyframes", [RELATED, UNRELATED], ids=["related", "unrelated"])
def test_another_seed_gives_another_film_between_the_same_keyframes(
    keyframes: list[Frame], tmp_path: Path
) -> None:
    one, other = (render_frames(tmp_path / str(seed), keyframes, "", seed) for seed in (1, 2))
    apart = [error(left, right) for left, right in zip(one, other, strict=True)]
    assert apart[0] == 0
    assert apart[-1] < 0.012
    assert 0.002 < max(apart[4:20]) < 0.12
