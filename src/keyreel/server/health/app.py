"""The application of a node that serves nobody: whether it lives, whether it can do its work, its metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from keyreel.server.error_handlers import EXCEPTION_HANDLERS
from keyreel.server.monitoring.metrics_server import METRICS_PATH
from keyreel.server.routes.health import LIVENESS_PATHS, READINESS_PATHS, ReadinessRoute, check_liveness

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from keyreel.server.monitoring.metrics_page import MetricsPage
    from keyreel.storage.objects import ObjectStorage
    from keyreel.tasks.store import TaskStore


def create_health_app(store: TaskStore, storage: ObjectStorage, metrics: MetricsPage) -> ASGIApp:
    """Build the application; what it uses is opened and closed by its caller."""
    readiness = ReadinessRoute(store, storage, has_worker=True)
    routes = [
        *(Route(path, check_liveness) for path in LIVENESS_PATHS),
        *(Route(path, readiness.check) for path in READINESS_PATHS),
        Route(METRICS_PATH, metrics.show),
    ]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)
