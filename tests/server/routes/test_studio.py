from __future__ import annotations

import gzip
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from keyreel.errors import Unavailable
from keyreel.server.app import create_app
from keyreel.storage.signed_urls import LinkSigner

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.cli.local.composition import Platform

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MAX_BYTES = 60_000
"""The studio's scripts and styles, compressed: what a phone loads before it shows anything."""


@pytest.fixture
def visitor(client: TestClient) -> TestClient:
    """Somebody without a key."""
    del client.headers["Authorization"]
    return client


def list_loaded(visitor: TestClient) -> list[str]:
    return re.findall(r'(?:src|href)="(/studio/[^"]+)"', visitor.get("/", headers=BROWSER).text)


def test_browsers_get_the_studio_and_programs_the_index(visitor: TestClient) -> None:
    page = visitor.get("/", headers=BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<div id="app">' in page.text
    index = visitor.get("/")
    assert index.json()["name"] == "keyreel"
    assert all("Accept" in answer.headers["vary"] for answer in (page, index))


def test_the_page_may_run_nothing_from_elsewhere_or_inline(visitor: TestClient) -> None:
    page = visitor.get("/", headers=BROWSER)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page.text)
    assert not re.findall(r'(?:src|href)="https?://', page.text)


def test_the_reference_is_the_studio_at_an_address_of_its_own(visitor: TestClient) -> None:
    page, reference = visitor.get("/", headers=BROWSER), visitor.get("/docs")
    assert (reference.content, reference.headers["etag"]) == (page.content, page.headers["etag"])
    assert reference.headers["content-security-policy"] == page.headers["content-security-policy"]
    assert visitor.get("/docs/docs.js").status_code == 404


@pytest.mark.parametrize(
    ("public_url", "presign", "origin"),
    [
        ("https://video.example/keyreel", None, "https://video.example"),
        (
            "https://video.example",
            lambda key, _: f"https://s3.example:9000/b/{key}?X=1",
            "https://s3.example:9000",
        ),
        ("", None, ""),
    ],
)
def test_the_page_may_show_videos_from_where_links_lead(
    platform: Platform, public_url: str, presign: Callable[[str, int], str] | None, origin: str
) -> None:
    services = replace(
        platform.services,
        settings=platform.services.settings.model_copy(update={"public_url": public_url}),
        signer=LinkSigner([b"0" * 32], platform.services.clock, presign=presign),
    )
    with TestClient(create_app(services)) as visitor:
        policy = visitor.get("/", headers=BROWSER).headers["content-security-policy"]
    media = " ".join(f"'self' blob: {origin}".split())
    assert f"; media-src {media}; img-src {media} data:;" in policy


def test_a_store_without_its_keys_does_not_keep_the_page_from_loading(platform: Platform) -> None:
    def presign(key: str, seconds: int) -> str:
        raise Unavailable(f"no keys for {key}, {seconds}")

    services = replace(
        platform.services, signer=LinkSigner([b"0" * 32], platform.services.clock, presign=presign)
    )
    with TestClient(create_app(services)) as visitor:
        page = visitor.get("/", headers=BROWSER)
    assert page.status_code == 200
    assert "media-src 'self' blob:;" in page.headers["content-security-policy"]


def test_files_named_by_their_contents_are_kept_and_others_are_asked_for_again(visitor: TestClient) -> None:
    loaded = list_loaded(visitor)
    assert {name.rpartition(".")[2] for name in loaded} == {"js", "css", "svg"}
    for name in loaded:
        answer = visitor.get(name)
        assert answer.status_code == 200
        assert ("immutable" in answer.headers["cache-control"]) == ("/assets/" in name)
        again = visitor.get(name, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_scripts_and_styles_are_small(visitor: TestClient) -> None:
    plain = {"Accept-Encoding": "identity"}
    loaded = [name for name in list_loaded(visitor) if "/assets/" in name]
    sizes = {name: int(visitor.get(name).headers["content-length"]) for name in loaded}
    assert 0 < sum(sizes.values()) <= MAX_BYTES
    for name, size in sizes.items():
        answer = visitor.get(name, headers=plain)
        assert "content-encoding" not in answer.headers
        assert len(gzip.compress(answer.content, mtime=0)) == size


def test_there_is_nothing_else_in_the_folder(visitor: TestClient) -> None:
    for name in ("index.html", "..%2fapp.py", "assets/none.js", ""):
        assert visitor.get(f"/studio/{name}").status_code == 404
