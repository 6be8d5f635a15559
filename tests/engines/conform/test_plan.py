from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.conform.plan import plan_segments
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size

WAN = FrameRule(fps=16, max_frames=81, frame_multiple=4, frame_offset=1, max_pixels=832 * 480)
LTX = FrameRule(fps=24, max_frames=257, frame_multiple=8, frame_offset=1, side_multiple=32)
H3 = FrameRule(fps=24, max_frames=124, frame_multiple=17, frame_offset=5)
SLOW = FrameRule(fps=8, max_frames=49)
HD = Size(1280, 720)


def order(*shots: Shot, size: Size = HD, seed: int = 5) -> Order:
    return Order(Operation.MULTIFRAME, "test", shots, Resolution.P720, seed, size=size)


def image(name: str) -> ImageRef:
    return ImageRef(f"{name}.png")


@pytest.mark.parametrize(
    ("rule", "seconds", "frames"),
    [
        (WAN, 1, [17]),
        (WAN, 5, [81]),
        (WAN, 8, [65, 65]),
        (WAN, 10, [81, 81]),
        (WAN, 16, [65, 65, 65, 65]),
        (LTX, 1, [25]),
        (LTX, 10, [241]),
        (H3, 5, [124]),
        (H3, 8, [107, 107]),
        (SLOW, 5, [41]),
        (FrameRule(fps=30, max_frames=150), 4, [120]),
    ],
)
def test_calls_have_enough_frames_by_the_models_rule(
    rule: FrameRule, seconds: int, frames: list[int]
) -> None:
    segments = plan_segments(order(Shot("a fox", seconds)), rule)
    assert [segment.plan.frames for segment in segments] == frames
    assert sum(len(segment.written) for segment in segments) == seconds * 24
    for segment in segments:
        assert segment.plan.frames <= rule.max_frames
        assert segment.plan.frames % rule.frame_multiple == rule.frame_offset % rule.frame_multiple
        assert segment.compute_positions()[-1] <= segment.plan.frames - 1


@pytest.mark.parametrize("rule", [WAN, LTX, H3, SLOW, FrameRule(fps=25, max_frames=97)])
@pytest.mark.parametrize("seconds", range(1, 61, 7))
def test_segments_of_any_length_fit_the_rule_and_are_about_equal(rule: FrameRule, seconds: int) -> None:
    segments = plan_segments(order(Shot("a fox", seconds)), rule)
    steps = [segment.steps for segment in segments]
    assert sum(steps) == seconds * 24 - 1
    assert max(segment.plan.frames for segment in segments) <= rule.max_frames
    assert max(steps) - min(steps) <= 2 * rule.rate.denominator
    assert [segment.seed for segment in segments] == [5 + number for number in range(len(segments))]


@pytest.mark.parametrize(
    ("size", "rule", "native"),
    [
        (Size(1280, 720), LTX, Size(1312, 736)),
        (Size(960, 528), WAN, Size(848, 464)),
        (Size(832, 480), WAN, Size(832, 480)),
        (Size(528, 960), WAN, Size(464, 848)),
        (Size(720, 720), WAN, Size(624, 624)),
        (Size(1280, 720), FrameRule(24, 121, sizes=(Size(832, 480), Size(480, 832))), Size(832, 480)),
        (Size(720, 1280), FrameRule(24, 121, sizes=(Size(832, 480), Size(480, 832))), Size(480, 832)),
        (Size(4096, 1024), FrameRule(24, 121, max_pixels=256 * 64, side_multiple=64), Size(256, 64)),
    ],
)
def test_sizes_are_the_nearest_that_a_model_makes(size: Size, rule: FrameRule, native: Size) -> None:
    (segment, *_) = plan_segments(order(Shot("a fox", 1), size=size), rule)
    assert segment.plan.size == native


def test_shots_between_keyframes_are_segments_of_their_own() -> None:
    a, b, c = (image(name) for name in "abc")
    segments = plan_segments(order(Shot("out", 5, a, b), Shot("back", 3, b, c)), WAN)
    assert [(each.prompt, each.first, each.last, each.seed) for each in segments] == [
        ("out", a, b, 5),
        ("back", b, c, 6),
    ]
    assert [each.written for each in segments] == [range(120), range(72)]
    assert [each.steps for each in segments] == [120, 71]


def test_a_long_shot_is_a_chain_whose_last_segment_has_the_last_keyframe() -> None:
    segments = plan_segments(order(Shot("a fox", 12, image("a"), image("b"))), WAN)
    assert [each.first for each in segments] == [image("a"), None, None]
    assert [each.last for each in segments] == [None, None, image("b")]
    assert [(each.is_continuation, each.is_continued) for each in segments] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    # Segments meet at frames that the model makes itself: every third of the video is one.
    assert [each.steps % 3 for each in segments[:-1]] == [0, 0]


def test_an_extension_begins_with_the_frame_after_the_one_it_continues() -> None:
    shot = Shot("on", 4, first=image("a"), lead=image("before"))
    (segment,) = plan_segments(replace(order(shot), operation=Operation.EXTEND), LTX)
    assert (segment.steps, segment.written) == (96, range(1, 97))


def test_seeds_stay_within_their_range() -> None:
    segments = plan_segments(order(Shot("a fox", 10), seed=2**31 - 1), WAN)
    assert [each.seed for each in segments] == [2**31 - 1, 1]


def test_a_keyframe_in_the_end_is_reached_by_quickening_the_last_steps() -> None:
    (segment,) = plan_segments(order(Shot("a fox", 5, image("a"), image("b"))), LTX)
    positions = segment.compute_positions()
    # 121 frames for 120: the first 109 steps keep their frames, the last ten pass eleven.
    assert positions[:110] == list(range(110))
    assert positions[-1] == 120
    steps = {after - before for before, after in pairwise(positions[109:])}
    assert steps == {Fraction(11, 10)}


def test_without_a_keyframe_in_the_end_what_is_too_much_is_cut_off() -> None:
    (segment,) = plan_segments(order(Shot("a fox", 5, image("a"))), LTX)
    assert segment.compute_positions() == list(range(120))


@pytest.mark.parametrize(
    ("fps", "multiple", "offset", "most"), [(24, 17, 5, 4), (16, 4, 1, 4), (60, 1, 0, 3)]
)
def test_a_rule_without_enough_frames_is_refused(fps: int, multiple: int, offset: int, most: int) -> None:
    with pytest.raises(ValueError, match=rf"no {multiple}n \+ {offset} up to {most} is enough"):
        FrameRule(fps, most, multiple, offset)
