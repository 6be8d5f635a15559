from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference import openapi
from support.commands import CARDS
from support.servers import Server

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

CHROMIUM = shutil.which("chromium")
PARTS = ("docs.css", "docs.js", "schema.js", "icon.svg")


def test_the_reference_page_loads_its_own_files_alone(client: TestClient) -> None:
    del client.headers["Authorization"]
    page = client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    texts = [page.text, *(client.get(f"/docs/{name}").text for name in PARTS)]
    named = {name for text in texts for name in re.findall(r'(?:src|href)="([^"#]+)"', text)}
    named |= {name.removeprefix("./") for text in texts for name in re.findall(r'from "([^"]+)"', text)}
    assert {"docs/docs.js", "docs/docs.css", "schema.js", "openapi.json", "llms.txt"} <= named
    for name in named:
        path = f"/docs/{name}" if name in PARTS else f"/{name}"
        assert client.get(path).status_code == 200, name
    assert not [text for text in texts if re.search(r"(src|href|url\()\W*https?://|@import", text)]


def test_the_reference_page_may_run_nothing_from_elsewhere_or_inline(client: TestClient) -> None:
    page = client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", page.text)
    for name in PARTS:
        text = client.get(f"/docs/{name}").text
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_there_is_nothing_else_beside_the_page(client: TestClient) -> None:
    for name in ("docs.py", "..%2fapp.py", "no.js"):
        assert client.get(f"/docs/{name}").status_code == 404


def test_a_language_model_learns_every_format_and_model(client: TestClient) -> None:
    del client.headers["Authorization"]
    told = client.get("/llms.txt")
    assert told.headers["content-type"].startswith("text/plain")
    for dialect in DIALECTS:
        assert f"### {dialect.title}\n" in told.text
    for kind in ENDPOINTS:
        assert f"`{DIALECTS[0].format_model_id(kind)}`" in told.text
    assert "http://testserver/v1/validate/MODEL" in told.text
    assert "`vidu-q2-reference2video` | Makes a video of named subjects" in told.text
    assert "| `prompt`, `images` or `subjects` | 1 to 10 |" in told.text
    assert "| `video_url` or `video_creation_id` | 1 to 7 |" in told.text
    assert len(told.text) < 20_000


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no browser here")
@pytest.mark.parametrize("wanted", ["", "vtrix_generation", "keyreel_put_files_key"])
def test_a_browser_draws_every_address(tmp_path: Path, wanted: str) -> None:
    server = Server.start(tmp_path / "data", KEYREEL_WORKER="0", **CARDS)
    switches = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000")
    try:
        done = subprocess.run(
            [str(CHROMIUM), *switches, f"--user-data-dir={tmp_path / 'browser'}", "--enable-logging=stderr",
             "--dump-dom", f"{server.url}/docs#{wanted}"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    finally:
        server.stop()
    operations = [each for methods in openapi.build_document()["paths"].values() for each in methods.values()]
    for operation in operations:
        assert f'href="#{operation["operationId"]}"' in done.stdout
    shown = next((each["summary"] for each in operations if each["operationId"] == wanted), "Keyreel API")
    assert f"<h1>{shown}</h1>" in done.stdout
    assert not re.search(r"ERROR:CONSOLE|Uncaught|Refused to", done.stderr)
