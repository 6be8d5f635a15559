"""What each model's page limits, as one table: seconds, size classes, images, words."""

from __future__ import annotations

from typing import Any

import pytest

from keyreel.errors import InvalidRequest
from keyreel.order import Resolution, SoundOptions
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.wire.requests.parsing import validate_fields

URL = "https://example.com/a.png"
LEAST: dict[str, dict[str, Any]] = {
    "img2video": {"images": [URL], "prompt": "x"},
    "start-end2video": {"images": [URL, URL]},
    "reference2video": {"images": [URL], "prompt": "x"},
    "text2video": {"prompt": "x"},
    "template2video": {"template": "hugging", "images": [URL]},
    "multiframe": {"start_image": URL, "image_settings": [{"key_image": URL}] * 2},
}
# Model: seconds that are accepted, the default, size classes (the default first), most letters of a prompt.
MODELS: dict[str, tuple[set[int], int, str, int]] = {
    "q1-img2video": ({5}, 5, "1080p", 1500),
    "q1-start-end2video": ({5}, 5, "1080p", 1500),
    "q1-text2video": ({5}, 5, "1080p", 1500),
    "q1-reference2video": ({5}, 5, "1080p", 1500),
    "2.0-img2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
    "2.0-start-end2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
    "2.0-reference2video": ({4}, 4, "360p 720p", 1500),
    "q2-text2video": ({*range(1, 11)}, 5, "720p 540p 1080p", 5000),
    "q2-reference2video": ({*range(1, 11)}, 5, "720p 540p 1080p", 5000),
    "q2-pro-img2video": ({*range(1, 11)}, 5, "720p 540p 1080p", 5000),
    "q2-pro-start-end2video": ({*range(1, 9)}, 5, "720p 540p 1080p", 2000),
    "q2-pro-reference2video": ({*range(11)}, 5, "720p 540p 1080p", 5000),
    "q2-turbo-img2video": ({*range(1, 11)}, 5, "720p 540p 1080p", 5000),
    "q2-turbo-start-end2video": ({*range(1, 9)}, 5, "720p 540p 1080p", 2000),
    "q2-pro-fast-img2video": ({*range(1, 11)}, 5, "720p 1080p", 5000),
    "q2-pro-fast-start-end2video": ({*range(1, 9)}, 5, "720p 1080p", 2000),
    "q2-pro-fast-text2video": ({*range(1, 11)}, 5, "720p 1080p", 2000),
    "q2-pro-fast-reference2video": ({*range(1, 11)}, 5, "720p 1080p", 2000),
    **{
        f"q3-{tier}-{operation}": ({*range(1, 17)}, 5, "720p 540p 1080p", 5000)
        for tier in ("pro", "turbo")
        for operation in ("text2video", "img2video", "start-end2video")
    },
    "q3-reference2video": ({*range(3, 17)}, 5, "720p 540p 1080p", 5000),
    "q3-turbo-reference2video": ({*range(3, 17)}, 5, "720p 540p 1080p", 5000),
    "q3-mix-reference2video": ({*range(3, 17)}, 5, "720p 1080p", 5000),
    "q3-pro-fast-img2video": ({*range(1, 17)}, 5, "720p 1080p", 5000),
    "q1-classic-img2video": ({5}, 5, "1080p", 1500),
    "q1-classic-start-end2video": ({5}, 5, "1080p", 1500),
    "1.5-text2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
    "1.5-img2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
    "1.5-start-end2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
    "1.5-reference2video": ({4, 8}, 4, "360p 720p 1080p", 1500),
}
BY_MODEL = pytest.mark.parametrize("name", MODELS)


def read(name: str, **change: Any) -> Any:
    operation = next(word for word in LEAST if name.endswith(word))
    return validate_fields(ParsedSubmit(get_endpoint(name), LEAST[operation] | change))


def accepts(name: str, **change: Any) -> bool:
    try:
        read(name, **change)
    except InvalidRequest as error:
        assert error.field in change  # noqa: PT017 - the error is one of many outcomes
        return False
    return True


@BY_MODEL
def test_takes_the_seconds_of_its_page(name: str) -> None:
    seconds, usual, _, _ = MODELS[name]
    assert {number for number in range(-1, 20) if accepts(name, duration=number)} == seconds
    assert read(name).seconds == usual


@BY_MODEL
def test_takes_the_sizes_of_its_page(name: str) -> None:
    sizes = MODELS[name][2].split()
    assert {each.value for each in Resolution if accepts(name, resolution=each.value)} == {*sizes}
    assert read(name).resolution == sizes[0]


@BY_MODEL
def test_takes_as_many_letters_as_its_page_says(name: str) -> None:
    most = MODELS[name][3]
    assert accepts(name, prompt="字" * most)
    assert not accepts(name, prompt="字" * (most + 1))


@pytest.mark.parametrize("name", [name for name in MODELS if MODELS[name][0] == {4, 8}])
def test_eight_seconds_of_vidu_1_and_2_come_in_720p_alone(name: str) -> None:
    assert all(read(name, duration=each).resolution is Resolution.P720 for each in (8, 8.0, "8"))
    assert read(name, duration="8", resolution="").resolution is Resolution.P720
    assert accepts(name, duration=8, resolution="720p")
    with pytest.raises(InvalidRequest, match=r"resolution: got .1080p.; must be 720p with duration 8"):
        read(name, duration=8, resolution="1080p")


@pytest.mark.parametrize("name", ["q1-text2video", "q1-reference2video"])
def test_q1s_square_is_smaller_than_its_wide_frame(name: str) -> None:
    assert str(read(name, aspect_ratio="1:1").to_order(1).size) == "1080x1080"
    assert str(read(name).to_order(1).size) == "1920x1080"


def test_vidu_2_takes_three_references_at_most() -> None:
    assert accepts("2.0-reference2video", images=[URL] * 3)
    assert not accepts("2.0-reference2video", images=[URL] * 4)


def test_a_subjects_voice_speaks_where_the_request_has_none() -> None:
    subjects = [{"images": [URL]}, {"id": "fox", "images": [URL], "voice_id": "calm"}]
    for name in ("q3-reference2video", "q3-turbo-reference2video", "q3-mix-reference2video"):
        submit = read(name, images=[], subjects=subjects)
        assert submit.to_order(1).sound == SoundOptions(ambience=True, speech=True, voice="calm")
        assert [each.name for each in submit.to_order(1).subjects] == ["1", "fox"]
        assert read(name, images=[], subjects=subjects, voice_id="warm").to_order(1).sound.voice == "warm"


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("q3")])
def test_vidu_q3_sounds_unless_told_otherwise(name: str) -> None:
    heard = {
        "all": SoundOptions(ambience=True, speech=True),
        "speech_only": SoundOptions(speech=True),
        "sound_effect_only": SoundOptions(ambience=True),
    }
    assert read(name).to_order(1).sound == heard["all"]
    for kind, sound in heard.items():
        assert read(name, audio_type=kind).to_order(1).sound == sound
    assert read(name, audio=False).to_order(1).sound.is_silent


def test_zero_seconds_leave_the_length_to_the_model() -> None:
    order = read("q2-pro-reference2video", duration=0).to_order(1)
    assert order.seconds == 5


def test_a_template_says_its_name_in_the_prompt() -> None:
    order = read("q2-template2video", area="denmark", prompt="gently").to_order(1)
    assert order.shots[0].prompt == "hugging, denmark, gently"
    assert [each.name for each in order.subjects] == ["1"]
