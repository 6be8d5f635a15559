from __future__ import annotations

from typing import Any

import pytest

from keyreel.errors import ImageSizeOutOfRange
from keyreel.order import (
    Amplitude,
    Corner,
    ImageRef,
    Operation,
    Resolution,
    Shot,
    Size,
    SoundOptions,
    Subject,
    Watermark,
)
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.wire.requests.parsing import validate_fields


def url(number: int) -> str:
    return f"https://example.com/{number}.png"


def image(number: int) -> ImageRef:
    return ImageRef(url(number))


def read(name: str, **fields: Any) -> Any:
    return validate_fields(ParsedSubmit(get_endpoint(name), fields))


def test_img2video_is_one_shot_from_the_first_image() -> None:
    request = read("q2-pro-img2video", images=[url(0), url(1)], prompt="x", duration=3)
    assert request.to_order(9).shots == (Shot("x", 3, first=image(0)),)
    assert request.to_order(9).operation is Operation.IMG2VIDEO
    assert request.get_image_sources() == {"images[0]": url(0)}


def test_two_images_are_start_and_end() -> None:
    order = read("q2-pro-start-end2video", images=[url(0), url(1)]).to_order(1)
    assert order.operation is Operation.START_END2VIDEO
    assert order.shots == (Shot("", 5, first=image(0), last=image(1)),)


def test_one_image_of_start_and_end_only_starts() -> None:
    order = read("q2-pro-start-end2video", images=[url(0)]).to_order(1)
    assert order.operation is Operation.IMG2VIDEO
    assert order.shots == (Shot("", 5, first=image(0)),)


def test_each_keyframe_ends_its_own_shot() -> None:
    settings = [{"key_image": url(n), "prompt": f"p{n}", "duration": n + 1} for n in (1, 2, 3)]
    request = read("q2-pro-multiframe", start_image=url(0), image_settings=settings)
    assert request.to_order(1).shots == tuple(Shot(f"p{n}", n + 1, image(n - 1), image(n)) for n in (1, 2, 3))
    assert request.seconds == request.to_order(1).seconds == 9


def test_flat_images_are_a_subject_each() -> None:
    order = read("q1-reference2video", images=[url(0), url(1)], prompt="@1 meets @2").to_order(1)
    assert order.subjects == (Subject("1", (image(0),)), Subject("2", (image(1),)))
    assert order.shots == (Shot("@1 meets @2", 5),)


def test_subjects_are_called_by_id_or_name_or_number() -> None:
    subjects = [
        {"id": "cat", "images": [url(0)], "voice_id": "v"},
        {"name": "dog", "images": [url(1)]},
        {"images": [url(2)]},
        {"id": 7, "images": [url(3)]},
    ]
    order = read("q2-reference2video", subjects=subjects, images=[url(4)], prompt="x", audio=True).to_order(1)
    assert [subject.name for subject in order.subjects] == ["cat", "dog", "3", "7", "5"]
    assert order.sound == SoundOptions(ambience=True, speech=True, voice="v")


def test_seven_images_count_and_three_of_a_subject() -> None:
    subjects = [{"id": str(n), "images": [url(5 * n + k) for k in range(5)]} for n in range(4)]
    request = read("q2-reference2video", subjects=subjects, images=[url(99)], prompt="x")
    assert [len(subject.images) for subject in request.to_order(1).subjects] == [3, 3, 1]
    assert len(request.get_image_sources()) == 7


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [("720p", "16:9", Size(1280, 720)), ("1080p", "1:1", Size(1440, 1440)), ("540p", "3:4", Size(608, 816))],
)
def test_a_requested_ratio_settles_the_size(resolution: str, ratio: str, size: Size) -> None:
    subjects = [{"id": "a", "images": [url(0)]}]
    request = read(
        "q2-reference2video", subjects=subjects, prompt="x", resolution=resolution, aspect_ratio=ratio
    )
    assert request.to_order(1).size == size


def test_what_requests_have_in_common_reaches_the_order() -> None:
    order = read(
        "q2-pro-img2video",
        images=[url(0)],
        prompt="x",
        resolution="1080P",
        movement_amplitude="high",
        watermark=True,
        wm_url=url(1),
        wm_position=2,
        bgm=True,
        meta_data='{"Label":"1"}',
    ).to_order(77)
    assert order.watermark == Watermark(Corner.TOP_RIGHT, image(1))
    assert (order.resolution, order.amplitude) == (Resolution.P1080, Amplitude.LARGE)
    assert (order.sound, order.label, order.seed) == (SoundOptions(music=True), '{"Label":"1"}', 77)
    assert order.model == "q2-pro"
    assert order.size is None


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (0, None),
        (-1, None),
        ("0", None),
        (None, None),
        (5, 5),
        ("12", 12),
        (2**31, 1),
        (2**32 + 9, 9),
        (-2, 2**31 - 2),
    ],
)
def test_seeds_are_31_bits_and_never_zero(given: Any, chosen: int | None) -> None:
    assert read("q2-pro-img2video", images=[url(0)], prompt="x", seed=given).chosen_seed == chosen


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (Size(1000, 1000), Size(1000, 1000), True),
        (Size(1000, 1000), Size(1250, 1000), True),
        (Size(1000, 1000), Size(1000, 800), True),
        (Size(1000, 1000), Size(1251, 1000), False),
        (Size(1000, 1000), Size(1000, 799), False),
        (Size(800, 600), Size(1000, 750), True),
        (Size(1000, 750), Size(800, 600), True),
        (Size(1000, 800), Size(800, 1000), True),
        (Size(1000, 1000), Size(1251, 1251), False),
        (Size(1280, 720), Size(720, 1280), False),
    ],
)
def test_start_and_end_have_similar_sizes(start: Size, end: Size, fits: bool) -> None:  # noqa: FBT001 - a table's column
    request = read("q2-pro-start-end2video", images=[url(0), url(1)])
    sizes = {"images[0]": start, "images[1]": end}
    if fits:
        request.check_sizes(sizes)
        return
    with pytest.raises(ImageSizeOutOfRange, match=r"images: .*0\.8 to 1\.25"):
        request.check_sizes(sizes)


def test_a_size_that_is_not_known_yet_is_not_checked() -> None:
    read("q2-pro-start-end2video", images=[url(0), url(1)]).check_sizes({"images[0]": Size(9, 9)})


def test_off_peak_that_audio_overrules_is_named_too() -> None:
    both = read("q2-pro-img2video", images=[url(0)], prompt="x", off_peak=True, audio=True)
    assert both.list_ignored_fields() == ("off_peak",)
    assert not both.is_off_peak


def test_what_has_no_effect_is_named_when_asked_for() -> None:
    subjects = [{"id": "a", "images": [url(0)], "voice_id": "v"}]
    request = read(
        "q2-reference2video",
        subjects=subjects,
        prompt="x",
        bgm=True,
        off_peak=True,
        callback_url="https://example.com/done",
        extra={"webhook": {"url": "https://example.com/hook"}},
    )
    assert set(request.list_ignored_fields()) == {
        "extra.webhook.url",
        "subjects[0].voice_id",
    }
    assert read("q2-pro-start-end2video", images=[url(0)], is_rec=True).list_ignored_fields() == ()
    assert (
        read("q2-pro-start-end2video", images=[url(0)], extra={"webhook": {"url": ""}}).list_ignored_fields()
        == ()
    )


@pytest.mark.parametrize(
    ("prompt", "described"),
    [
        ("@cat meets @Bello and @3.", "@cat meets @dog and @3."),
        ("@1 meets @2, not @10 and @1x", "@cat meets @dog, not @10 and @1x"),
        ("@2在跑", "@dog在跑"),
        ("图二 and [@Image 1], ＠３", "@dog and @cat, @3"),
        ("@Bellona runs", "@Bellona runs"),
        ('@1 says "image 2"', '@cat says "image 2"'),
        ("mail me@home", "mail me@home"),
    ],
)
def test_a_subject_is_meant_by_id_name_and_number(prompt: str, described: str) -> None:
    subjects = [
        {"id": "cat", "images": [url(0)]},
        {"id": "dog", "name": "Bello", "images": [url(1)]},
        {"images": [url(2)]},
    ]
    request = read("q2-reference2video", subjects=subjects, prompt=prompt)
    assert request.to_order(1).shots[0].prompt == described
    assert request.prompt == prompt


def test_the_longest_name_that_fits_is_the_one_that_is_replaced() -> None:
    subjects = [
        {"id": "小明明", "name": "fox", "images": [url(0)]},
        {"id": "b", "name": "小明", "images": [url(1)]},
    ]
    request = read("q2-reference2video", subjects=subjects, prompt="@小明明在跑，@小明在跳")
    assert request.to_order(1).shots[0].prompt == "@小明明在跑，@b在跳"


def test_images_alone_are_called_by_their_numbers() -> None:
    request = read("q1-reference2video", images=[url(0), url(1)], prompt="图1 meets <image_2>, image 3")
    assert request.to_order(1).shots[0].prompt == "@1 meets @2, image 3"


def test_a_subject_called_by_a_number_keeps_it() -> None:
    subjects = [{"id": "2", "images": [url(0)]}, {"id": "1", "images": [url(1)]}]
    assert (
        read("q2-reference2video", subjects=subjects, prompt="@1 @2").to_order(1).shots[0].prompt == "@1 @2"
    )
