"""The one check that costs: a small video made, read in every dialect, downloaded and looked into."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.conformance.dialect_client import Spoken
from keyreel.conformance.findings import Finding, failed, judged, passed, skipped
from keyreel.conformance.images import picture
from keyreel.conformance.json_schema import misfit
from keyreel.errors import KeyreelError
from keyreel.order import Operation
from keyreel.task import TaskState
from keyreel.wire.endpoints.catalogue import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from keyreel.conformance.host import Answer
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Dialect, Json, Report
    from keyreel.wire.endpoints.endpoint import Endpoint

_SEED: Final = 11
_PAYLOAD: Final = "conformance 😀"
_SECONDS: Final = 1
_OK: Final = 200
_PARTIAL: Final = 206
_ASPECT: Final = 16 / 9
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Paid:
    """The check: submit in the first dialect, read in all of them."""

    first: Spoken
    others: tuple[Dialect, ...]
    patience_seconds: float

    def check(self, kind: type[Endpoint]) -> Iterator[Finding]:
        """Make the video and look at everything on its way."""
        name, subject = self.first.dialect.name, kind.name()
        answer = self.first.submit(self.first.call(kind, _fields()))
        task = self.first.accepted(answer)
        if not task:
            yield failed(name, subject, "a good request is accepted", answer.shown)
            return
        yield judged(name, subject, "the answer to a submit", misfit(answer.body, f"{name}.accepted"))
        report = yield from self._ended(task, subject)
        if report is None:
            return
        yield from self._result(report, subject)
        for other in self.others:
            yield self._read(Spoken(self.first.host, other), task, subject)

    def _ended(self, task: TaskId, subject: str) -> Generator[Finding, None, Report | None]:
        """Poll to the end; every shape on the way is held against the schema."""
        name, wrong = self.first.dialect.name, ""
        deadline = time.monotonic() + self.patience_seconds
        report: Report | None = None
        while time.monotonic() < deadline:
            answer = self._poll(self.first, task)
            wrong = wrong or misfit(answer.body, f"{name}.result")
            try:
                report = self.first.dialect.read_result(answer.body or {})
            except (KeyreelError, TypeError, ValueError) as error:
                yield failed(name, subject, "a poll can be read", f"{error}: {answer.shown}")
                return None
            if report.state.is_final:
                break
            time.sleep(_PAUSE_SECONDS)
        yield judged(name, subject, "the answers to polls", wrong)
        if report is None or report.state is not TaskState.SUCCEEDED:
            detail = report.reason or report.state.value if report else "no answer"
            yield failed(name, subject, "the task succeeds", detail)
            return None
        yield passed(name, subject, "the task succeeds")
        return report

    def _poll(self, spoken: Spoken, task: TaskId) -> Answer:
        call = spoken.dialect.result_call(task)
        return spoken.ask(call.method, call.path)

    def _result(self, report: Report, subject: str) -> Iterator[Finding]:
        name = self.first.dialect.name
        echoed = (report.seed, report.payload)
        if report.seed is None and not report.payload:
            yield skipped(name, subject, "seed and payload come back", "this host shows neither")
        else:
            wrong = "" if echoed == (_SEED, _PAYLOAD) else f"got {echoed}"
            yield judged(name, subject, "seed and payload come back", wrong)
        video = self._file(report.video_url)
        yield judged(name, subject, "the video is an MP4 as ordered", _video_problem(video))
        part = self._file(report.video_url, {"Range": "bytes=0-99"})
        fits = part.status == _PARTIAL and part.content == video.content[:100]
        yield judged(name, subject, "a part of the video", "" if fits else part.shown[:60])
        if report.cover_url:
            cover = self._file(report.cover_url)
            known = cover.content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF"))
            yield judged(name, subject, "the cover is a picture", "" if known else cover.shown[:60])
        else:
            yield skipped(name, subject, "the cover is a picture", "this host names none")

    def _file(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        scheme = self.first.dialect.scheme if url.startswith("/") else None
        return self.first.host.ask("GET", url, scheme=scheme, headers=headers or {})

    def _read(self, spoken: Spoken, task: TaskId, subject: str) -> Finding:
        """Check that a task made in one dialect can be read in another."""
        answer, name = self._poll(spoken, task), spoken.dialect.name
        check = f"a task of {self.first.dialect.name} is read"
        wrong = misfit(answer.body, f"{name}.result") if answer.status == _OK else answer.shown
        if not wrong and spoken.dialect.read_result(answer.body or {}).state is not TaskState.SUCCEEDED:
            wrong = f"it has not succeeded here: {answer.shown}"
        return judged(name, subject, check, wrong)


def chosen(kinds: tuple[type[Endpoint], ...]) -> type[Endpoint]:
    """Return the cheapest endpoint for the check: a picture to a video."""
    able = [kind for kind in kinds if kind.operation is Operation.IMG2VIDEO]
    return next((kind for kind in able if kind.family == "q2-turbo"), able[0] if able else ENDPOINTS[1])


def _fields() -> Json:
    return {
        "images": [picture(320, 180)],
        "prompt": "The camera moves in slowly.",
        "duration": _SECONDS,
        "resolution": "540p",
        "seed": _SEED,
        "payload": _PAYLOAD,
    }


def _video_problem(answer: Answer) -> str:
    """Return what is wrong with the video's file; empty for nothing."""
    from keyreel.media.probe import probe_video

    if answer.status != _OK:
        return answer.shown
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        file.write_bytes(answer.content)
        try:
            found = probe_video(file)
        except KeyreelError as error:
            return error.message
    seconds = found.frames / float(found.fps)
    if found.codec != "h264" or abs(seconds - _SECONDS) > 0.25 * _SECONDS + 0.1:
        return f"{found.codec}, {seconds:.2f} s where {_SECONDS} s were ordered"
    fits = abs(found.width / found.height / _ASPECT - 1) < 0.03  # noqa: PLR2004 - hosts round sides
    return "" if fits else f"{found.width}x{found.height} for a picture of 16:9"
