"""What the studio asks for beside tasks: what its key may do, which engines there are, images to name."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from keyreel.tasks.accounts.api_keys import Scope
from support.requests import data_uri
from support.submits import SUBMITS

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PNG = b64decode(data_uri(320, 180).partition(",")[2])


def with_scopes(platform: Platform, *scopes: Scope) -> dict[str, str]:
    _, key = platform.services.keys.create("default", scopes=frozenset(scopes))
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_told_what_it_may_do(client: TestClient, platform: Platform) -> None:
    own = client.get("/v1/whoami").json()
    assert own == {
        "tenant": "default",
        "key_id": "environment",
        "scopes": ["submit", "read"],
        "operator": False,
        "credits": {"balance": None, "held": 0, "prepaid": False},
    }
    # Whatever it may do, it may ask.
    for scopes, operator in (((Scope.SUBMIT,), False), ((Scope.ADMIN,), True), ((), False)):
        found = client.get("/v1/whoami", headers=with_scopes(platform, *scopes)).json()
        assert (found["scopes"], found["operator"]) == ([*scopes], operator)
    token = {"Authorization": f"Bearer {platform.services.admin_token}"}
    found = client.get("/v1/whoami", headers=token).json()
    assert (found["tenant"], found["key_id"], found["operator"]) == (None, None, True)


def test_a_tenant_that_pays_in_advance_has_a_balance(client: TestClient, platform: Platform) -> None:
    token = {"Authorization": f"Bearer {platform.services.admin_token}"}
    granted = client.post("/v1/admin/tenants/default/grants", json={"credits": 100}, headers=token)
    assert granted.status_code == 200, granted.text
    credits_ = client.get("/v1/whoami").json()["credits"]
    assert credits_ == {"balance": 100, "held": 0, "prepaid": True}


def test_engines_are_shown_to_keys_without_what_is_for_operators(client: TestClient) -> None:
    (engine,) = client.get("/v1/engines").json()["engines"]
    assert engine["name"] == "keyreel.testing:CardEngine"
    assert (engine["healthy"], engine["detail"], engine["slots"]) == (None, "", 1)
    assert {"img2video", "multiframe"} <= set(engine["operations"])
    assert "viduq2-pro" in engine["models"]
    assert client.get("/v1/engines", headers={"Authorization": ""}).status_code == 400
    assert client.get("/v1/admin/engines").status_code == 403


def upload(client: TestClient, content: bytes = PNG) -> dict[str, object]:
    answer = client.post("/v1/uploads", content=content, headers={"Content-Type": "image/png"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_image_is_sent_once_and_described(client: TestClient, platform: Platform) -> None:
    one = upload(client)
    assert (one["width"], one["height"], one["media_type"], one["bytes"]) == (320, 180, "image/png", len(PNG))
    keep = platform.services.settings.retention_periods.inputs
    assert keep is not None
    left = datetime.fromisoformat(str(one["expires_at"])) - platform.services.clock.now()
    assert keep - timedelta(minutes=5) < left <= keep
    assert client.get(str(one["url"]), headers={"Authorization": ""}).content == PNG
    again = client.get(f"/v1/uploads/{one['id']}").json()
    assert again | {"url": "", "expires_at": ""} == one | {"url": "", "expires_at": ""}
    assert client.get("/v1/user/balance").json()["stored_bytes"] == len(PNG)


def test_a_form_brings_one_too(client: TestClient) -> None:
    answer = client.post("/v1/uploads", files={"file": ("a.png", PNG, "image/png")})
    assert (answer.status_code, answer.json()["width"]) == (201, 320)
    wrong = client.post("/v1/uploads", files={"picture": ("a.png", PNG, "image/png")})
    assert (wrong.status_code, wrong.json()["message"].partition(":")[0]) == (400, "file")


@pytest.mark.parametrize("name", [name for name in SUBMITS if name != "openai_videos"])
def test_its_uri_stands_for_an_image_in_every_format(client: TestClient, name: str) -> None:
    uri = upload(client)["uri"]
    path, body = SUBMITS[name]

    def put_in(value: object) -> object:
        if isinstance(value, dict):
            return {key: put_in(each) for key, each in value.items()}
        if isinstance(value, list):
            return [put_in(each) for each in value]
        return uri if isinstance(value, str) and value.startswith("data:image") else value

    answer = client.post(path, json=put_in(body))
    assert answer.status_code == 200, answer.text
    (task,) = client.get("/v1/tasks").json()["tasks"]
    (image, *_) = client.get(f"/v1/tasks/{task['id']}").json()["request"]["fields"]["images"]
    assert client.get(image).content == PNG


@pytest.mark.parametrize("content", [b"", b"MZ a program", b"\0\0\0\x18ftypisom" + bytes(100), PNG[:20]])
def test_what_is_no_image_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/uploads", content=content)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("file: ")
    assert client.get("/v1/user/balance").json()["stored_bytes"] == 0


def test_nobody_sees_anothers_upload(client: TestClient, platform: Platform) -> None:
    one = upload(client)
    _, key = platform.services.keys.create("other")
    theirs = {"Authorization": f"Bearer {key}"}
    assert client.get(f"/v1/uploads/{one['id']}", headers=theirs).status_code == 404
    for odd in ("17", "abc", "..", "9" * 30):
        assert client.get(f"/v1/uploads/{odd}").status_code == 404


def test_an_upload_needs_the_scope_and_the_room(client: TestClient, platform: Platform) -> None:
    reader = with_scopes(platform, Scope.READ)
    assert client.post("/v1/uploads", content=PNG, headers=reader).status_code == 403
    token = {"Authorization": f"Bearer {platform.services.admin_token}"}
    client.patch("/v1/admin/tenants/default", json={"storage_bytes": len(PNG)}, headers=token)
    upload(client)
    assert client.post("/v1/uploads", content=PNG).status_code == 429
