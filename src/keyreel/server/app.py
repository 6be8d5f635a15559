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
from keyreel.server.error_handlers import HANDLERS
from keyreel.server.requests.cors import readable_from
from keyreel.server.routes import well_known
from keyreel.server.routes.balance import Balance
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.health import Ready, live
from keyreel.server.routes.operator.accounts import Accounts
from keyreel.server.routes.operator.clock import ClockRoutes
from keyreel.server.routes.operator.ledger import Books
from keyreel.server.routes.operator.tasks import Admin
from keyreel.server.routes.operator.webhooks import CallbackRoutes
from keyreel.server.routes.quote import Quote
from keyreel.server.routes.reference.discovery import Discovery
from keyreel.server.routes.reference.docs_pages import Pages
from keyreel.server.routes.tasks import TaskRoutes
from keyreel.server.routes.uploads import Uploads
from keyreel.server.routes.validate import Validation
from keyreel.server.routes.verify import Verify
from keyreel.server.routes.voices import voices
from keyreel.wire.dialects.dialect import Action
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.dialects.vtrix_family.vtrix import MODELS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyreel.server.context import Services


def create_app(services: Services) -> ASGIApp:
    """Build the application. It starts nothing and closes nothing: what it uses is its maker's."""
    app = Starlette(routes=routes_of(services), exception_handlers=HANDLERS)
    return RequestIds(readable_from(app, services.settings.cors_origins))


def routes_of(services: Services) -> list[Route]:
    """Return every address; `keyreel.wire.reference.own_routes` describes those that no dialect does."""
    admin, discovery = Admin(services), Discovery(services)
    pages, clock = Pages(services), ClockRoutes(services)
    routes = [
        Route("/", _welcome),
        Route("/health/live", live),
        Route("/health/ready", Ready(services).__call__),
        Route("/files/{key:path}", FileRoute(services).__call__, methods=["GET", "HEAD"]),
        Route("/files/{key:path}", Uploads(services).take, methods=["PUT"]),
        Route("/openapi.json", discovery.openapi),
        Route("/docs", pages.docs),
        Route("/docs/{name}", pages.docs),
        Route("/llms.txt", pages.llms),
        Route(MODELS, discovery.models),
        Route(f"{MODELS}/{{id}}/spec", discovery.model_spec),
        Route("/v1/models", discovery.offer),
        Route("/v1/models/{id}", discovery.offered),
        Route("/v1/voices", voices),
        Route("/v1/user/balance", Balance(services).__call__),
        Route("/v1/validate/{model:path}", Validation(services).__call__, methods=["POST"]),
        Route("/v1/quote", Quote(services).__call__, methods=["POST"]),
        Route("/v1/verify", Verify(services).__call__, methods=["POST"]),
        Route(well_known.PATH, well_known.Root(services).__call__),
        *_of_accounts(services),
        Route("/v1/admin/clock", clock.now),
        Route("/v1/admin/clock/advance", clock.advance, methods=["POST"]),
        Route("/v1/admin/storage", admin.storage),
        Route("/v1/admin/tasks", admin.list_tasks),
        *_of_callbacks(services),
        Route("/v1/admin/matches", admin.matches, methods=["POST"]),
    ]
    for dialect in DIALECTS:
        tasks = TaskRoutes(dialect, services)
        routes += [
            Route(route.path, tasks.handler(route.action), methods=[route.method]) for route in dialect.routes
        ]
    return routes


def _of_callbacks(services: Services) -> list[Route]:
    callbacks = CallbackRoutes(services)
    return [
        Route("/v1/admin/callbacks", callbacks.list),
        Route("/v1/admin/callbacks/secret", callbacks.secret),
        Route("/v1/admin/callbacks/{id}/replay", callbacks.replay, methods=["POST"]),
    ]


def _of_accounts(services: Services) -> list[Route]:
    accounts, books = Accounts(services), Books(services)
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
        Route("/v1/admin/tenants/{name}/grants", accounts.grant, methods=["POST"]),
    ]


async def _welcome(request: Request) -> JSONResponse:
    del request
    paths = {dialect.name: dialect.path_of(Action.SUBMIT) for dialect in DIALECTS}
    further = {"models": "/v1/models", "reference": "/docs", "openapi": "/openapi.json"}
    return JSONResponse({"name": "keyreel", "version": keyreel.__version__, "submit": paths, **further})


class RequestIds:
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
