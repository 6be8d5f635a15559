"""The kit against a real Keyreel, which passes in full, and against hosts that are wrong in known ways."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyreel.conformance.findings import Outcome
from keyreel.conformance.host import RemoteHost
from keyreel.conformance.run import ConformancePlan, run_checks
from keyreel.errors import RemoteError
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints import catalogue
from support.commands import CARDS, keyreel
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyreel.conformance.findings import CheckResult


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("keyreel"), **CARDS)
    yield running
    assert running.stop() == 0


def problems(found: list[CheckResult]) -> list[CheckResult]:
    return [each for each in found if each.outcome is Outcome.FAIL]


@pytest.mark.slow
def test_keyreel_passes_in_full(server: Server) -> None:
    with RemoteHost(server.url, KEY) as host:
        found = list(run_checks(host, ConformancePlan(DIALECTS, catalogue.ENDPOINTS, render=True)))
    assert problems(found) == []
    counts = Counter(each.outcome for each in found)
    assert counts[Outcome.PASS] > 1700
    assert {each.detail for each in found if each.outcome is Outcome.SKIPPED} == {
        "large value: check it with --large"
    }


@pytest.mark.slow
@pytest.mark.parametrize("model", ["q1-reference2video", "q2-pro-multiframe", "2.0-start-end2video"])
def test_keyreel_keeps_its_large_limits(server: Server, model: str) -> None:
    plan = ConformancePlan(DIALECTS[:1], (catalogue.find_endpoint(model),), large=True)
    with RemoteHost(server.url, KEY) as host:
        found = list(run_checks(host, plan))
    assert problems(found) == []
    assert [each.check for each in found if each.outcome is Outcome.SKIPPED] == ["a video"]


@pytest.mark.parametrize("name", ["vtrix", "native", "openai_videos"])
def test_the_command_reports_and_makes_nothing_unasked(server: Server, name: str) -> None:
    before = server.call("GET", "/v1/videos").json()["first_id"]
    given = ("conformance", "--base-url", server.url, "--api-key", KEY, "--dialect", name)
    done = keyreel(*given, "--model", "q2-pro-extend", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["fail"]) == (0, 0), [
        each for each in report["checks"] if each["outcome"] == "fail"
    ]
    assert report["pass"] > 13
    assert server.call("GET", "/v1/videos").json()["first_id"] == before
    printed = keyreel(*given, "--model", "q2-pro-extend")
    assert "make it with --render" in printed.stdout
    assert f"{report['pass']} pass, 0 fail" in printed.stdout


@dataclass
class Changed(httpx.BaseTransport):
    """A real server whose answers are changed on their way."""

    change: Callable[[httpx.Request, httpx.Response], httpx.Response | None]
    inner: httpx.HTTPTransport = field(default_factory=httpx.HTTPTransport)
    requests: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.inner.handle_request(request)
        answer.read()
        return self.change(request, answer) or answer

    def close(self) -> None:
        self.inner.close()


def seen(server: Server, change: Any, **options: Any) -> tuple[list[CheckResult], Changed]:
    transport = Changed(change)
    kinds = (catalogue.find_endpoint("q2-pro-img2video"),)
    with RemoteHost(server.url, KEY, transport=transport) as host:
        return list(run_checks(host, ConformancePlan(DIALECTS[:1], kinds, **options))), transport


def without_judging(request: httpx.Request) -> httpx.Response | None:
    """Be a host that only knows its own formats."""
    if request.url.path.startswith("/v1/"):
        return httpx.Response(
            404, json={"code": 404, "reason": "API_NOT_FOUND", "message": "", "metadata": {}}
        )
    return None


def test_a_host_that_takes_everything_is_asked_no_further(server: Server) -> None:
    def takes_all(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        taken = request.method == "POST" and b"prompt" in request.content and answer.status_code == 400
        return without_judging(request) or (httpx.Response(200, json={"task_id": "1"}) if taken else None)

    found, transport = seen(server, takes_all)
    accepted = [each for each in problems(found) if "was accepted as task 1" in each.detail]
    assert len(accepted) == 1
    assert any("continue with --render" in each.detail for each in found)
    assert len([each for each in transport.requests if b"prompt" in each.content]) < 10


def test_a_wrong_status_code_or_shape_is_told(server: Server) -> None:
    def vague(_: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        if answer.status_code == 404:
            return httpx.Response(400, json=answer.json())
        if answer.status_code == 403:
            return httpx.Response(403, json=answer.json() | {"code": "403"})
        return None

    found, _ = seen(server, vague)
    told = {each.check: each.detail for each in problems(found)}
    assert "expected 404" in told["an unknown model"]
    assert 'response.code: "403" is not of type "integer"' in told["a wrong key"]


def test_an_unnamed_field_is_told(server: Server) -> None:
    def unnamed(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        if request.method == "POST" and answer.status_code == 400:
            return httpx.Response(400, json=answer.json() | {"metadata": {}, "message": "No."})
        return without_judging(request)

    found, _ = seen(server, unnamed)
    assert (
        "expected the field duration"
        in {each.check: each.detail for each in problems(found)}["duration: 11 is refused"]
    )
    assert "this host can only show it by making a video" in {each.detail for each in found}


def test_a_host_that_names_the_first_mistake_shows_what_it_allows_for_nothing(server: Server) -> None:
    def plain(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        if request.method != "POST" or answer.status_code != 400:
            return without_judging(request)
        # This one looks at durations before sizes, as Keyreel does not.
        body, told = json.loads(request.content) if b"prompt" in request.content else {}, answer.json()
        if isinstance(body, dict) and body.get("duration") in {0, 11, "10"}:
            told |= {"metadata": {"field": "duration"}}
        return httpx.Response(400, json=told)

    found, _ = seen(server, plain)
    outcomes = {each.check: each.outcome for each in found}
    assert outcomes["duration: 11 is refused"] is Outcome.PASS
    assert outcomes["duration: 10 is allowed"] is Outcome.PASS
    assert outcomes["prompt: 5000 characters is allowed"] is Outcome.SKIPPED


def test_a_host_that_is_not_there_is_one_sentence() -> None:
    with RemoteHost("http://127.0.0.1:9", KEY) as host, pytest.raises(RemoteError, match="did not respond"):
        list(run_checks(host, ConformancePlan((find_dialect("native"),), ())))
