"""Who stands where: sizes, sides and relations between subjects, as staged."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.subjects.cutouts import Cutout, measure_facing
from keyreel.engines.motion.subjects.scene import create_scene_from_prompt
from keyreel.engines.motion.subjects.staging import StagedSubject, position_subjects
from keyreel.order import Operation, Order, Resolution, Shot, Size

SIZE = Size(320, 180)
SCENE = create_scene_from_prompt(parse_prompt("a meadow"), SIZE, 1)


def stage(prompt: str, *names: str) -> dict[str, StagedSubject]:
    """Stage square cutouts called `names`; return them by name."""
    order = Order(Operation.REFERENCE2VIDEO, "m", (Shot(prompt, 5),), Resolution.P360, 1, size=SIZE)
    parsed = parse_prompt(prompt, names)
    tones = {name: 60 + 20 * number for number, name in enumerate(names)}
    cast = [
        (
            Cutout(np.full((80, 80, 3), tones[name], np.uint8), np.ones((80, 80), np.float32), *(False,) * 4),
            parsed.get_instruction(name),
        )
        for name in names
    ]
    staged = position_subjects(cast, SCENE, order, parsed.relations)
    # Drawing order is by depth: cutouts are told apart by how dark they are.
    dark = sorted(staged, key=lambda each: float(each.cutout.image.mean()))
    return dict(zip(sorted(names, key=lambda name: tones[name]), dark, strict=True))


def width(subject: StagedSubject) -> float:
    return subject.start.height * SIZE.height / SIZE.width


@pytest.mark.parametrize(
    ("tall", "small", "ratio"),
    [("man", "dog", 0.55), ("car", "cup", 0.3), ("horse", "cat", 0.45), ("女孩", "小猫", 0.55)],
)
def test_what_is_small_is_small_beside_what_is_tall(tall: str, small: str, ratio: float) -> None:
    staged = stage(f"@{tall}, @{small}", tall, small)
    assert staged[small].start.height < ratio * staged[tall].start.height
    assert staged[small].start.row == pytest.approx(staged[tall].start.row, abs=0.01)


@pytest.mark.parametrize(
    ("prompt", "left", "right"),
    [
        ("@dog to the left of @cat", "dog", "cat"),
        ("@dog stands to the right of @cat", "cat", "dog"),
        ("@dog 在 @cat 的右边", "cat", "dog"),
        ("@cat站在@dog左边", "cat", "dog"),
        ("@dog chases @cat to the left", "cat", "dog"),
        ("@dog chases @cat", "dog", "cat"),
        ("@dog 追 @cat", "dog", "cat"),
    ],
)
def test_sides_are_as_said(prompt: str, left: str, right: str) -> None:
    staged = stage(prompt, "dog", "cat")
    assert staged[left].start.x < staged[right].start.x - 0.05


@pytest.mark.parametrize(
    "prompt", ["@dog next to @cat", "@dog 在 @cat 旁边", "@dog and @cat sit side by side"]
)
def test_next_to_each_other_is_close(prompt: str) -> None:
    dog, cat = stage(prompt, "dog", "cat").values()
    gap = abs(dog.start.x - cat.start.x) - (width(dog) + width(cat)) / 2
    assert -0.08 < gap < 0.06


@pytest.mark.parametrize(
    ("prompt", "back", "front"),
    [
        ("@dog behind @cat", "dog", "cat"),
        ("@dog stands in front of @cat", "cat", "dog"),
        ("@dog 在 @cat 后面", "dog", "cat"),
        ("@dog站在@cat身前", "cat", "dog"),
    ],
)
def test_who_is_behind_is_farther_and_half_hidden(prompt: str, back: str, front: str) -> None:
    staged = stage(prompt, "dog", "cat")
    assert staged[back].start.disparity < staged[front].start.disparity
    assert staged[back].start.row < staged[front].start.row
    gap = abs(staged[back].start.x - staged[front].start.x)
    assert 0.1 < gap / width(staged[front]) < 1.2


@pytest.mark.parametrize("prompt", ["@cat sits on @table", "@cat on top of @table", "@cat坐在@table上面"])
def test_who_is_on_another_stands_on_its_top_and_goes_with_it(prompt: str) -> None:
    staged = stage(prompt, "cat", "table")
    cat, table = staged["cat"], staged["table"]
    assert cat.start.row == pytest.approx(table.start.row - table.start.height, abs=0.05)
    assert cat.start.x == pytest.approx(table.start.x)
    assert cat.start.disparity > table.start.disparity


@pytest.mark.parametrize("prompt", ["@bird above @horse", "@bird hovers above @horse", "@bird飞在@horse上方"])
def test_who_is_above_another_touches_nothing(prompt: str) -> None:
    staged = stage(prompt, "bird", "horse")
    assert staged["bird"].start.row < staged["horse"].start.row - staged["horse"].start.height
    assert staged["horse"].start.row > SCENE.horizon


def test_an_animal_looks_where_it_goes() -> None:
    alpha = np.zeros((60, 100), np.float32)
    cv2.ellipse(alpha, (48, 36), (34, 12), 0, 0, 360, 1, -1)
    cv2.circle(alpha, (16, 12), 10, 1, -1)
    for x in (24, 70):
        alpha[40:, x : x + 6] = 1
    dog = Cutout(np.full((60, 100, 3), 120, np.uint8), alpha, *(False,) * 4)
    assert measure_facing(dog) == -1
    order = Order(Operation.REFERENCE2VIDEO, "m", (Shot("", 5),), Resolution.P360, 1, size=SIZE)
    parsed = parse_prompt("@dog runs to the right", ("dog",))
    (staged,) = position_subjects([(dog, parsed.get_instruction("dog"))], SCENE, order)
    assert measure_facing(staged.cutout) == 1
