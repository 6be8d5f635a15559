"""The web application: its routes come from the dialects, its errors speak their words."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.routing import Route

import keyreel
from keyreel.server.error_handlers import EXCEPTION_HANDLERS
from keyreel.server.requests.cors import add_cors
from keyreel.server.routes import well_known
from keyreel.server.routes.balance import BalanceRoute
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.health import ReadinessRoute, check_liveness
from keyreel.server.routes.operator.accounts import AccountRoutes
from keyreel.server.routes.operator.clock import ClockRoutes
from keyreel.server.routes.operator.ledger import LedgerRoutes
from keyreel.server.routes.operator.tasks import AdminRoutes
from keyreel.server.routes.operator.webhooks import WebhookRoutes
from keyreel.server.routes.quote import QuoteRoute
from keyreel.server.routes.reference.discovery import DiscoveryRoutes
from keyreel.server.routes.reference.docs_pages import DocsRoutes
from keyreel.server.routes.tasks import TaskRoutes
from keyreel.server.routes.uploads import UploadRoutes
from keyreel.server.routes.validate import ValidateRoute
from keyreel.server.routes.verify import VerifyRoute
from keyreel.server.routes.voices import list_voices
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.dialects.vtrix_family.vtrix import MODELS_PATH

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyreel.server.services import Services


def create_app(services: Services) -> ASGIApp:
    """Build the application. It starts nothing and closes nothing: what it uses is its maker's."""
    app = Starlette(routes=build_routes(services), exception_handlers=EXCEPTION_HANDLERS)
    return RequestIdMiddleware(add_cors(app, services.settings.cors_origins))


def build_routes(services: Services) -> list[Route]:
    """Return every address; `keyreel.wire.reference.own_routes` describes those that no dialect does."""
    admin, discovery = AdminRoutes(services), DiscoveryRoutes(services)
    pages, clock = DocsRoutes(services), ClockRoutes(services)
    routes = [
        Route("/", _show_index),
        Route("/health/live", check_liveness),
        Route("/health/ready", ReadinessRoute(services).__call__),
        Route("/files/{key:path}", FileRoute(services).__call__, methods=["GET", "HEAD"]),
        Route("/files/{key:path}", UploadRoutes(services).receive_file, methods=["PUT"]),
        Route("/openapi.json", discovery.show_openapi),
        Route("/docs", pages.show_docs),
        Route("/docs/{name}", pages.show_docs),
        Route("/llms.txt", pages.show_llms_txt),
        Route(MODELS_PATH, discovery.list_vtrix_models),
        Route(f"{MODELS_PATH}/{{id}}/spec", discovery.show_vtrix_model_spec),
        Route("/v1/models", discovery.list_models),
        Route("/v1/models/{id}", discovery.show_model),
        Route("/v1/voices", list_voices),
        Route("/v1/user/balance", BalanceRoute(services).__call__),
        Route("/v1/validate/{model:path}", ValidateRoute(services).__call__, methods=["POST"]),
        Route("/v1/quote", QuoteRoute(services).__call__, methods=["POST"]),
        Route("/v1/verify", VerifyRoute(services).__call__, methods=["POST"]),
        Route(well_known.ROOT_CERTIFICATE_PATH, well_known.RootCertificateRoute(services).__call__),
        *_build_account_routes(services),
        Route("/v1/admin/clock", clock.show_time),
        Route("/v1/admin/clock/advance", clock.advance, methods=["POST"]),
        Route("/v1/admin/storage", admin.list_missing_files),
        Route("/v1/admin/tasks", admin.list_tasks),
        *_build_webhook_routes(services),
        Route("/v1/admin/matches", admin.find_matches, methods=["POST"]),
    ]
    for dialect in DIALECTS:
        tasks = TaskRoutes(dialect, services)
        routes += [
            Route(route.path, tasks.get_handler(route.action), methods=[route.method])
            for route in dialect.routes
        ]
    return routes


def _build_webhook_routes(services: Services) -> list[Route]:
    callbacks = WebhookRoutes(services)
    return [
        Route("/v1/admin/callbacks", callbacks.list_deliveries),
        Route("/v1/admin/callbacks/secret", callbacks.show_secret),
        Route("/v1/admin/callbacks/{id}/replay", callbacks.replay, methods=["POST"]),
    ]


def _build_account_routes(services: Services) -> list[Route]:
    accounts, books = AccountRoutes(services), LedgerRoutes(services)
    return [
        Route("/v1/admin/ledger", books.export),
        Route("/v1/admin/ledger/verify", books.verify),
        Route("/v1/admin/usage", books.usage),
        Route("/v1/admin/keys", accounts.create_key, methods=["POST"]),
        Route("/v1/admin/keys", accounts.list_keys),
        Route("/v1/admin/keys/{id}", accounts.limit_key, methods=["PATCH"]),
        Route("/v1/admin/keys/{id}", accounts.revoke_key, methods=["DELETE"]),
        Route("/v1/admin/tenants", accounts.create_tenant, methods=["POST"]),
        Route("/v1/admin/tenants", accounts.list_tenants),
        Route("/v1/admin/tenants/{name}", accounts.limit_tenant, methods=["PATCH"]),
        Route("/v1/admin/tenants/{name}/grants", accounts.grant_credits, methods=["POST"]),
    ]


async def _show_index(request: Request) -> JSONResponse:
    del request
    paths = {dialect.name: dialect.get_path(RouteAction.SUBMIT) for dialect in DIALECTS}
    further = {"models": "/v1/models", "reference": "/docs", "openapi": "/openapi.json"}
    return JSONResponse({"name": "keyreel", "version": keyreel.__version__, "submit": paths, **further})


class RequestIdMiddleware:
    """Gives every answer an X-Request-Id, and every log line of a request the same one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the header added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_id)
