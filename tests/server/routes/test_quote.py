from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from support.data_folders import prepare_data_folder
from support.requests import AUTH, KEY, data_uri

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.cli.local.composition import Platform

MODEL = "vidu-q2-pro-img2video"


def quoted(client: TestClient, **fields: object) -> dict[str, object]:
    answer = client.post("/v1/quote", json={"model": MODEL, **fields})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_says_what_a_submit_would_hold_and_makes_nothing(client: TestClient, platform: Platform) -> None:
    fields = {"images": [data_uri()], "prompt": "push in", "duration": 5, "resolution": "720p"}
    found = quoted(client, **fields)
    assert platform.services.store.list() == ()
    client.post(f"/v3/async/{MODEL}", json=fields)
    (task,) = platform.services.store.list()
    assert (found["credits"], found["seconds"]) == (task.submission.credits, 5)
    assert found["usd"] == f"{task.submission.credits * 0.005:.3f}"


def test_off_peak_costs_half(client: TestClient) -> None:
    usual, cheap = quoted(client, duration=4), quoted(client, duration=4, off_peak=True)
    assert cheap["credits"] == usual["off_peak_credits"]
    assert (usual["off_peak"], cheap["off_peak"]) == (False, True)
    with_sound = quoted(client, duration=4, off_peak=True, audio=True)
    assert (with_sound["off_peak"], with_sound["off_peak_credits"]) == (False, None)


def test_what_has_no_part_in_the_price_may_be_left_out(client: TestClient) -> None:
    assert quoted(client)["seconds"] == 5
    answer = client.post(f"/v1/quote?model={MODEL}", json={"duration": 2})
    assert answer.json()["seconds"] == 2


def test_tasks_before_it_put_its_time_off(client: TestClient) -> None:
    before = quoted(client)
    body = {"images": [data_uri()], "prompt": "on"}
    for _ in range(3):
        client.post(f"/v3/async/{MODEL}", json=body)
    after = quoted(client)
    assert (before["tasks_ahead"], after["tasks_ahead"]) == (0, 3)
    assert int(str(after["seconds_until_done"])) > int(str(before["seconds_until_done"]))


@pytest.mark.parametrize(
    ("body", "status"),
    [({"model": MODEL, "duration": 99}, 400), ({"model": "no-such"}, 404), ({}, 400)],
)
def test_a_wrong_request_has_no_price(client: TestClient, body: dict[str, object], status: int) -> None:
    assert client.post("/v1/quote", json=body).status_code == status


_ROUTED = """
engines = ["busy", "idle"]
[engine.busy]
type = "support.engine_types:ProbeTable"
[engine.idle]
type = "support.engine_types:ProbeTable"
slots = 2
[[route]]
match = { operation = "img2video" }
engines = ["busy"]
[[route]]
match = { operation = "text2video" }
engines = ["busy"]
share = 0.4
[[route]]
match = { operation = "text2video" }
engines = ["idle"]
"""


def test_a_task_waits_for_the_slots_of_its_own_engine(tmp_path: Path) -> None:
    prepare_data_folder(tmp_path)
    (tmp_path / "keyreel.toml").write_text(_ROUTED)
    with (
        open_platform(read_settings(data=tmp_path, api_key=KEY), ("http://testserver",)) as platform,
        TestClient(create_app(platform.services), headers=AUTH) as client,
    ):
        sent = {"images": [data_uri()], "prompt": "on", "duration": 5, "resolution": "720p"}
        ids = [client.post(f"/v3/async/{MODEL}", json=sent).json()["task_id"] for _ in range(4)]
        waits = quoted(client, duration=5, resolution="720p")
        # Two in five of such tasks would be made by the busy engine: the quote is that of the others.
        text = {"model": "vidu-q2-text2video", "prompt": "on", "duration": 5, "resolution": "720p"}
        begins = client.post("/v1/quote", json=text).json()
        etas = [client.get(f"/v3/async/task-result?task_id={each}").json()["task"]["eta"] for each in ids]
    assert (waits["tasks_ahead"], begins["tasks_ahead"], begins["seconds_until_start"]) == (4, 0, 0)
    assert etas == [etas[0] * turn for turn in (1, 2, 3, 4)]
    assert waits["seconds_until_start"] == etas[-1]


def test_strangers_get_no_quote(client: TestClient) -> None:
    answer = client.post("/v1/quote", json={"model": MODEL}, headers={"Authorization": "Bearer other"})
    assert answer.status_code >= 400
    assert "API key" in answer.json()["message"]


def test_prices_shots_between_uploaded_keyframes(client: TestClient) -> None:
    png = b64decode(data_uri().partition(",")[2])
    uri = client.post("/v1/uploads", content=png, headers={"Content-Type": "image/png"}).json()["uri"]
    shots = [{"key_image": uri, "duration": 2}, {"key_image": uri, "duration": 3}]
    fields = {"model": "vidu-q2-pro-multiframe", "start_image": uri, "image_settings": shots}
    answer = client.post("/v1/quote", json=fields)
    assert (answer.status_code, answer.json().get("seconds")) == (200, 5), answer.text
