"""What programs may hand in, and what request it becomes."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from keyreel.client.requests import build_request
from keyreel.errors import InvalidImage, InvalidRequest, MissingImage, UnknownEndpoint

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.order import Shot

URL = "https://example.com/a.png"
MULTIFRAME = "vidu-q2-pro-multiframe"


def encoded(kind: str = "PNG") -> bytes:
    stream = BytesIO()
    Image.new("RGB", (4, 3), (200, 10, 10)).save(stream, kind)
    return stream.getvalue()


def sent(image: Any) -> str:
    return build_request("q2-pro-img2video", {"image": image, "prompt": "x"}).get_image_sources()["images[0]"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_bytes_and_files_become_data_uris_of_their_real_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(encoded(kind))
    for image in (encoded(kind), path, str(path)):
        label, _, text = sent(image).partition(",")
        assert label == f"data:image/{kind.lower()};base64"
        assert b64decode(text) == encoded(kind)


@pytest.mark.parametrize("name", ["image", "images"])
def test_one_image_is_a_list_of_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded())
    for one in (str(path), path, encoded(), URL, Image.new("RGB", (4, 3))):
        for given in (one, [one], (one,)):
            request = build_request("q2-pro-img2video", {name: given, "prompt": "x"})
            assert list(request.get_image_sources()) == ["images[0]"]


def test_one_image_of_a_subject_and_one_prompt_of_a_shot_are_lists_of_one() -> None:
    subject = {"id": "a", "images": URL}
    request = build_request("q2-pro-reference2video", {"subjects": [subject], "prompt": "@a waves"})
    assert list(request.get_image_sources()) == ["subjects[0].images[0]"]
    with pytest.raises(
        InvalidRequest, match="prompts: got a list of 1; must have one entry for each of 2 shots"
    ):
        build_request(MULTIFRAME, {"images": [URL] * 3, "prompts": "go"})


def test_a_pil_image_is_sent_losslessly() -> None:
    image = Image.new("RGBA", (4, 3), (200, 10, 10, 128))
    _, _, text = sent(image).partition(",")
    with Image.open(BytesIO(b64decode(text))) as read:
        assert (read.format, read.mode, read.size) == ("PNG", "RGBA", (4, 3))


@pytest.mark.parametrize("address", [URL, "HTTP://example.com/a", "data:image/png;base64,iVBORw0KGgo="])
def test_addresses_are_sent_as_they_are(address: str) -> None:
    assert sent(address) == address


@pytest.mark.parametrize("image", [b"GIF89a", b"", 5, object()])
def test_what_is_no_image_is_refused_by_name(image: Any) -> None:
    with pytest.raises(InvalidImage, match=r"^images\[0\]: "):
        sent(image)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sent(tmp_path / "nothing.png")


def url(number: int) -> str:
    return f"https://example.com/{number}.png"


def shots(**given: Any) -> tuple[Shot, ...]:
    return build_request(MULTIFRAME, given).to_order(1).shots


FOUR = [url(number) for number in range(4)]


def test_images_are_start_frame_and_keyframes() -> None:
    made = shots(images=FOUR, prompt="on", duration=3)
    assert [(shot.first, shot.last) for shot in made] == [(url(n), url(n + 1)) for n in range(3)]
    assert {(shot.prompt, shot.seconds) for shot in made} == {("on", 3)}


def test_beside_a_start_frame_images_are_keyframes_alone() -> None:
    assert shots(start_image=FOUR[0], images=FOUR[1:]) == shots(images=FOUR)


def test_each_shot_may_have_its_own_prompt_and_duration() -> None:
    made = shots(images=FOUR, prompts=["a", "b", "c"], durations=[2, 3, 7])
    assert [(shot.prompt, shot.seconds) for shot in made] == [("a", 2), ("b", 3), ("c", 7)]


def test_the_endpoints_own_fields_do_as_well(tmp_path: Path) -> None:
    path = tmp_path / "key.png"
    path.write_bytes(encoded())
    settings = [{"key_image": path, "duration": 2}, {"key_image": URL, "prompt": "b"}]
    made = build_request(MULTIFRAME, {"start_image": encoded(), "image_settings": settings})
    kinds = [source[:10] for source in made.get_image_sources().values()]
    assert kinds == ["data:image", "data:image", URL[:10]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"images": FOUR, "prompts": ["a"]}, "prompts"),
        ({"images": FOUR, "prompts": ["a", "b", "c"], "prompt": "d"}, "prompts"),
        ({"images": FOUR, "durations": [1] * 9}, "durations"),
        ({"images": FOUR, "duration": 9}, "image_settings[0].duration"),
        ({"images": FOUR[:2]}, "image_settings"),
        ({"images": FOUR, "colour": "red"}, "colour"),
        ({"images": [*FOUR, b"GIF89a"]}, "image_settings[3].key_image"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        build_request(MULTIFRAME, given)
    assert caught.value.field == field
    assert caught.value.message.startswith(field)


def test_no_images_at_all_are_missing_images() -> None:
    with pytest.raises(MissingImage):
        build_request(MULTIFRAME, {"images": []})


def test_subjects_and_watermarks_take_images_too() -> None:
    made = build_request(
        "viduq2_reference2video",
        {
            "subjects": [{"id": "cat", "images": [encoded()]}],
            "prompt": "@cat",
            "watermark": True,
            "wm_url": encoded(),
        },
    )
    assert {path: source[:10] for path, source in made.get_image_sources().items()} == {
        "subjects[0].images[0]": "data:image",
        "wm_url": "data:image",
    }


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownEndpoint):
        build_request("vidu-q9-dream2video", {})
