"""`/v1/videos` over HTTP: JSON and forms, sizes and seconds, pages, contents, deletion."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from keyreel.task import TaskState
from keyreel.tasks.presentation import parse_stored_request
from support.endings import COVER, VIDEO, bring
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

VIDEOS = "/v1/videos"
URL = "https://example.com/a.png"
PNG = b64decode(data_uri().partition(",")[2])


def create(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post(VIDEOS, json={"prompt": "push in", "input_reference": URL} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_submit_answers_a_video(client: TestClient) -> None:
    body = create(client, model="viduq2", input_reference=None, seconds="4", size="1280x720", seed=3)
    assert body.pop("id").isdecimal()
    assert isinstance(body.pop("created_at"), int)
    assert body == {
        "object": "video",
        "model": "viduq2-text2video",
        "status": "queued",
        "progress": 0,
        "completed_at": None,
        "expires_at": None,
        "seconds": "4",
        "size": "1280x720",
        "prompt": "push in",
        "remixed_from_video_id": None,
        "error": None,
        "seed": 3,
        "eta_seconds": 0,
        "payload": "",
        "url": None,
        "cover_url": None,
    }


def test_a_form_with_a_file_is_the_same_request(client: TestClient, platform: Platform) -> None:
    form = {"prompt": "push in", "model": "viduq2-pro", "seconds": "7", "watermark": "true", "seed": "9"}
    answer = client.post(VIDEOS, data=form, files={"input_reference": ("a.png", PNG, "image/png")})
    assert answer.status_code == 200, answer.text
    task = platform.services.store.get("default", answer.json()["id"])
    endpoint: Any = parse_stored_request(task)
    assert endpoint.name() == "q2-pro-img2video"
    assert (endpoint.seconds, endpoint.watermark, endpoint.chosen_seed) == (7, True, 9)
    assert endpoint.images[0].startswith("asset:")
    assert "X-Ignored-Fields" not in answer.headers


def test_a_form_may_name_images_in_brackets_and_by_address(client: TestClient, platform: Platform) -> None:
    for data in ({"input_reference[image_url]": URL}, {"input_reference": URL}, {"images[]": [URL]}):
        answer = client.post(VIDEOS, data={"prompt": "x"} | data, files={"empty": ("", b"")})
        assert answer.status_code == 200, answer.text
        endpoint: Any = parse_stored_request(platform.services.store.get("default", answer.json()["id"]))
        assert endpoint.images == (URL,)


def test_two_images_are_the_first_and_the_last_frame(client: TestClient) -> None:
    body = create(client, model="viduq2-turbo", input_reference=[URL, {"image_url": URL}])
    assert body["model"] == "viduq2-turbo-start-end2video"


NEAREST: list[tuple[dict[str, Any], tuple[str, str, str], set[str]]] = [
    ({"model": "viduq2", "seconds": 12}, ("viduq2-text2video", "10", "1280x720"), {"seconds"}),
    (
        {"model": "viduq1", "seconds": 4, "size": "1080x1920"},
        ("viduq1-text2video", "5", "1080x1920"),
        {"seconds"},
    ),
    ({"seconds": "16"}, ("viduq3-pro-text2video", "16", "1280x720"), set()),
    (
        {"model": "sora-2", "seconds": "4", "size": "720x1280"},
        ("viduq2-text2video", "4", "720x1280"),
        {"model"},
    ),
    (
        {"model": "sora-2-pro-2025-10-06", "seconds": "4", "size": "1792x1024"},
        ("viduq2-text2video", "4", "1920x1080"),
        {"model", "size"},
    ),
    ({"model": "Sora_3", "seconds": "4"}, ("viduq2-text2video", "4", "1280x720"), {"model"}),
    ({"model": "viduq2", "size": "1024x1024"}, ("viduq2-text2video", "5", "960x960"), {"size"}),
    ({"model": "viduq2", "size": "1680x720"}, ("viduq2-text2video", "5", "1464x632"), {"size"}),
    (
        {"model": "vidu-q3-turbo-t2v", "seconds": 99},
        ("viduq3-turbo-text2video", "16", "1280x720"),
        {"seconds"},
    ),
]


def test_seconds_and_size_become_the_nearest_that_a_model_can_do(client: TestClient) -> None:
    for asked, expected, changed in NEAREST:
        answer = client.post(VIDEOS, json={"prompt": "a lighthouse", **asked})
        body = answer.json()
        assert answer.status_code == 200, body
        assert (body["model"], body["seconds"], body["size"]) == expected
        ignored = answer.headers.get("X-Ignored-Fields", "").split(", ")
        assert set(ignored) & {"model", "seconds", "size"} == changed


def test_values_that_exclude_each_other_give_way_together(client: TestClient) -> None:
    """Vidu 2.0 makes eight seconds in 720p alone."""
    answer = client.post(
        VIDEOS,
        json={"prompt": "x", "model": "vidu2.0", "input_reference": URL, "seconds": "8", "size": "1920x1080"},
    )
    assert (answer.json()["seconds"], answer.json()["size"]) == ("8", "1280x720")
    assert answer.headers["X-Ignored-Fields"] == "size"


def test_a_frame_that_follows_the_image_is_not_promised(client: TestClient) -> None:
    answer = client.post(VIDEOS, json={"prompt": "x", "input_reference": URL, "size": "720x1280"})
    assert answer.json()["size"] == "1280x720"
    assert answer.headers["X-Ignored-Fields"] == "size"


BROKEN: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({"prompt": None}, (400, "missing_required_parameter", "prompt")),
    ({"prompt": " "}, (400, "invalid_value", "prompt")),
    ({"seconds": "soon"}, (400, "invalid_value", "seconds")),
    ({"seconds": 0}, (400, "invalid_value", "seconds")),
    ({"size": "large"}, (400, "invalid_value", "size")),
    ({"model": 5}, (400, "invalid_value", "model")),
    ({"model": "viduq9"}, (404, "model_not_found", "model")),
    ({"model": "soras"}, (404, "model_not_found", "model")),
    ({"model": "veo-3.1"}, (404, "model_not_found", "model")),
    ({"model": "kling-v2"}, (404, "model_not_found", "model")),
    ({"model": "wan2.7-i2v"}, (404, "model_not_found", "model")),
    ({"model": "viduq9", "prompt": " "}, (400, "invalid_value", "prompt")),
    ({"model": "sora-2-2025-12-08", "prompt": 5}, (400, "invalid_value", "prompt")),
    ({"model": "viduq9", "seconds": "soon"}, (400, "invalid_value", "seconds")),
    ({"model": "viduq9", "size": "large"}, (400, "invalid_value", "size")),
    ({"model": "viduq2-pro-multiframe"}, (400, "invalid_value", "model")),
    ({"model": "viduq2-reference2video"}, (400, "invalid_value", "model")),
    ({"input_reference": [URL] * 3}, (400, "invalid_item_count", "input_reference")),
    ({"input_reference": {"file_id": "f"}}, (400, "invalid_value", "input_reference")),
    ({"input_reference": "file:///a.png"}, (400, "invalid_value", "images[0]")),
]


def test_refusals_are_error_objects(client: TestClient) -> None:
    for asked, expected in BROKEN:
        body = {"prompt": "x", "model": "viduq2-pro", "input_reference": URL} | asked
        given = {name: value for name, value in body.items() if value is not None}
        answer = client.post(VIDEOS, json=given)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == expected, error
        assert error["type"] == "invalid_request_error"


def test_broken_forms_and_bodies_are_refused(client: TestClient) -> None:
    for content, kind in (
        (b"hello", "multipart/form-data; boundary=x"),
        (b"hello", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"),
        (b"prompt=x", "application/x-www-form-urlencoded"),
    ):
        answer = client.post(VIDEOS, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["message"]
    many = client.post(VIDEOS, data={f"f{n}": "1" for n in range(300)}, files={"a": ("a", b"1")})
    assert many.status_code == 400


def test_paths_that_lead_nowhere_are_told_in_the_formats_words(client: TestClient) -> None:
    answer = client.post(f"{VIDEOS}/1/remix", json={"prompt": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = client.put(VIDEOS, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_other_formats_take_no_forms(client: TestClient) -> None:
    answer = client.post("/ent/v2/img2video", data={"model": "viduq1"}, files={"images": ("a.png", PNG)})
    assert answer.status_code == 400


STATES = {
    TaskState.SUCCEEDED: "completed",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
    TaskState.RUNNING: "in_progress",
    TaskState.QUEUED: "queued",
}


def test_a_video_is_shown_and_deleted_in_every_state(client: TestClient, platform: Platform) -> None:
    for state, word in STATES.items():
        video = f"{VIDEOS}/{create(client)['id']}"
        if state is not TaskState.QUEUED:
            bring(platform, state)
        body = client.get(video).json()
        assert body["status"] == word
        assert (body["error"] is not None) == (word == "failed")
        assert body["progress"] == {"in_progress": 40, "completed": 100}.get(word, body["progress"])
        assert bool(body["url"]) == bool(body["cover_url"]) == (word == "completed")
        ended = state in {TaskState.SUCCEEDED, TaskState.FAILED}
        gone = {"id": body["id"], "object": "video.deleted", "deleted": not ended}
        assert client.delete(video).json() == gone


def test_the_content_is_the_video_itself(client: TestClient, platform: Platform) -> None:
    video = f"{VIDEOS}/{create(client)['id']}"
    early = client.get(f"{video}/content")
    assert (early.status_code, early.json()["error"]["code"]) == (404, "video_not_found")
    bring(platform, TaskState.SUCCEEDED)
    answer = client.get(f"{video}/content", follow_redirects=False)
    assert (answer.status_code, answer.content) == (200, VIDEO)
    assert answer.headers["Content-Type"] == "video/mp4"
    part = client.get(f"{video}/content", headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, VIDEO[:8])
    assert client.get(f"{video}/content", params={"variant": "thumbnail"}).content == COVER
    assert client.get(f"{video}/content", params={"variant": "spritesheet"}).status_code == 400
    stranger = client.get(f"{video}/content", headers={"Authorization": "Bearer wrong"})
    assert (stranger.status_code, stranger.json()["error"]["type"]) == (401, "authentication_error")


def test_lists_go_on_after_an_id_in_both_orders(client: TestClient) -> None:
    ids = [create(client)["id"] for _ in range(5)]
    for order, expected in (("desc", ids[::-1]), ("asc", ids)):
        first = client.get(VIDEOS, params={"limit": 3, "order": order}).json()
        assert [video["id"] for video in first["data"]] == expected[:3]
        assert (first["object"], first["has_more"]) == ("list", True)
        assert (first["first_id"], first["last_id"]) == (expected[0], expected[2])
        rest = client.get(VIDEOS, params={"order": order, "after": first["last_id"]}).json()
        assert [video["id"] for video in rest["data"]] == expected[3:]
        assert rest["has_more"] is False
    empty = client.get(VIDEOS, params={"after": min(ids)}).json()
    assert (empty["data"], empty["first_id"], empty["last_id"]) == ([], None, None)


def test_pages_that_make_no_sense_are_refused(client: TestClient) -> None:
    senseless = {"limit": ("0", "101", "x"), "order": ("up",), "after": ("x", "9" * 19)}
    for name, values in senseless.items():
        for value in values:
            answer = client.get(VIDEOS, params={name: value})
            assert answer.status_code == 400
            assert answer.json()["error"]["param"] == name
