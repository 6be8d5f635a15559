"""Traces arrive at an OTLP receiver: a request, and a task from its submit to its callback as one trace."""

from __future__ import annotations

import base64
import gzip
import io
import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from PIL import Image

from keyreel.cli.local.node.tracing import open_tracer
from keyreel.tasks.tracing.tracer import NoTracer
from support.commands import CARDS
from support.receivers import Receiver, receiving
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

CLIENT_TRACE = "0af7651916cd43dd8448eb211c80319c"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def read_spans(receiver: Receiver) -> list[Any]:
    """Return the spans that arrived; those of callbacks to the same receiver are no exports."""
    spans: list[Any] = []
    for got in receiver.got:
        if got.path == "/v1/traces":
            zipped = got.headers.get("Content-Encoding") == "gzip"
            body = gzip.decompress(got.body) if zipped else got.body
            request = ExportTraceServiceRequest.FromString(body)
            spans += [
                span
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ]
    return spans


def submit(server: Server, receiver: Receiver) -> str:
    image = io.BytesIO()
    Image.new("RGB", (320, 180), "teal").save(image, "PNG")
    body = {
        "images": [f"data:image/png;base64,{base64.b64encode(image.getvalue()).decode()}"],
        "prompt": "pan left",
        "duration": 1,
        "resolution": "540p",
        "extra": {"webhook": {"url": f"{receiver.url}/hook"}},
    }
    headers = {"Authorization": "Bearer kr_journey", "traceparent": f"00-{CLIENT_TRACE}-b7ad6b7169203331-01"}
    answer = server.call("POST", "/v3/async/vidu-q2-pro-img2video", json=body, headers=headers)
    return str(answer.json()["task_id"])


def test_a_task_is_one_trace_from_its_submit_to_its_callback(tmp_path: Path) -> None:
    with receiving() as receiver:
        environment = {
            ENDPOINT: receiver.url,
            "KEYREEL_EGRESS_ALLOW": "127.0.0.0/8",
            "KEYREEL_EGRESS_PORTS": str(receiver.server_port),
        }
        server = Server.start(tmp_path / "data", **environment, **CARDS)
        task = submit(server, receiver)
        server.finished(task)
        wait_until(lambda: [got for got in receiver.got if got.path == "/hook"])
        assert server.stop() == 0  # which sends the last spans
        spans = read_spans(receiver)

    of_task = {span.name: span for span in spans if read_attribute(span, "keyreel.task") == task}
    root, request = of_task["submit"], of_task["POST /v3/async/{model}"]
    steps = {span.name: span for span in spans if span.trace_id == root.trace_id}
    assert steps.keys() == {"submit", "attempt", "gather", "render", "finish", "store", "callback"}
    assert not root.parent_span_id
    for name, parent in {"attempt": root, "callback": root, "render": steps["attempt"]}.items():
        assert steps[name].parent_span_id == parent.span_id
        assert steps[name].start_time_unix_nano >= parent.start_time_unix_nano
    assert request.trace_id.hex() == CLIENT_TRACE
    assert read_attribute(request, "http.route") == "/v3/async/{model}"
    assert [link.span_id for link in request.links] == [root.span_id]
    assert [link.span_id for link in root.links] == [request.span_id]


def read_attribute(span: Any, name: str) -> str:
    return next((each.value.string_value for each in span.attributes if each.key == name), "")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {ENDPOINT: "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {ENDPOINT: "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_no_trace_is_made_unless_one_is_asked_for(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with open_tracer("node") as tracer:
        assert isinstance(tracer, NoTracer)


def test_without_the_extra_a_warning_takes_the_place_of_traces(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with open_tracer("node") as tracer:
        assert isinstance(tracer, NoTracer)
    assert "no traces are sent: install Keyreel with its extra otel" in "".join(capsys.readouterr())
