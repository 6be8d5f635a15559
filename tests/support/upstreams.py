"""A hosted service on the loopback that speaks any dialect and fails as it is told to.

Every task that it makes is paid for: `paid` counts them by their payload.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pydantic_core import to_json

from keyreel.clock import SystemClock
from keyreel.errors import Refusal, UnknownTask
from keyreel.task import SignedLinks, TaskId, TaskState
from keyreel.wire.dialects.dialect import ListedTask, RouteAction, TaskPage
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.requests.parsing import parse_body, validate_fields
from support.wire import task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.task import Task
    from keyreel.wire.endpoints.endpoint import Endpoint

KEY = "upstream-key"


@dataclass(frozen=True)
class Fault:
    """What a submit meets: a status, or a connection that breaks; after a task was `made` or not."""

    status: int = 0
    made: bool = False
    body: bytes = b"<html>no</html>"


@dataclass
class _Made:
    task: Task
    endpoint: Endpoint


class Upstream(ThreadingHTTPServer):
    """Listens on a free port."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, dialect: str, video: bytes = b"", *, is_keyreel: bool = False) -> None:
        self.dialect = find_dialect(dialect)
        self.video = video
        self.is_keyreel = is_keyreel
        self.faults: list[Fault] = []
        """What the next submits meet."""
        self.poll_body: bytes | None = None
        """What polls are answered with in place of the truth."""
        self.state = TaskState.SUCCEEDED
        """Of all tasks."""
        self.reason = ""
        self.lists_payloads = True
        self.made: dict[str, _Made] = {}
        self.paid: Counter[str] = Counter()
        self.submits = self.polls = self.lists = 0
        self.cancelled: list[str] = []
        self._by_key: dict[str, str] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def find_action(self, method: str, path: str) -> tuple[RouteAction | None, dict[str, str]]:
        for route in self.dialect.routes:
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), path)
            if found and route.method == method:
                return route.action, found.groupdict()
        return None, {}

    def submit(self, values: dict[str, str], body: bytes, key: str) -> Any:
        """Make a task, or the same one again under the same key; return the response's JSON."""
        parsed = self.dialect.parse_submit_request(values, parse_body(body))
        endpoint = validate_fields(parsed)
        with self._lock:
            if not (self.is_keyreel and key in self._by_key):
                self.paid[endpoint.payload] += 1
                task_id = str(10_000_000 + len(self.made))
                drafted = task(type(endpoint), TaskState.QUEUED, created=SystemClock().now())
                submission = replace(drafted.submission, payload=endpoint.payload)
                self.made[task_id] = _Made(
                    replace(drafted, id=TaskId(task_id), submission=submission), endpoint
                )
                self._by_key[key] = task_id
            made = self.made[self._by_key[key]]
        return self.dialect.build_submit_response(made.task, made.endpoint)

    def describe(self, task_id: str) -> tuple[Task, Endpoint, SignedLinks | None]:
        if task_id not in self.made:
            raise UnknownTask
        made, done = self.made[task_id], self.state is TaskState.SUCCEEDED
        links = SignedLinks(f"{self.url}/files/v.mp4?s=1", f"{self.url}/files/c.jpg", 60) if done else None
        payload = made.task.submission.payload if self.lists_payloads else ""
        submission = replace(made.task.submission, payload=payload)
        now = replace(made.task, state=self.state, reason=self.reason, progress=0.5, submission=submission)
        return now, made.endpoint, links

    def list_tasks(self, query: dict[str, str]) -> Any:
        wanted = self.dialect.parse_list_query(query, SystemClock().now())
        ids = [each for each in reversed(self.made) if not wanted.ids or each in wanted.ids]
        if wanted.after_id in ids:
            ids = ids[ids.index(wanted.after_id) + 1 :]
        page = TaskPage(tuple(map(TaskId, ids[: wanted.limit])), has_more=len(ids) > wanted.limit)
        entries = [self.dialect.build_list_entry(ListedTask(*self.describe(each))) for each in page.ids]
        return {**self.dialect.build_list_frame(page), self.dialect.list_key: entries}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        upstream, parts = self.server, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if parts.path == "/":
            self._send(200, to_json({"name": "keyreel" if upstream.is_keyreel else "other"}))
        elif parts.path.startswith("/files/"):
            self._send(200, upstream.video)
        else:
            try:
                self._route(
                    method, parts.path, {k: ",".join(v) for k, v in parse_qs(parts.query).items()}, body
                )
            except Refusal as error:
                status, told = upstream.dialect.build_error_response(error)
                self._send(status, to_json(told))

    def _route(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        upstream = self.server
        action, values = upstream.find_action(method, path)
        if action is RouteAction.SUBMIT:
            self._submit(values, body)
        elif action is RouteAction.LIST:
            upstream.lists += 1
            self._send(200, to_json(upstream.list_tasks(query)))
        elif action is RouteAction.CANCEL:
            upstream.cancelled.append(values["id"])
            self._send(200, b"{}")
        elif action is RouteAction.RESULT:
            upstream.polls += 1
            told = upstream.poll_body
            task_id = upstream.dialect.parse_task_id(values, query)
            self._send(
                200, told or to_json(upstream.dialect.build_result_response(*upstream.describe(task_id), 0))
            )
        else:
            self._send(404, b"{}")

    def _submit(self, values: dict[str, str], body: bytes) -> None:
        upstream = self.server
        upstream.submits += 1
        fault = upstream.faults.pop(0) if upstream.faults else None
        told = None
        if fault is None or fault.made:
            told = upstream.submit(values, body, self.headers.get("idempotency-key", ""))
        if fault is None:
            self._send(200, to_json(told))
        elif fault.status:
            self._send(fault.status, fault.body)
        else:
            self.close_connection = True

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if status in {301, 302, 307, 308}:
            self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def hosted(dialect: str, video: bytes = b"", *, is_keyreel: bool = False) -> Iterator[Upstream]:
    """Run a service."""
    upstream = Upstream(dialect, video, is_keyreel=is_keyreel)
    thread = threading.Thread(target=upstream.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        upstream.shutdown()
        thread.join()
        upstream.server_close()
