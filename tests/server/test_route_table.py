"""One table makes routes, authorisation and description; real answers fit that description."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.server.route_table import ACTION_SCOPES, build_own_routes
from keyreel.server.submission.test_mode import TEST_COVER_KEY, TEST_VIDEO_KEY
from keyreel.settings import read_settings
from keyreel.storage.keys import make_preview_key
from keyreel.task import TaskFilter, TaskId, TaskState
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES
from support.data_folders import prepare_data_folder
from support.requests import AUTH, KEY, data_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from keyreel.cli.local.composition import Platform
    from keyreel.wire.reference.own_route import OwnRoute

SUBMIT = "/v3/async/vidu-q2-pro-img2video"
TASK = {"images": [data_uri()], "prompt": "x", "duration": 2}
REHEARSED = {
    **TASK,
    "extra": {"webhook": {"url": "http://8.8.8.8/hook", "test_mode": {"enabled": True}}},
}
PNG = b64decode(data_uri().partition(",")[2])
BY_NAME = {entry.name: entry for entry in OWN_ROUTES}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), dev=True)
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform.services)) as opened:
        yield opened


def fill(entry: OwnRoute, **values: str) -> str:
    path = entry.openapi_path
    for name, value in {"id": "1", "key": "videos/1.mp4", "name": "default", "model": "x", **values}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


class Visitor:
    """Visits own routes as whoever may ask, and holds each JSON answer against the OpenAPI document."""

    def __init__(self, client: TestClient, admin_token: str) -> None:
        self._client = client
        self._headers = {
            RequiredAccess.NOTHING: {},
            RequiredAccess.ANY_KEY: AUTH,
            RequiredAccess.KEY: AUTH,
            RequiredAccess.SUBMIT_KEY: AUTH,
            RequiredAccess.ADMIN: {"Authorization": f"Bearer {admin_token}"},
        }
        self._document = client.get("/openapi.json").json()
        self.visited: set[str] = set()

    def validate(self, entry: OwnRoute, body: object) -> None:
        operation = self._document["paths"][entry.openapi_path][entry.method.lower()]
        content = operation["responses"][entry.status]["content"]
        media = content.get("application/json") or next(iter(content.values()))
        assert media["schema"]["$ref"]
        # Over HTTP the document's references lead into the document itself.
        schema = {**media["schema"], "components": self._document["components"]}
        jsonschema_rs.validate(schema, body)

    def visit(
        self,
        name: str,
        *,
        query: str = "",
        path: dict[str, str] | None = None,
        accept: str = "*/*",
        **sent: Any,
    ) -> Any:
        entry = BY_NAME[name]
        url = fill(entry, **(path or {})) + query
        headers = self._headers[entry.access] | {"Accept": accept}
        answer: httpx.Response = self._client.request(entry.method, url, headers=headers, **sent)
        assert answer.status_code == int(entry.status), (name, answer.text)
        self.visited.add(name)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        assert media_type in (entry.media_types or ("",)), name
        if media_type == "application/json":
            self.validate(entry, answer.json())
            return answer.json()
        if media_type == "application/x-ndjson":
            for line in answer.text.splitlines():
                self.validate(entry, json.loads(line))
        return answer.content


@pytest.fixture
def visitor(client: TestClient, platform: Platform) -> Visitor:
    return Visitor(client, platform.services.admin_token)


def visit_public_routes(visitor: Visitor) -> None:
    for name in ("show_index", "show_openapi", "show_docs", "show_llms_txt", "list_voices"):
        assert visitor.visit(name)
    visitor.visit("show_studio_file", path={"name": "icon.svg"})
    visitor.visit("check_liveness")
    visitor.visit("check_readiness")
    visitor.visit("check_liveness_of_container")
    visitor.visit("check_readiness_of_container")
    for model in visitor.visit("list_vtrix_models")["data"]["models"]:
        visitor.visit("show_vtrix_model_spec", path={"id": model["id"]})
    models = visitor.visit("list_models")["data"]
    for model in models:
        visitor.visit("show_model", path={"id": model["id"]})
    visitor.visit("show_root_certificate")


def visit_key_routes(visitor: Visitor, video: bytes) -> None:
    model = {"model": "vidu-q2-pro-img2video"}
    verdicts = [
        visitor.visit("validate_request", path=model, json=body) for body in (TASK, TASK | {"duration": 99})
    ]
    assert [each["valid"] for each in verdicts] == [True, False]
    for off_peak in (False, True):
        visitor.visit("quote_request", json=model | TASK | {"off_peak": off_peak})
    visitor.visit("show_balance")
    assert visitor.visit("verify_file", content=video)["tasks"]
    assert visitor.visit("describe_key")["tenant"] == "default"
    assert visitor.visit("list_engine_states")["engines"]
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    assert b"generate_img2video" in visitor.visit(
        "call_tools", json=listing, accept="application/json, text/event-stream"
    )
    upload = visitor.visit("upload_image", content=PNG)
    assert visitor.visit("show_upload", path={"id": upload["id"]})["bytes"] == len(PNG)


def visit_task_routes(visitor: Visitor, client: TestClient, platform: Platform) -> None:
    held = client.post(SUBMIT, json=TASK | {"extra": {"draft": True}}, headers=AUTH).json()
    path = {"id": held["task_id"]}
    states = [
        visitor.visit(name, path=path)["state"] for name in ("show_task", "approve_task", "cancel_task")
    ]
    assert states == ["held", "queued", "cancelled"]
    assert len(visitor.visit("list_own_tasks")["tasks"]) == 3
    assert b"event: end" in visitor.visit("stream_events", path=path)
    assert visitor.visit("delete_task", path=path) == b""
    store = platform.services.store
    (queued,) = store.list_ids("default", TaskFilter(states=frozenset({TaskState.QUEUED})))
    claim = store.queue.claim("worker", 60.0)
    assert claim is not None
    asyncio.run(platform.services.storage.put_volatile(make_preview_key(queued, 1), b"JPEG"))
    store.queue.save_progress(claim.token, 0.5, 1)
    assert visitor.visit("show_preview", path={"id": queued}) == b"JPEG"
    store.queue.requeue(claim.token)


def visit_file_routes(visitor: Visitor, client: TestClient) -> None:
    names = {"file_name": "a.png", "content_type": "image/png"}
    urls = client.post("/customers/storage", json=names, headers=AUTH).json()
    for name, url, sent in (
        ("receive_file", "upload_url", {"content": PNG}),
        ("send_file", "download_url", {}),
        ("measure_file", "download_url", {}),
    ):
        parts = urlsplit(urls[url])
        key = parts.path.removeprefix("/files/")
        visitor.visit(name, path={"key": key}, query=f"?{parts.query}", **sent)


def visit_account_routes(visitor: Visitor) -> None:
    visitor.visit("create_tenant", json={"name": "ann", "rpm": 5})
    visitor.visit("limit_tenant", path={"name": "ann"}, json={"queued": 3})
    visitor.visit("grant_credits", path={"name": "ann"}, json={"credits": 100})
    visitor.visit("disable_tenant", path={"name": "ann"}, json={"cancel_tasks": True})
    visitor.visit("enable_tenant", path={"name": "ann"})
    key = visitor.visit("create_key", json={"tenant": "ann", "name": "site"})
    visitor.visit("limit_key", path={"id": key["id"]}, json={"rpm": 1})
    visitor.visit("revoke_key", path={"id": key["id"]})
    assert visitor.visit("list_keys")["keys"]
    assert len(visitor.visit("list_tenants")["tenants"]) == 2


def visit_operation_routes(visitor: Visitor, platform: Platform) -> None:
    assert {each["state"] for each in visitor.visit("list_tasks")["tasks"]} == {"queued", "succeeded"}
    task = next(each for each in platform.services.store.list() if each.video)
    (platform.services.settings.data / "files" / TEST_COVER_KEY).unlink()
    assert visitor.visit("list_missing_files")["missing"]
    assert visitor.visit("find_matches", json={"sha256": task.video_sha256, "fingerprint": ""})["matches"]
    visitor.visit("list_engines")
    assert b"keyreel_build_info" in visitor.visit("show_metrics")
    visitor.visit("show_clock")
    visitor.visit("advance_clock", json={"seconds": 0.5})
    (delivery,) = visitor.visit("list_deliveries")["callbacks"]
    visitor.visit("replay_delivery", path={"id": delivery["id"]})
    visitor.visit("show_signing_secret")
    assert visitor.visit("export_ledger")
    visitor.visit("verify_ledger")
    assert visitor.visit("list_usage")["tasks"]
    assert visitor.visit("list_daily_usage")["days"]
    assert visitor.visit("list_audit_entries")["entries"]
    assert visitor.visit("verify_audit_log")["ok"]


def test_every_own_route_answers_as_the_document_says(
    client: TestClient, platform: Platform, visitor: Visitor
) -> None:
    for body in (TASK, REHEARSED):
        assert client.post(SUBMIT, json=body, headers=AUTH).status_code == 200
    visit_public_routes(visitor)
    visit_key_routes(visitor, (platform.services.settings.data / "files" / TEST_VIDEO_KEY).read_bytes())
    visit_task_routes(visitor, client, platform)
    (task, *_) = visitor.visit("list_tasks")["tasks"]
    platform.services.store.upstream_callbacks.expect(TaskId(task["id"]), "token")
    visitor.visit("receive_upstream_callback", path={"token": "token"})
    visit_file_routes(visitor, client)
    visit_account_routes(visitor)
    visit_operation_routes(visitor, platform)
    assert visitor.visited == BY_NAME.keys()


def test_a_name_that_the_schema_lacks_is_found(visitor: Visitor) -> None:
    body = visitor.visit("check_readiness")
    for changed in (body | {"extra": 1}, body | {"queued": "none"}, {"status": "ok"}):
        with pytest.raises(jsonschema_rs.ValidationError):
            visitor.validate(BY_NAME["check_readiness"], changed)


def test_every_json_body_has_a_model_and_no_other_has() -> None:
    for entry in OWN_ROUTES:
        is_json = any("json" in media_type for media_type in entry.media_types)
        assert (entry.response is not None) == is_json, entry.name


def test_every_entry_has_one_route(platform: Platform) -> None:
    routes = build_own_routes(platform.services)
    assert [route.path for route in routes] == [entry.path for entry in OWN_ROUTES]
    assert len({(entry.method, entry.path) for entry in OWN_ROUTES}) == len(OWN_ROUTES) == len(BY_NAME)


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: (*entries, replace(entries[0], name="unknown")),
        lambda entries: entries[1:],
        lambda entries: (replace(entries[0], access=RequiredAccess.ADMIN), *entries[1:]),
    ],
    ids=["an entry without a handler", "a handler without an entry", "another access"],
)
def test_the_server_does_not_start_with(platform: Platform, change: Callable[[Any], Any]) -> None:
    with pytest.raises(LookupError, match=r"unknown|list_vtrix_models"):
        build_own_routes(platform.services, change(OWN_ROUTES))


@pytest.mark.parametrize("entry", OWN_ROUTES, ids=lambda entry: entry.name)
def test_no_route_answers_who_may_not_ask(client: TestClient, entry: OwnRoute) -> None:
    def ask(**headers: str) -> str:
        answer = client.request(entry.method, fill(entry), headers=headers, json={})
        is_error = answer.is_error and entry.method != "HEAD"
        return str(answer.json().get("reason")) if is_error else ""

    asked = [ask(), ask(Authorization="Bearer wrong"), ask(**AUTH)]
    refused = ["MISSING_API_KEY", "INVALID_API_KEY", "API_NOT_ALLOWED"]
    count = {"nothing": 0, "any key": 2, "key": 2, "submit key": 2, "admin": 3}[entry.access]
    assert asked[:count] == refused[:count]
    assert not set(asked[count:]) & set(refused)


def test_every_action_of_a_format_has_a_scope() -> None:
    assert ACTION_SCOPES.keys() == set(RouteAction)
