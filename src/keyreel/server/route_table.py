"""Every route of the server: the entries of the tables, each with one handler behind the access it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from keyreel.server.monitoring.metrics_page import MetricsPage
from keyreel.server.requests.authorisation import require_any_key, require_operator, require_scope
from keyreel.server.requests.submit_rate import SubmitRate
from keyreel.server.routes.balance import BalanceRoute
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.health import ReadinessRoute, check_liveness
from keyreel.server.routes.operator.accounts import AccountRoutes
from keyreel.server.routes.operator.audit import AuditRoutes
from keyreel.server.routes.operator.clock import ClockRoutes
from keyreel.server.routes.operator.engines import EngineRoute
from keyreel.server.routes.operator.ledger import LedgerRoutes
from keyreel.server.routes.operator.tasks import AdminTaskRoutes
from keyreel.server.routes.operator.webhooks import WebhookRoutes
from keyreel.server.routes.own.engines import EngineStateRoute
from keyreel.server.routes.own.events import TaskEventRoutes
from keyreel.server.routes.own.image_uploads import ImageUploadRoutes
from keyreel.server.routes.own.mcp import McpRoute
from keyreel.server.routes.own.tasks import OwnTaskRoutes
from keyreel.server.routes.own.upstream_callbacks import UpstreamCallbackRoute
from keyreel.server.routes.own.whoami import WhoamiRoute
from keyreel.server.routes.quote import QuoteRoute
from keyreel.server.routes.reference.discovery import DiscoveryRoutes
from keyreel.server.routes.reference.llms_txt import LlmsTxtRoute
from keyreel.server.routes.studio import StudioRoutes
from keyreel.server.routes.tasks import TaskRoutes
from keyreel.server.routes.uploads import UploadRoutes
from keyreel.server.routes.validate import ValidateRoute
from keyreel.server.routes.verify import VerifyRoute
from keyreel.server.routes.voices import list_voices
from keyreel.server.routes.well_known import RootCertificateRoute
from keyreel.tasks.accounts.api_keys import Scope
from keyreel.tasks.audit.refused_access import RefusedAccessLog
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keyreel.server.requests.authorisation import CallerHandler, Handler, KeyHolderHandler
    from keyreel.server.services import Services
    from keyreel.wire.reference.own_route import OwnRoute

ACTION_SCOPES: Final = {
    RouteAction.SUBMIT: Scope.SUBMIT,
    RouteAction.RESULT: Scope.READ,
    RouteAction.LIST: Scope.READ,
    RouteAction.CANCEL: Scope.SUBMIT,
    RouteAction.CONTENT: Scope.READ,
    RouteAction.UPLOAD: Scope.SUBMIT,
    RouteAction.BEGIN_UPLOAD: Scope.SUBMIT,
    RouteAction.FINISH_UPLOAD: Scope.SUBMIT,
    RouteAction.BALANCE: Scope.READ,
}
"""The scope that an API key needs for an action, whatever the dialect."""


def build_routes(services: Services, metrics: MetricsPage | None = None) -> list[Route]:
    """Return the routes that are polled, then Keyreel's own, then the others of the dialects.

    They are tried in this order, one by one, and nearly all requests are polls.

    Raises:
        LookupError: a handler lacks its entry in the table of own routes, or an entry its handler.
    """
    of_dialects = list(_build_dialect_routes(services))
    polled = [route for action, route in of_dialects if action is RouteAction.RESULT]
    others = [route for action, route in of_dialects if action is not RouteAction.RESULT]
    return [*polled, *build_own_routes(services, metrics=metrics), *others]


def build_own_routes(
    services: Services, entries: tuple[OwnRoute, ...] = OWN_ROUTES, metrics: MetricsPage | None = None
) -> list[Route]:
    """Return a route for each entry.

    Raises:
        LookupError: a handler lacks its entry, or an entry its handler.
    """
    refusals = RefusedAccessLog(services.store.writer, services.clock)
    handlers = {
        RequiredAccess.NOTHING: _bind_public_handlers(services),
        RequiredAccess.ANY_KEY: {
            name: require_any_key(handler, services.authenticator)
            for name, handler in _bind_holder_handlers(services).items()
        },
        RequiredAccess.KEY: {
            name: require_scope(handler, services.authenticator, Scope.READ)
            for name, handler in _bind_caller_handlers(services).items()
        },
        RequiredAccess.SUBMIT_KEY: {
            name: require_scope(handler, services.authenticator, Scope.SUBMIT)
            for name, handler in _bind_submitter_handlers(services).items()
        },
        RequiredAccess.ADMIN: {
            name: require_operator(handler, services.authenticator, refusals)
            for name, handler in _bind_operator_handlers(services, metrics or MetricsPage(services)).items()
        },
    }
    for access, bound in handlers.items():
        unpaired = bound.keys() ^ {entry.name for entry in entries if entry.access is access}
        if unpaired:
            raise LookupError(f"Without a handler or an entry, for {access}: {', '.join(sorted(unpaired))}.")
    return [
        Route(entry.path, handlers[entry.access][entry.name], methods=[entry.method]) for entry in entries
    ]


def _bind_public_handlers(services: Services) -> Mapping[str, Handler]:
    discovery, files = DiscoveryRoutes(services), FileRoute(services)
    studio = StudioRoutes(services)
    readiness = ReadinessRoute(services.store, services.storage, has_worker=services.has_worker)
    return {
        "list_vtrix_models": discovery.list_vtrix_models,
        "show_vtrix_model_spec": discovery.show_vtrix_model_spec,
        "show_index": studio.show_index,
        "show_studio_file": studio.show_file,
        "show_openapi": discovery.show_openapi,
        "show_docs": studio.show_docs,
        "show_llms_txt": LlmsTxtRoute(services).show,
        "check_liveness": check_liveness,
        "check_readiness": readiness.check,
        "check_liveness_of_container": check_liveness,
        "check_readiness_of_container": readiness.check,
        "list_models": discovery.list_models,
        "show_model": discovery.show_model,
        "list_voices": list_voices,
        "show_root_certificate": RootCertificateRoute(services).show,
        "send_file": files.send_signed,
        "measure_file": files.send_signed,
        "receive_file": UploadRoutes(services).receive_file,
        "receive_upstream_callback": UpstreamCallbackRoute(services).receive,
    }


def _bind_holder_handlers(services: Services) -> Mapping[str, KeyHolderHandler]:
    return {"describe_key": WhoamiRoute(services).show, "verify_file": VerifyRoute(services).verify}


def _bind_caller_handlers(services: Services) -> Mapping[str, CallerHandler]:
    tasks, events = OwnTaskRoutes(services), TaskEventRoutes(services)
    return {
        "validate_request": ValidateRoute(services).validate,
        "quote_request": QuoteRoute(services).quote,
        "show_balance": BalanceRoute(services).show,
        "list_own_tasks": tasks.list,
        "show_task": tasks.show,
        "stream_events": events.stream,
        "show_preview": events.show_preview,
        "show_upload": ImageUploadRoutes(services).show,
        "call_tools": McpRoute(services).call,
        "list_engine_states": EngineStateRoute(services).list,
    }


def _bind_submitter_handlers(services: Services) -> Mapping[str, CallerHandler]:
    tasks = OwnTaskRoutes(services)
    return {
        "approve_task": tasks.approve,
        "cancel_task": tasks.cancel,
        "delete_task": tasks.delete,
        "upload_image": SubmitRate(services).limit(ImageUploadRoutes(services).create),
    }


def _bind_operator_handlers(services: Services, metrics: MetricsPage) -> Mapping[str, Handler]:
    accounts, clock, tasks = AccountRoutes(services), ClockRoutes(services), AdminTaskRoutes(services)
    ledger, webhooks, audit = LedgerRoutes(services), WebhookRoutes(services), AuditRoutes(services)
    engines = EngineRoute(services)
    return {
        "list_keys": accounts.list_keys,
        "create_key": accounts.create_key,
        "limit_key": accounts.limit_key,
        "revoke_key": accounts.revoke_key,
        "list_tenants": accounts.list_tenants,
        "create_tenant": accounts.create_tenant,
        "limit_tenant": accounts.limit_tenant,
        "disable_tenant": accounts.disable_tenant,
        "enable_tenant": accounts.enable_tenant,
        "grant_credits": accounts.grant_credits,
        "list_tasks": tasks.list_tasks,
        "list_missing_files": tasks.list_missing_files,
        "find_matches": tasks.find_matches,
        "list_engines": engines.list_engines,
        "show_metrics": metrics.show,
        "show_clock": clock.show_time,
        "advance_clock": clock.advance,
        "list_deliveries": webhooks.list_deliveries,
        "show_signing_secret": webhooks.show_secret,
        "replay_delivery": webhooks.replay,
        "export_ledger": ledger.export,
        "verify_ledger": ledger.verify,
        "list_usage": ledger.list_usage,
        "list_daily_usage": ledger.list_daily_usage,
        "list_audit_entries": audit.list_entries,
        "verify_audit_log": audit.verify,
    }


def _build_dialect_routes(services: Services) -> Iterator[tuple[RouteAction, Route]]:
    for dialect in DIALECTS:
        tasks = TaskRoutes(dialect, services)
        for route in dialect.routes:
            scope = ACTION_SCOPES[route.action]
            handler = require_scope(tasks.get_handler(route.action), services.authenticator, scope)
            yield route.action, Route(route.path, handler, methods=[route.method], name=route.action)
