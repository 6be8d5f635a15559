from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.wire.catalogue import ENDPOINTS
from keyreel.wire.dialect import Action
from keyreel.wire.dialects import DIALECTS

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def test_health_needs_no_key(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.get("/health/live").json()["status"] == "ok"
    assert client.get("/health/ready").json() == {"status": "ok", "worker": True, "queued": 0}


def test_the_openapi_document_has_every_dialects_paths(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for dialect in DIALECTS:
        assert dialect.path_of(Action.RESULT) in paths
    assert "/v3/async/vidu-q2-pro-multiframe" in paths
    assert "/model/v1/generation" in paths


def test_a_client_that_reads_the_specification_can_submit_by_it(client: TestClient) -> None:
    listed = client.get("/api/v1/skill/models", params={"page": 1, "page_size": 50}).json()["data"]["models"]
    assert len(listed) == len(ENDPOINTS)
    for model in listed:
        spec = client.get(f"/api/v1/skill/models/{model['id']}/spec").json()["data"]
        assert spec["api"]["endpoint"].endswith("/model/v1/generation")
        assert spec["parameters"]
