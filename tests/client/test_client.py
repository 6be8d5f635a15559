"""The SDK against a service in memory: what a program gets, and what happens on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyreel.client import AsyncClient, Client, Patience
from keyreel.errors import (
    Cancelled,
    InvalidKey,
    InvalidRequest,
    InvalidSetting,
    KeyreelError,
    RateLimited,
    RemoteError,
    RenderFailed,
    TaskTimedOut,
    Unavailable,
    UnknownEndpoint,
    UnknownTask,
)
from keyreel.task import TaskState
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from support.client_service import COVER, MP4, QUICK, Service, Torn
from support.wire import FULL, request

if TYPE_CHECKING:
    from pathlib import Path


MODEL = "vidu-q2-pro-img2video"
ASKED: dict[str, Any] = {"image": "https://example.com/a.png", "prompt": "x"}


@pytest.fixture
def service() -> Service:
    return Service()


def client_of(service: Service, key: str = "key", patience: Patience = QUICK) -> Client:
    return Client(
        "http://service.test/",
        key,
        service.format,
        patience=patience,
        http_client=httpx.Client(transport=service),
    )


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_a_video_is_one_line_away_in_every_format(kind: Any, tmp_path: Path) -> None:
    for dialect in (each for each in DIALECTS if each.supports(kind)):
        service, seen = Service(dialect.name), list[Any]()
        with client_of(service) as client:
            model = dialect.format_model_id(kind)
            video = client.generate(model, on_progress=seen.append, **FULL[kind.name()])
            saved = video.save(tmp_path / f"{dialect.name}.mp4")
            cover = video.save_cover(tmp_path / f"{dialect.name}.jpg")
        assert service.got == request(kind), dialect.name
        assert (saved.read_bytes(), cover.read_bytes()) == (MP4, COVER), dialect.name
        assert (video.seed, video.url) == (11, "http://service.test/files/v.mp4?s=1"), dialect.name
        assert [report.state.is_final for report in seen] == [False, False, True], dialect.name
        assert seen[1].progress == 0.5, dialect.name


def test_what_a_format_has_no_words_for_is_not_sent() -> None:
    service = Service("openai_videos")
    with client_of(service) as client, pytest.raises(UnknownEndpoint, match="q2-pro-multiframe"):
        client.submit("q2-pro-multiframe", **FULL["q2-pro-multiframe"])
    assert service.requests == []


def test_a_video_below_the_formats_own_address_is_fetched_with_the_key(tmp_path: Path) -> None:
    response = {"id": "video_1", "object": "video", "status": "completed", "progress": 100}
    trouble = [httpx.Response(200, json=response), httpx.Response(200, content=MP4)]
    service = Service("openai_videos", trouble=trouble)
    with client_of(service) as client:
        video = client.tasks.get("video_1").wait()
        assert video.save(tmp_path / "v.mp4").read_bytes() == MP4
    fetched = service.requests[-1]
    assert str(fetched.url) == "http://service.test/v1/videos/video_1/content"
    assert fetched.headers["authorization"] == "Bearer key"


def test_an_answer_without_an_id_is_about_the_task_that_was_asked_for() -> None:
    response = {"state": "success", "creations": [{"id": "5", "url": "https://x.y/z", "cover_url": ""}]}
    service = Service("native", trouble=[httpx.Response(200, json=response)])
    with client_of(service) as client:
        assert client.tasks.get("912").status().id == "912"
    assert service.requests[0].headers["authorization"] == "Token key"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("native", "POST /ent/v2/tasks/7/cancel"),
        ("comfy", "POST /proxy/vidu/tasks/7/cancel"),
        ("openai_videos", "DELETE /v1/videos/7"),
    ],
)
def test_a_task_is_cancelled(name: str, sent: str) -> None:
    service = Service(name, trouble=[httpx.Response(200, json={}) for _ in range(2)])

    async def main() -> None:
        async with AsyncClient(
            "http://service.test", "key", name, http_client=httpx.AsyncClient(transport=service)
        ) as client:
            await client.tasks.get("7").cancel()

    with client_of(service) as client:
        client.tasks.get("7").cancel()
    asyncio.run(main())
    assert service.paths() == [sent, sent]


def test_a_task_that_cannot_be_cancelled_says_why() -> None:
    refused = {"code": 400, "reason": "BadRequest", "message": "task state is success, can not cancel"}
    service = Service("native", trouble=[httpx.Response(400, json=refused)])
    with client_of(service) as client, pytest.raises(InvalidRequest, match="success"):
        client.tasks.get("7").cancel()
    other = Service("vtrix", trouble=[httpx.Response(200, json={"name": "another"})])
    with client_of(other) as client, pytest.raises(UnknownEndpoint, match="vtrix"):
        client.tasks.get("7").cancel()


def test_an_event_loop_gets_the_same(tmp_path: Path) -> None:
    service = Service("vtrix")

    async def main() -> None:
        address, http = "http://service.test", httpx.AsyncClient(transport=service)
        async with AsyncClient(address, "key", "vtrix", patience=QUICK, http_client=http) as client:
            video = await client.generate(MODEL, **ASKED)
            await video.save(tmp_path / "v.mp4")
            await video.save_cover(tmp_path / "c.jpg")
            service.trouble = [httpx.ReadError("gone")]
            with pytest.raises(RemoteError, match="did not respond: gone"):
                await client.tasks.get("1").status()
            service.plan = [TaskState.SUCCEEDED]
            assert (await (await client.submit(MODEL, **ASKED)).wait()).seed == 11

    asyncio.run(main())
    assert (tmp_path / "v.mp4").read_bytes() == MP4
    assert (tmp_path / "c.jpg").read_bytes() == COVER


def test_submitting_and_polling_are_to_be_had_alone(service: Service) -> None:
    with client_of(service) as client:
        task = client.submit(MODEL, **ASKED)
        assert task.status().state is TaskState.QUEUED
        assert task.wait().report.state is TaskState.SUCCEEDED


def test_a_refusal_has_the_domains_class(service: Service) -> None:
    with client_of(service, key="wrong") as client, pytest.raises(InvalidKey):
        client.submit(MODEL, **ASKED)
    with client_of(service) as client:
        with pytest.raises(UnknownTask):
            client.tasks.get("5").status()
        with pytest.raises(UnknownTask):
            client.tasks.get("5").wait()
        with pytest.raises(UnknownEndpoint):
            client.generate("vidu-q9-dream")
        with pytest.raises(InvalidRequest, match="duration"):
            client.generate(MODEL, **ASKED, duration=99)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("state", "error"), [(TaskState.FAILED, RenderFailed), (TaskState.CANCELLED, Cancelled)]
)
def test_a_task_that_ends_without_a_video_says_why(
    service: Service, state: TaskState, error: type[KeyreelError]
) -> None:
    service.plan, service.reason = [state], "No image there."
    home, task = {"name": "keyreel"}, {"state": state.value}
    service.trouble = [None, None, httpx.Response(200, json=home), httpx.Response(200, json=task)]
    with client_of(service) as client, pytest.raises(error, match="No image there") as caught:
        client.generate(MODEL, **ASKED)
    assert (caught.value.task_id, caught.value.report.state) == (caught.value.report.id, state)


def test_an_error_has_what_the_servers_log_has_it_under(service: Service) -> None:
    body = {"code": 429, "reason": "RATE_LIMIT_EXCEEDED", "message": "slower"}
    refused = httpx.Response(429, json=body, headers={"X-Request-Id": "r-7"})
    service.trouble = [refused]
    with client_of(service) as client, pytest.raises(RateLimited) as caught:
        client.submit(MODEL, **ASKED)
    assert (caught.value.status, caught.value.request_id) == (429, "r-7")


def test_nothing_is_sent_where_the_video_cannot_be_saved(service: Service, tmp_path: Path) -> None:
    with client_of(service) as client:
        with pytest.raises(InvalidRequest, match=r"save_to: the folder .* does not exist"):
            client.generate(MODEL, save_to=tmp_path / "missing" / "v.mp4", **ASKED)
        assert service.requests == []
        client.generate(MODEL, save_to=tmp_path / "v.mp4", **ASKED)
    assert (tmp_path / "v.mp4").read_bytes() == MP4


@pytest.mark.parametrize("url", ["localhost:8787", "127.0.0.1", "ftp://a.example", "http://"])
def test_an_address_that_is_no_web_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"base_url: .* must start with http:// or https://"):
        Client(url)


def test_server_and_key_are_read_from_the_environment(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYREEL_BASE_URL", "http://service.test/")
    monkeypatch.setenv("KEYREEL_API_KEY", "key")
    http = httpx.Client(transport=service)
    with Client(http_client=http, patience=QUICK) as client:
        assert client.generate(MODEL, **ASKED).seed == 11
    assert http.is_closed


@pytest.mark.parametrize("home", [{"json": {"name": "other"}}, {"text": "<html>"}, {"json": []}])
def test_a_lost_submit_is_never_sent_again_to_a_server_that_may_not_know_keys(
    service: Service, home: dict[str, Any]
) -> None:
    service.trouble = [httpx.ReadError("gone"), httpx.Response(200, **home)]
    with client_of(service) as client, pytest.raises(RemoteError, match=r"service\.test.* gone"):
        client.generate(MODEL, **ASKED)
    assert [request.method for request in service.requests] == ["POST", "GET"]
    assert "authorization" not in service.requests[1].headers


def test_a_lost_submit_is_sent_to_keyreel_again_with_the_same_key(service: Service) -> None:
    home = httpx.Response(200, json={"name": "keyreel", "version": "1"})
    busy = {"code": 503, "reason": "SERVICE_NOT_AVAILABLE", "message": "soon"}
    service.trouble = [
        *(httpx.ReadError("gone"), httpx.ConnectError("starting"), home),
        *(httpx.Response(503, json=busy), home),
    ]
    with client_of(service) as client:
        assert client.submit(MODEL, **ASKED)
    submits = [request for request in service.requests if request.method == "POST"]
    keys = {request.headers["idempotency-key"] for request in submits}
    assert (len(submits), len(keys)) == (3, 1)


def test_each_submit_has_a_key_of_its_own(service: Service) -> None:
    with client_of(service) as client:
        for _ in range(2):
            client.submit(MODEL, **ASKED)
    assert len({request.headers["idempotency-key"] for request in service.requests}) == 2


def test_a_server_that_was_never_reached_is_not_waited_for() -> None:
    with (
        Client("http://127.0.0.1:1", "key") as client,
        pytest.raises(RemoteError, match="There is no server"),
    ):
        client.submit(MODEL, **ASKED)


def test_a_submit_is_given_up_when_the_server_stays_away(service: Service) -> None:
    service.trouble = [httpx.ReadError("gone"), *[httpx.ConnectError("down")] * QUICK.faults]
    with client_of(service) as client, pytest.raises(RemoteError, match="gone"):
        client.submit(MODEL, **ASKED)


def test_a_refused_connection_is_an_error_in_words() -> None:
    with (
        Client("http://127.0.0.1:1", "key") as client,
        pytest.raises(RemoteError, match="There is no server"),
    ):
        client.tasks.get("1").status()


def test_polls_that_fail_for_a_moment_are_repeated(service: Service) -> None:
    busy = {"code": 503, "reason": "SERVICE_NOT_AVAILABLE", "message": "soon"}
    service.trouble = [
        None,
        httpx.ReadError("gone"),
        httpx.Response(503, json=busy),
        None,
        httpx.Response(502, text="<html>"),
        httpx.Response(429, json={}),
        None,
        httpx.Response(429, json={"code": 429, "reason": "RATE_LIMIT_EXCEEDED", "message": "slower"}),
    ]
    with client_of(service) as client:
        assert client.generate(MODEL, **ASKED).seed == 11


def test_polls_that_keep_failing_end_the_waiting(service: Service) -> None:
    response = httpx.Response(
        503,
        json={"code": 503, "reason": "SERVICE_NOT_AVAILABLE", "message": "soon"},
        headers={"Retry-After": "7"},
    )
    service.trouble = [None, *[response] * QUICK.faults]
    with client_of(service) as client, pytest.raises(Unavailable) as caught:
        client.generate(MODEL, **ASKED)
    assert caught.value.retry_after_seconds == 7
    assert len(service.requests) == 1 + QUICK.faults


def test_patience_ends(service: Service) -> None:
    service.plan = [TaskState.RUNNING] * 9
    patience = Patience(first_seconds=0.001, most_seconds=0.002, total_seconds=0.004)
    with client_of(service, patience=patience) as client, pytest.raises(TaskTimedOut, match="not ended"):
        client.generate(MODEL, **ASKED)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"task": 5}', b'{"task": {"status": []}}']
)
def test_nonsense_is_an_error_in_words(service: Service, body: bytes) -> None:
    service.trouble = [httpx.Response(200, content=body)]
    with client_of(service) as client, pytest.raises(RemoteError):
        client.tasks.get("1").status()


def test_a_success_without_a_video_is_an_error(service: Service) -> None:
    body = {"task": {"task_id": "1", "status": "TASK_STATUS_SUCCEED"}, "videos": []}
    service.trouble = [httpx.Response(200, json=body)]
    with client_of(service) as client, pytest.raises(RemoteError, match="no video"):
        client.tasks.get("1").wait()


def test_a_torn_download_is_tried_once_more(service: Service, tmp_path: Path) -> None:
    with client_of(service) as client:
        video = client.generate(MODEL, **ASKED)
        service.trouble = [httpx.Response(200, stream=Torn())]
        assert video.save(tmp_path / "v.mp4").read_bytes() == MP4
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


def test_a_file_is_never_half_written(service: Service, tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"before")
    with client_of(service) as client:
        video = client.generate(MODEL, **ASKED)
        service.trouble = [httpx.Response(200, stream=Torn()), httpx.Response(200, stream=Torn())]
        with pytest.raises(RemoteError, match="connection reset"):
            video.save(tmp_path / "v.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]
    assert (tmp_path / "v.mp4").read_bytes() == b"before"


@pytest.mark.parametrize("name", ["save", "save_cover"])
def test_an_address_out_of_date_is_renewed(service: Service, tmp_path: Path, name: str) -> None:
    service.plan.append(TaskState.SUCCEEDED)
    with client_of(service) as client:
        video = client.generate(MODEL, **ASKED)
        service.base, service.trouble = "http://service.test/files/new", [httpx.Response(410)]
        getattr(video, name)(tmp_path / "file")
    assert service.paths()[-1].startswith("GET /files/new/")


def test_a_missing_file_is_an_error_with_its_status(service: Service, tmp_path: Path) -> None:
    with client_of(service) as client:
        video = client.generate(MODEL, **ASKED)
        service.trouble = [httpx.Response(404)]
        with pytest.raises(RemoteError, match="404"):
            video.save(tmp_path / "v.mp4")
    assert list(tmp_path.iterdir()) == []


def test_the_key_goes_to_the_service_and_not_to_file_hosts(service: Service, tmp_path: Path) -> None:
    service.base = "https://cdn.test/files"
    with client_of(service) as client:
        video = client.generate(MODEL, **ASKED)
        service.trouble = [httpx.Response(302, headers={"Location": "https://far.test/files/v.mp4"})]
        video.save(tmp_path / "v.mp4")
    for sent in service.requests:
        assert ("authorization" in sent.headers) == (sent.url.host == "service.test")
    assert service.requests[-1].url.host == "far.test"
    assert "api_key" not in repr(client.remote)


def test_an_address_without_a_host_is_the_services_own(service: Service, tmp_path: Path) -> None:
    service.base = "/files"
    with client_of(service) as client:
        client.generate(MODEL, **ASKED).save(tmp_path / "v.mp4")
    assert str(service.requests[-1].url) == "http://service.test/files/v.mp4?s=1"
