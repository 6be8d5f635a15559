from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import Platform, open_platform
from keyreel.server.app import create_app
from keyreel.server.route_table import build_routes
from keyreel.settings import read_settings
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference import openapi
from support.requests import KEY

if TYPE_CHECKING:
    from pathlib import Path


def test_health_needs_no_key(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.get("/health/live").json()["status"] == "ok"
    works = {"ok": True, "detail": ""}
    checks = {"database": works, "storage": works, "disk_room": works}
    ready = {"status": "ok", "worker": True, "queued": 0, "checks": checks}
    assert client.get("/health/ready").json() == ready


def test_the_openapi_document_has_every_dialects_paths(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for dialect in DIALECTS:
        assert dialect.get_path(RouteAction.RESULT) in paths
    assert "/v3/async/vidu-q2-pro-multiframe" in paths
    assert "/model/v1/generation" in paths


@pytest.mark.parametrize("docs_url", ["https://docs.example/keyreel", ""])
def test_the_openapi_document_leads_to_the_guides_where_they_are_published(
    platform: Platform, docs_url: str
) -> None:
    settings = platform.services.settings.model_copy(update={"docs_url": docs_url})
    with TestClient(create_app(replace(platform.services, settings=settings))) as visitor:
        assert visitor.get("/openapi.json").json().get("externalDocs", {}).get("url", "") == docs_url


def test_examples_name_pictures_that_this_server_has(client: TestClient) -> None:
    body = client.get("/openapi.json").json()["paths"]["/ent/v2/img2video"]["post"]["requestBody"]
    (picture,) = body["content"]["application/json"]["examples"]["q2-pro-img2video"]["value"]["images"]
    assert picture == "http://testserver/studio/samples/flight-0.webp"
    assert client.get(picture).headers["content-type"] == "image/webp"


def test_a_client_that_reads_the_specification_can_submit_by_it(client: TestClient) -> None:
    listed = client.get("/api/v1/skill/models", params={"page": 1, "page_size": 50}).json()["data"]["models"]
    assert len(listed) == len(ENDPOINTS)
    for model in listed:
        spec = client.get(f"/api/v1/skill/models/{model['id']}/spec").json()["data"]
        assert spec["api"]["endpoint"].endswith("/model/v1/generation")
        assert spec["parameters"]


def test_models_are_listed_with_limits_prices_and_every_formats_id(client: TestClient) -> None:
    del client.headers["Authorization"]
    listed = client.get("/v1/models").json()
    assert listed["object"] == "list"
    models = {model["id"]: model for model in listed["data"]}
    operations = [each for model in listed["data"] for each in model["operations"]]
    assert {each["endpoint"] for each in operations} == {kind.name() for kind in ENDPOINTS}
    two = {each["operation"]: each for each in models["vidu2.0"]["operations"]}["img2video"]
    assert two["limits"] == {
        "seconds": {"min": 4, "max": 8, "choices": [4, 8]},
        "resolutions": ["360p", "720p", "1080p"],
        "images": {"min": 1, "max": None},
        "prompt_characters": 1500,
    }
    assert two["credits"] == {"360p": {"4": 20}, "720p": {"4": 40, "8": 100}, "1080p": {"4": 100}}
    assert two["ids"]["vtrix"] == "vidu20_img2video"
    assert client.get("/v1/models/viduq2-pro").json() == models["viduq2-pro"]
    assert client.get("/v1/models/gpt-4").status_code == 404


def test_what_no_engine_makes_is_listed_as_unavailable(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path, api_key=KEY, engines=("motion",))
    with (
        open_platform(settings, ("http://testserver",)) as platform,
        TestClient(create_app(platform.services)) as client,
    ):
        models = client.get("/v1/models").json()["data"]
        able = {each["endpoint"] for model in models for each in model["operations"] if each["available"]}
        assert "q2-template2video" not in able
        assert "q2-text2video" in able
        assert "q2-pro-multiframe" in able
        for query, count in (({}, len(able)), ({"available": "all"}, len(ENDPOINTS))):
            assert client.get("/api/v1/skill/models", params=query).json()["data"]["total"] == count


def test_every_address_of_the_server_is_described_and_no_other(platform: Platform) -> None:
    routes = {
        (method, re.sub(r":path\}", "}", route.path))
        for route in build_routes(platform.services)
        for method in (route.methods or set())
        if method != "HEAD" or route.path.startswith("/files/")
    }
    paths = openapi.build_document()["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    # Addresses that hold a model's or an operation's name are described one by one.
    templates = {
        (route.method, route.path)
        for dialect in DIALECTS
        for route in dialect.routes
        if route.action is RouteAction.SUBMIT and "{" in route.path
    }
    names = {re.sub(r"\{\w+\}", "[^/]+", f"{method} {path}") for method, path in templates}
    one_by_one = {each for each in told if any(re.fullmatch(name, " ".join(each)) for name in names)}
    assert told - one_by_one == routes - templates
    assert len(one_by_one) >= len(ENDPOINTS)
