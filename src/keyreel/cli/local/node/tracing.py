"""Traces by OpenTelemetry, sent by OTLP over HTTP, as the standard's own variables OTEL_… say."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import structlog

import keyreel
from keyreel.tasks.tracing.tracer import NoTracer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    from opentelemetry.trace import SpanContext
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyreel.tasks.tracing.tracer import Tracer

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACE_ID_BYTES: Final = 16
_SPAN_ID_BYTES: Final = 8
_ERROR_STATUS: Final = 500

_log = structlog.stdlib.get_logger(__name__)


@contextmanager
def open_tracer(node: str) -> Generator[Tracer]:
    """Open what makes spans and sends them in the background; at the end it sends the last ones.

    It makes none where no OTLP endpoint is set, where the SDK is switched off by OTEL_SDK_DISABLED or
    OTEL_TRACES_EXPORTER, or where the extra `otel` is not installed, which it logs.
    """
    if not _is_wanted():
        yield NoTracer()
        return
    try:
        provider = _open_provider(node)
    except ImportError:
        _log.warning("no traces are sent: install Keyreel with its extra otel")
        yield NoTracer()
        return
    try:
        yield OpenTelemetryTracer(provider)
    finally:
        provider.shutdown()


def _is_wanted() -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return False
    return any(os.environ.get(name) for name in _ENDPOINTS)


def _open_provider(node: str) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    own = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME") or "keyreel",
        "service.version": keyreel.__version__,
        "service.instance.id": node,
    }
    provider = TracerProvider(resource=Resource.create(own), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class OpenTelemetryTracer:
    """Makes spans with a provider's SDK.

    A task's trace id, and the id of its submit, are digests of the task's id: nothing has to be stored, and a
    worker or a sender of webhooks on another machine adds to the same trace.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._own_ids: ContextVar[SpanContext | None] = ContextVar("own_ids", default=None)
        provider.id_generator = _build_id_generator(self._own_ids)
        self._sampler = provider.sampler
        self._tracer = provider.get_tracer("keyreel", keyreel.__version__)

    def wrap_app(self, app: ASGIApp, find_route: Callable[[Scope], str]) -> ASGIApp:
        """Return the application with a span for each request, in the client's trace if it sends one."""
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, Status, StatusCode

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            status = 0

            async def send_and_note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            with self._tracer.start_as_current_span(
                scope["method"][:16], context=extract(headers), kind=SpanKind.SERVER
            ) as span:
                try:
                    await app(scope, receive, send_and_note)
                finally:
                    route = find_route(scope)
                    span.update_name(f"{scope['method'][:16]} {route}")
                    span.set_attributes(
                        {
                            "http.request.method": scope["method"][:16],
                            "http.route": route,
                            "http.response.status_code": status,
                        }
                    )
                    if status >= _ERROR_STATUS:
                        span.set_status(Status(StatusCode.ERROR))

        return serve

    def record_submit(self, task_id: str) -> None:
        """Begin a task's trace with its submit, linked with the current request's span, and that with it."""
        from opentelemetry.context import Context
        from opentelemetry.trace import Link, SpanKind, get_current_span

        request = get_current_span()
        own = self._derive_context(task_id)
        held = self._own_ids.set(own)
        try:
            span = self._tracer.start_span(
                "submit",
                context=Context(),
                kind=SpanKind.PRODUCER,
                attributes={"keyreel.task": task_id},
                links=[Link(request.get_span_context())] if request.is_recording() else [],
                start_time=getattr(request, "start_time", None),
            )
        finally:
            self._own_ids.reset(held)
        request.add_link(own)
        request.set_attribute("keyreel.task", task_id)
        span.end()

    @contextmanager
    def open_task_span(self, task_id: str, name: str) -> Generator[None]:
        """Open a span of a task's trace, under its submit."""
        from opentelemetry.trace import NonRecordingSpan, SpanKind, set_span_in_context

        submit = set_span_in_context(NonRecordingSpan(self._derive_context(task_id)))
        with self._tracer.start_as_current_span(
            name, context=submit, kind=SpanKind.CONSUMER, attributes={"keyreel.task": task_id}
        ):
            yield

    @contextmanager
    def open_step(self, name: str) -> Generator[None]:
        """Open a span under the current one."""
        with self._tracer.start_as_current_span(name):
            yield

    def _derive_context(self, task_id: str) -> SpanContext:
        """Return the ids of a task's submit, and whether the sampler wants its trace."""
        from opentelemetry.sdk.trace.sampling import Decision
        from opentelemetry.trace import SpanContext, TraceFlags

        digest = sha256(f"keyreel task {task_id}".encode()).digest()
        trace_id = int.from_bytes(digest[:_TRACE_ID_BYTES])
        span_id = int.from_bytes(digest[_TRACE_ID_BYTES : _TRACE_ID_BYTES + _SPAN_ID_BYTES])
        decision = self._sampler.should_sample(None, trace_id, "submit").decision
        is_sampled = decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if is_sampled else TraceFlags.DEFAULT)
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)


def _build_id_generator(own_ids: ContextVar[SpanContext | None]) -> RandomIdGenerator:
    """Return what gives spans random ids, except the submit of a task, which has its own."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class IdGenerator(RandomIdGenerator):
        def generate_span_id(self) -> int:
            own = own_ids.get()
            return super().generate_span_id() if own is None else own.span_id

        def generate_trace_id(self) -> int:
            own = own_ids.get()
            return super().generate_trace_id() if own is None else own.trace_id

    return IdGenerator()
