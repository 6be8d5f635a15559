"""Traces: how long each step of a task and each request takes. What is here makes none."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp, Scope


class Tracer(Protocol):
    """Makes spans. The trace of a task is found by its id alone, so that any process can add to it."""

    def wrap_app(self, app: ASGIApp, find_route: Callable[[Scope], str]) -> ASGIApp:
        """Return the application with a span for each request, which is named after its route."""
        ...

    def record_submit(self, task_id: str) -> None:
        """Begin a task's trace with its submit, which took from the current request's beginning until now."""
        ...

    def open_task_span(self, task_id: str, name: str) -> AbstractContextManager[None]:
        """Open a span of a task's trace, under its submit."""
        ...

    def open_step(self, name: str) -> AbstractContextManager[None]:
        """Open a span under the current one."""
        ...


class NoTracer:
    """Makes no spans."""

    def wrap_app(self, app: ASGIApp, find_route: Callable[[Scope], str]) -> ASGIApp:
        """Return the application itself."""
        del find_route
        return app

    def record_submit(self, task_id: str) -> None:
        """Do nothing."""

    def open_task_span(self, task_id: str, name: str) -> AbstractContextManager[None]:
        """Do nothing."""
        del task_id, name
        return nullcontext()

    def open_step(self, name: str) -> AbstractContextManager[None]:
        """Do nothing."""
        del name
        return nullcontext()
