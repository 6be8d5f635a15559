"""The one check that costs: a small video is made, polled in every dialect, downloaded and probed."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.conformance.dialect_client import DialectClient
from keyreel.conformance.findings import (
    CheckResult,
    make_failed,
    make_passed,
    make_passed_or_failed,
    make_skipped,
)
from keyreel.conformance.images import build_image_data_uri
from keyreel.conformance.json_schema import find_schema_violation
from keyreel.errors import KeyreelError
from keyreel.order import Operation
from keyreel.task import TaskState
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.inputs.magic_numbers import is_image

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from keyreel.conformance.host import HostResponse
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Dialect, Report
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_SEED: Final = 11
_PAYLOAD: Final = "conformance 😀"
_SECONDS: Final = 1
"""Length of the video, the shortest that any model makes."""
_ASPECT: Final = 16 / 9
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class RenderCheck:
    """The check: submit in the first dialect, read in all of them."""

    client: DialectClient
    others: tuple[Dialect, ...]
    timeout_seconds: float

    def check(self, endpoint_class: type[Endpoint]) -> Iterator[CheckResult]:
        """Make the video, and check every response on the way."""
        name, subject = self.client.dialect.name, endpoint_class.name()
        response = self.client.submit(self.client.build_submit(endpoint_class, _build_fields()))
        task = self.client.parse_task_id(response)
        if not task:
            yield make_failed(name, subject, "a good request is accepted", response.excerpt)
            return
        yield make_passed_or_failed(
            name,
            subject,
            "the response to a submit",
            find_schema_violation(response.body, f"{name}.accepted"),
        )
        report = yield from self._wait_for_end(task, subject)
        if report is None:
            return
        yield from self._check_result(report, subject)
        for other in self.others:
            yield self._check_readable(DialectClient(self.client.host, other), task, subject)

    def _wait_for_end(self, task: TaskId, subject: str) -> Generator[CheckResult, None, Report | None]:
        """Poll until the task has ended; every response is held against its schema."""
        name, wrong = self.client.dialect.name, ""
        deadline = time.monotonic() + self.timeout_seconds
        report: Report | None = None
        while time.monotonic() < deadline:
            response = self._poll(self.client, task)
            wrong = wrong or find_schema_violation(response.body, f"{name}.result")
            try:
                report = self.client.dialect.parse_result_response(response.body or {})
            except (KeyreelError, TypeError, ValueError) as error:
                yield make_failed(name, subject, "a poll can be read", f"{error}: {response.excerpt}")
                return None
            if report.state.is_final:
                break
            time.sleep(_PAUSE_SECONDS)
        yield make_passed_or_failed(name, subject, "the responses to polls", wrong)
        if report is None or report.state is not TaskState.SUCCEEDED:
            detail = report.reason or report.state.value if report else "no answer"
            yield make_failed(name, subject, "the task succeeds", detail)
            return None
        yield make_passed(name, subject, "the task succeeds")
        return report

    def _poll(self, client: DialectClient, task: TaskId) -> HostResponse:
        call = client.dialect.build_result_request(task)
        return client.send_request(call.method, call.path)

    def _check_result(self, report: Report, subject: str) -> Iterator[CheckResult]:
        name = self.client.dialect.name
        echoed = (report.seed, report.payload)
        if report.seed is None and not report.payload:
            yield make_skipped(name, subject, "seed and payload are returned", "this host returns neither")
        else:
            wrong = "" if echoed == (_SEED, _PAYLOAD) else f"got {echoed}"
            yield make_passed_or_failed(name, subject, "seed and payload are returned", wrong)
        video = self._fetch_file(report.video_url)
        yield make_passed_or_failed(
            name, subject, "the video is an MP4 as ordered", _find_video_problem(video)
        )
        part = self._fetch_file(report.video_url, {"Range": "bytes=0-99"})
        fits = part.status == HTTPStatus.PARTIAL_CONTENT and part.content == video.content[:100]
        yield make_passed_or_failed(name, subject, "a part of the video", "" if fits else part.excerpt[:60])
        if report.cover_url:
            cover = self._fetch_file(report.cover_url)
            known = is_image(cover.content)
            yield make_passed_or_failed(
                name, subject, "the cover is an image", "" if known else cover.excerpt[:60]
            )
        else:
            yield make_skipped(name, subject, "the cover is an image", "this host returns none")

    def _fetch_file(self, url: str, headers: dict[str, str] | None = None) -> HostResponse:
        scheme = self.client.dialect.auth_scheme if url.startswith("/") else None
        return self.client.host.send_request("GET", url, scheme=scheme, headers=headers or {})

    def _check_readable(self, client: DialectClient, task: TaskId, subject: str) -> CheckResult:
        """Check that a task made in one dialect can be read in another."""
        response, name = self._poll(client, task), client.dialect.name
        check = f"a task of {self.client.dialect.name} can be read"
        if response.status != HTTPStatus.OK:
            return make_failed(name, subject, check, response.excerpt)
        wrong = find_schema_violation(response.body, f"{name}.result")
        if wrong:
            return make_failed(name, subject, check, wrong)
        if client.dialect.parse_result_response(response.body or {}).state is not TaskState.SUCCEEDED:
            return make_failed(name, subject, check, f"it has not succeeded here: {response.excerpt}")
        return make_passed(name, subject, check)


def choose_endpoint(endpoint_classes: tuple[type[Endpoint], ...]) -> type[Endpoint]:
    """Return the cheapest endpoint for the check: an image to a video."""
    able = [each for each in endpoint_classes if each.operation is Operation.IMG2VIDEO]
    return next((each for each in able if each.family == "q2-turbo"), able[0] if able else ENDPOINTS[1])


def _build_fields() -> Json:
    return {
        "images": [build_image_data_uri(320, 180)],
        "prompt": "The camera moves in slowly.",
        "duration": _SECONDS,
        "resolution": "540p",
        "seed": _SEED,
        "payload": _PAYLOAD,
    }


def _find_video_problem(response: HostResponse) -> str:
    """Return what is wrong with the video's file; empty for nothing."""
    from keyreel.media.probe import probe_video

    if response.status != HTTPStatus.OK:
        return response.excerpt
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        file.write_bytes(response.content)
        try:
            found = probe_video(file)
        except KeyreelError as error:
            return error.message
    seconds = found.frames / float(found.fps)
    if found.codec != "h264" or abs(seconds - _SECONDS) > 0.25 * _SECONDS + 0.1:
        return f"got {found.codec}, {seconds:.2f} s; expected {_SECONDS} s"
    fits = abs(found.width / found.height / _ASPECT - 1) < 0.03  # noqa: PLR2004 - hosts round sides
    return "" if fits else f"{found.width}x{found.height} for an image of 16:9"
