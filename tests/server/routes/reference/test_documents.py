"""Reference documents are sent once to each client: then it is told that they are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient

PATHS = (
    *("/openapi.json", "/docs", "/llms.txt", "/v1/models", "/v1/models/viduq2-pro"),
    "/api/v1/skill/models/viduq2_pro_img2video/spec",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_document_is_not_sent_again_to_who_has_it(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert "no-cache" in first.headers["cache-control"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", ["/openapi.json", "/llms.txt", PATHS[-1]])
def test_a_document_names_the_server_as_each_client_knows_it(client: TestClient, path: str) -> None:
    answers = [client.get(path, headers={"Host": host}) for host in ("one.example", "two.example:8080")]
    assert "http://one.example" in answers[0].text
    assert "http://two.example:8080" in answers[1].text
    assert "base-url.invalid" not in answers[0].text
    assert answers[0].headers["etag"] != answers[1].headers["etag"]


def test_a_large_document_travels_compressed(client: TestClient) -> None:
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert 10 * int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
