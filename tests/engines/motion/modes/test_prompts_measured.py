"""What prompts say of camera, air and light, in both languages, by what is measured in the frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.modes import image_to_video
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size
from support.prompt_rows import Row, list_directions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

    Floats = NDArray[np.float32]

SIZE = Size(256, 144)


def greys(frames: list[Frame]) -> list[NDArray[np.uint8]]:
    return [np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in frames]


def moved(first: NDArray[np.uint8], last: NDArray[np.uint8]) -> Floats:
    """Return where the content went, in pixels; a border is left out, where content comes and goes."""
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(search.calc(first, last, None)[10:-10, 16:-16], np.float32)


def growth_of(flow: Floats) -> float:
    """Return how much the content grew about the middle; 0.1 is by a tenth."""
    y, x = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    x -= x.mean()
    y -= y.mean()
    return float((flow[..., 0] * x + flow[..., 1] * y).sum() / (x * x + y * y).sum())


@dataclass(frozen=True)
class Travel:
    """How the content of a shot moved, in pixels: `right` and `down` over the shot, and how it grew."""

    frames: list[Frame]

    @cached_property
    def flow(self) -> Floats:
        shades = greys(self.frames)
        return moved(shades[0], shades[-1])

    @property
    def growth(self) -> float:
        return growth_of(self.flow)

    @property
    def right(self) -> float:
        return float(self.flow[..., 0].mean())

    @property
    def down(self) -> float:
        return float(self.flow[..., 1].mean())

    @property
    def far(self) -> float:
        """How far the upper third went to the right."""
        return float(self.flow[:40, :, 0].mean())

    @property
    def near(self) -> float:
        """How far the lowest rows went to the right."""
        return float(self.flow[-18:, :, 0].mean())

    @property
    def looming(self) -> float:
        """How much more the far content grew than the near."""
        x = np.arange(self.flow.shape[1]) - (self.flow.shape[1] - 1) / 2
        far, near = (
            float((rows[..., 0] * x).mean() / (x * x).mean()) for rows in (self.flow[:40], self.flow[-24:])
        )
        return far - near

    @property
    def shake(self) -> float:
        """How often the camera turned back on its way, weighted by how far."""
        shades = greys(self.frames)
        ways = np.array([moved(shades[0], shade).mean(axis=(0, 1)) for shade in shades[::3]])
        return float(np.abs(np.diff(ways, 2, axis=0)).sum())


def leads(axis: str, sign: int) -> Callable[[Travel], bool]:
    """Claim that the content goes one way and hardly the other."""

    def claim(travel: Travel) -> bool:
        along, across = (travel.right, travel.down) if axis == "right" else (travel.down, travel.right)
        return sign * along > 7 and abs(across) < 0.4 * abs(along)

    return claim


CAMERA = [
    Row("zoom in", "镜头放大", lambda it: it.growth > 0.12),
    Row("zoom out", "镜头缩小", lambda it: it.growth < -0.09),
    Row("push in", "镜头缓缓推近", lambda it: it.growth > 0.05),
    Row("pull back", "镜头拉远", lambda it: it.growth < -0.08),
    Row("pan left", "向左摇镜头", leads("right", 1)),
    Row("pan right", "镜头向右摇", leads("right", -1)),
    Row("tilt up", "镜头上摇", leads("down", 1)),
    Row("tilt down", "镜头下摇", leads("down", -1)),
    Row("the camera moves left", "镜头左移", leads("right", 1)),
    Row("camera tracks right", "镜头向右平移", leads("right", -1)),
    Row("crane up", "镜头上升", leads("down", 1)),
    Row("the camera descends", "镜头下降", leads("down", -1)),
    Row("orbit right", "环绕", lambda it: it.far > 6 and it.near < -4),
    Row("orbit left", "逆时针环绕", lambda it: it.far < -6 and it.near > 4),
    Row("dolly zoom", "希区柯克变焦", lambda it: it.looming > 0.1),
    Row("handheld camera", "手持镜头", lambda it: it.shake > 2),
    Row("static shot", "固定镜头", lambda it: np.abs(it.flow).max() < 0.6 and it.shake < 1),
    Row("no camera movement", "镜头不要动", lambda it: np.abs(it.flow).max() < 0.6 and it.shake < 1),
    Row(
        "push in, then pan left",
        "镜头先推近，然后向左摇",
        lambda it: growth_of(half(it.frames, 0)) > 0.02 and half(it.frames, 1)[..., 0].mean() > 1.2,
    ),
]


def half(frames: list[Frame], which: int) -> Floats:
    """Return the flow over the first or the second half of a shot."""
    shades, middle = greys(frames), len(frames) // 2
    return moved(shades[which * middle], shades[middle if which == 0 else -1])


def from_image(image: Path, nets: Networks, prompt: str, *, seconds: int = 1) -> list[Frame]:
    shot = Shot(prompt, seconds, ImageRef(str(image)))
    order = Order(
        Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 1, size=SIZE, amplitude=Amplitude.MEDIUM
    )
    return [frame.copy() for frame in image_to_video.render_image_to_video(order, nets)]


@pytest.mark.parametrize(("prompt", "claim"), list_directions(CAMERA))
def test_the_camera_does_what_is_said(
    prompt: str, claim: Callable[[Travel], bool], landscape: Path, nets: Networks
) -> None:
    assert claim(Travel(from_image(landscape, nets, prompt)))


@pytest.mark.parametrize(("prompt", "axis"), [("crash zoom", "growth"), ("甩镜头", "right")])
def test_a_rush_goes_far_all_at_once_and_blurs(
    prompt: str, axis: str, landscape: Path, nets: Networks
) -> None:
    frames = from_image(landscape, nets, prompt, seconds=2)
    # Step by step: the search loses what moves by a tenth of the width.
    steps = [abs(float(getattr(Travel(list(pair)), axis))) for pair in pairwise(frames[::3])]
    before, rush, after = (sum(steps[part]) for part in (slice(3), slice(3, 11), slice(12, 15)))
    assert rush > {"growth": 0.4, "right": 18}[axis]
    assert before + after < 0.2 * rush
    detail = [float(cv2.Laplacian(each, cv2.CV_32F).std()) for each in (frames[0], frames[22])]
    assert detail[1] < 0.9 * detail[0]


def test_hyperspeed_gathers_speed(landscape: Path, nets: Networks) -> None:
    frames = from_image(landscape, nets, "hyperspeed", seconds=2)
    assert Travel(frames[:13]).growth > 0.02
    assert Travel(frames[-13:]).growth > 3 * Travel(frames[:13]).growth


@dataclass(frozen=True)
class Change:
    """What a word changed of the same shot without it, at its end; light is 0 … 255."""

    frames: list[Frame]
    bare: list[Frame]

    @cached_property
    def added(self) -> Floats:
        return np.asarray(self.frames[-1].astype(np.float32) - self.bare[-1], np.float32)

    @property
    def light(self) -> float:
        return float(self.frames[-1].mean() / self.bare[-1].mean())

    @property
    def warmth(self) -> float:
        return float(self.added[..., 0].mean() - self.added[..., 2].mean())

    @property
    def detail(self) -> float:
        """How much more detail there is."""
        now, before = (
            float(np.abs(cv2.Laplacian(each[-1].astype(np.float32), cv2.CV_32F)).mean())
            for each in (self.frames, self.bare)
        )
        return now - before

    @property
    def contrast(self) -> float:
        return float(self.frames[-1].std() / self.bare[-1].std())

    @property
    def streaks(self) -> float:
        """How much longer than wide what was added is."""
        grey = self.added.mean(axis=2)
        across, down = (float(np.abs(np.diff(grey, axis=axis)).mean()) for axis in (1, 0))
        return across / down

    @property
    def falls(self) -> float:
        """How far down what was added goes in a frame, in pixels; the farthest that fits best."""
        return self._drift(vertical=True)

    def _drift(self, *, vertical: bool) -> float:
        """Match what was added in two neighbouring frames by shifting one against the other."""
        sharp = [self._sharp(index) for index in range(-14, 0)]
        fits = np.zeros(25)
        for before, after in pairwise(sharp):
            for slot, shift in enumerate(range(-12, 13)):
                turned = np.roll(before, shift, axis=0 if vertical else 1)
                fits[slot] += float((turned * after)[14:-14, 14:-14].mean())
        fits /= fits.max()
        # A spread of depths moves at many speeds: their mean, by how well each fits.
        best = np.clip(fits - 0.5, 0, None)
        return float((best * np.arange(-12, 13)).sum() / best.sum())

    def _sharp(self, index: int) -> Floats:
        added = (self.frames[index].astype(np.float32) - self.bare[index]).mean(axis=2)
        return np.asarray(np.abs(added - cv2.blur(added, (9, 9))), np.float32)

    def rows(self, first: float, last: float) -> Floats:
        high = self.added.shape[0]
        return self.added[round(first * high) : round(last * high)]


WEATHER = [
    Row("heavy rain", "下着大雨", lambda it: it.streaks > 1.4 and it.detail > 0.3 and it.light < 0.98),
    Row(
        "snow is falling", "大雪纷飞", lambda it: 0.3 < it.falls < 5 and it.detail > 0.3 and it.streaks < 1.3
    ),
    Row("thick fog", "大雾弥漫", lambda it: it.contrast < 0.9 and it.rows(0.4, 0.6).mean() > 3),
    Row("fire", "大火燃烧", lambda it: it.rows(0.8, 1)[..., 0].mean() > 30 + it.rows(0.8, 1)[..., 2].mean()),
    Row("embers rise", "火星四溅", lambda it: it.falls < -0.2 and it.warmth > 0.05),
    Row("autumn leaves fall", "落叶纷飞", lambda it: it.falls > 0.2 and it.detail > 0.1),
    Row("night falls", "夜幕降临", lambda it: it.light < 0.7 and it.warmth < -3),
    Row("it gets dark", "天黑了", lambda it: it.light < 0.7 and it.warmth < -3),
    Row("the sun sets", "太阳落山", lambda it: it.warmth > 8),
    Row("sunset", "夕阳西下", lambda it: it.warmth > 8),
    Row("a sunny day", "阳光明媚", lambda it: it.light > 1.08),
    Row("night turns to day", "从夜晚到白天", lambda it: it.light > 1.08),
    Row("early morning light", "清晨", lambda it: it.warmth > 4 and it.light > 0.98),
    Row("a storm", "暴风雨", lambda it: it.light < 0.7 and it.streaks > 1.2 and it.detail > 0.3),
    Row("under water", "水下", lambda it: it.warmth < -20 and it.detail > 0.1),
    Row("black and white", "黑白", lambda it: np.ptp(it.frames[-1].astype(int), axis=2).max() <= 1),
    Row("no rain", "没有下雨", lambda it: np.abs(it.added).max() == 0),
]


@pytest.fixture(scope="session")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smooth grey evening, before which everything in the air shows."""
    path = tmp_path_factory.mktemp("pictures") / "wall.png"
    rows = np.linspace(118, 60, 352)[:, None, None]
    cv2.imwrite(str(path), np.asarray(np.broadcast_to(rows, (352, 640, 3)), np.uint8))
    return path


@pytest.fixture(scope="session")
def bare_wall(wall: Path, nets: Networks) -> list[Frame]:
    return from_image(wall, nets, "static shot", seconds=2)


@pytest.mark.parametrize(("prompt", "claim"), list_directions(WEATHER, "static shot, {}"))
def test_the_air_and_the_light_change_as_is_said(  # noqa: PLR0917 - a table's columns and fixtures
    prompt: str, claim: Callable[[Change], bool], wall: Path, bare_wall: list[Frame], nets: Networks
) -> None:
    assert claim(Change(from_image(wall, nets, f"static shot, {prompt}", seconds=2), bare_wall))


@pytest.fixture(scope="session")
def shore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clouds over a rough grey shore over blue level waves."""
    rng = np.random.default_rng(3)
    image = np.zeros((352, 640, 3), np.uint8)
    clouds = cv2.resize(rng.random((20, 60), dtype=np.float32), (640, 140), interpolation=cv2.INTER_CUBIC)
    image[:140] = np.array((228, 186, 138)) + np.array((20, 60, 105)) * clouds.clip(0, 1)[..., None]
    image[140:200] = cv2.resize(rng.random((30, 320), dtype=np.float32), (640, 60))[..., None] * 120
    waves = cv2.resize(rng.random((52, 16), dtype=np.float32), (640, 152), interpolation=cv2.INTER_CUBIC)
    image[200:] = np.array((150, 95, 50)) * (0.6 + 0.6 * waves.clip(0, 1)[..., None])
    path = tmp_path_factory.mktemp("pictures") / "shore.png"
    cv2.imwrite(str(path), image)
    return path


@pytest.mark.parametrize("prompt", ["static shot, the water ripples", "固定镜头，水波荡漾"])
def test_water_runs(prompt: str, shore: Path, nets: Networks) -> None:
    stirred = stir(from_image(shore, nets, prompt))
    assert stirred[-30:].mean() > 0.15
    assert stirred[56:66].mean() < stirred[-30:].mean() * 0.7


@pytest.mark.parametrize("prompt", ["static shot, clouds drift by", "固定镜头，白云飘过"])
def test_clouds_drift(prompt: str, shore: Path, nets: Networks) -> None:
    stirred = stir(from_image(shore, nets, prompt))
    assert stirred[:30].mean() > 0.15
    assert stirred[56:66].mean() < stirred[:30].mean() * 0.7


@pytest.mark.parametrize(
    ("prompt", "pace"), [("timelapse", 4.0), ("慢动作", 0.6), ("time stops", 1.1), ("in reverse", -1.0)]
)
def test_time_runs_as_is_said(prompt: str, pace: float, shore: Path, nets: Networks) -> None:
    usual, timed = (
        moved(*greys(from_image(shore, nets, f"static shot, clouds drift, {text}"))[0:7:6])[:30, :, 0].mean()
        for text in ("no rain", prompt)
    )
    assert usual > 0.1
    if pace > 2:
        assert timed > 2 * usual
    elif pace > 0:
        assert timed < pace * usual
    else:
        assert timed < -0.5 * usual


def stir(frames: list[Frame]) -> Floats:
    shades = greys(frames)
    return np.asarray(np.linalg.norm(moved(shades[0], shades[10]), axis=-1), np.float32)


@pytest.fixture(scope="session")
def bare_ball(ball: Path, nets: Networks) -> list[Frame]:
    return from_image(ball, nets, "static shot", seconds=2)


@pytest.mark.parametrize("prompt", ["smoke rises from it", "炊烟袅袅", "steam", "热气升腾"])
def test_smoke_and_steam_rise_over_a_subject(
    prompt: str, ball: Path, bare_ball: list[Frame], nets: Networks
) -> None:
    added = Change(from_image(ball, nets, f"static shot, {prompt}", seconds=2), bare_ball)
    shades = np.abs(added.added).mean(axis=2)
    assert shades[:80].mean() > 0.3
    assert shades[-30:].mean() < shades[:80].mean() / 4


@pytest.mark.parametrize(
    "prompt", ["her hair blows in the wind", "长发随风飘扬", "the cloth flutters", "裙摆飘动"]
)
def test_wind_moves_a_subjects_edge(prompt: str, ball: Path, bare_ball: list[Frame], nets: Networks) -> None:
    blown = from_image(ball, nets, f"static shot, {prompt}", seconds=2)
    reddish = [
        np.array([(each[..., 0] > 1.5 * each[..., 1]) for each in frames[8:]], np.float32)
        for frames in (blown, bare_ball)
    ]
    swings = [float(each.std(axis=0).sum()) for each in reddish]
    assert swings[0] > 1.3 * swings[1] + 5


@pytest.mark.parametrize("prompt", ["the wind picks up", "起风了"])
def test_wind_bends_what_is_green(prompt: str, nets: Networks, tmp_path: Path) -> None:
    rough = cv2.resize(np.random.default_rng(2).random((44, 80), dtype=np.float32), (640, 352))
    cv2.imwrite(str(tmp_path / "grass.png"), np.array((40, 150, 60)) * (0.4 + 0.8 * rough[..., None]))
    blown, bare = (
        stir(from_image(tmp_path / "grass.png", nets, text, seconds=2)[10:]).mean()
        for text in (f"static shot, {prompt}", "static shot")
    )
    assert blown > 1.35 * bare
