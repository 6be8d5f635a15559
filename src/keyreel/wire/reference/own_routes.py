"""The table of Keyreel's own routes beside those of the dialects; it knows no handler.

The server's routes, their authorisation and the OpenAPI document come from it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.wire.dialects.dialect import QueryParameter
from keyreel.wire.dialects.vtrix_family.vtrix import MODELS_PATH
from keyreel.wire.reference.key_routes import KEY_ROUTES
from keyreel.wire.reference.own_route import FILE_TYPES, LIMIT, TENANT, OwnRoute, RequiredAccess
from keyreel.wire.reference.page_routes import PAGE_ROUTES
from keyreel.wire.reference.responses import operator_responses as operator
from keyreel.wire.reference.responses import own_responses as own
from keyreel.wire.reference.task_routes import TASK_ROUTES

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_file = partial(
    OwnRoute,
    path="/files/{key:path}",
    tag="files",
    query=tuple(QueryParameter(name, "From the link, unchanged.", required=name != "o") for name in "vekos"),
)
_admin = partial(OwnRoute, access=RequiredAccess.ADMIN, tag="admin")
_health = partial(OwnRoute, method="GET")
_liveness = partial(_health, summary="Liveness: returns 200 while the process runs.", response=own.Liveness)
_READY: Final = (
    "Readiness: returns 200 while tasks can be accepted and stored, otherwise 503 with what fails."
)
_readiness = partial(_health, summary=_READY, response=own.Readiness, unready_status="503")

_DAYS: Final[Json] = {"type": "integer", "minimum": 1, "maximum": 366}
_UNKNOWN: Final = (errors.UnknownAccount,)
_QUOTAS: Final[Json] = {"rpm": 60, "running": 5, "queued": 200, "daily_credits": 0}
_TENANT_QUOTAS: Final[Json] = {**_QUOTAS, "storage_bytes": 20 << 30}
_LINK_ERRORS: Final = (errors.LinkExpired, errors.LinkForged)

_VTRIX_ROUTES: Final = (
    OwnRoute(
        "list_vtrix_models",
        "GET",
        MODELS_PATH,
        "Lists the models for vtrix clients.",
        "vtrix.discovery",
        tag="vtrix",
        query=(
            QueryParameter("page", "The page, counted from 1.", {"type": "integer"}),
            QueryParameter("page_size", "Models per page.", {"type": "integer"}),
            QueryParameter("type", "Only models of this type."),
            QueryParameter("keywords", "Only models whose description contains these words."),
            QueryParameter("available", "all: include models that no engine on this server makes."),
        ),
        errors=(errors.UnknownEndpoint,),
        error_schema="vtrix.discovery_refusal",
        operation_id="vtrix_models",
    ),
    OwnRoute(
        "show_vtrix_model_spec",
        "GET",
        f"{MODELS_PATH}/{{id}}/spec",
        "Describes one model's parameters for vtrix clients.",
        "vtrix.discovery",
        tag="vtrix",
        errors=(errors.UnknownEndpoint,),
        error_schema="vtrix.discovery_refusal",
        operation_id="vtrix_spec",
    ),
)
"""What vtrix clients ask for before they submit; no action of the dialect, for it is about no task."""
_PUBLIC_ROUTES: Final = (
    *PAGE_ROUTES,
    _liveness("check_liveness", path="/health/live"),
    _liveness("check_liveness_of_container", path="/healthz"),
    _readiness("check_readiness", path="/health/ready"),
    _readiness("check_readiness_of_container", path="/readyz"),
    OwnRoute(
        "list_models",
        "GET",
        "/v1/models",
        "Lists the models with limits, prices, and availability.",
        own.ModelListing,
    ),
    OwnRoute(
        "show_model",
        "GET",
        "/v1/models/{id}",
        "Describes one model.",
        own.ModelEntry,
        errors=(errors.UnknownEndpoint,),
    ),
    OwnRoute("list_voices", "GET", "/v1/voices", "Lists the voices.", own.VoiceListing),
)
_FILE_ROUTES: Final = (
    OwnRoute(
        "show_root_certificate",
        "GET",
        "/.well-known/keyreel-c2pa.pem",
        "Returns the root certificate of this server's signatures.",
        media_types=("application/pem-certificate-chain",),
    ),
    _file(
        "send_file",
        "GET",
        summary="Returns a file.",
        media_types=FILE_TYPES,
        errors=_LINK_ERRORS,
    ),
    _file(
        "measure_file",
        "HEAD",
        summary="Returns the size of a file.",
        media_types=FILE_TYPES,
        errors=_LINK_ERRORS,
    ),
    _file(
        "receive_file",
        "PUT",
        summary=(
            "Receives an upload, once, at a URL from POST /customers/storage or /tools/v2/files/uploads."
        ),
        media_types=(),
        request_media_type="application/octet-stream",
        errors=(
            *_LINK_ERRORS,
            errors.InvalidRequest,
            errors.InvalidImage,
            errors.UploadConflict,
            errors.QuotaExceeded,
            errors.Unavailable,
        ),
    ),
)
_ACCOUNT_ROUTES: Final = (
    _admin(
        "list_keys", "GET", "/v1/admin/keys", "Lists the keys, without showing them.", operator.ApiKeyListing
    ),
    _admin(
        "create_key",
        "POST",
        "/v1/admin/keys",
        "Creates a key, which only this response shows.",
        operator.NewApiKey,
        request_example={"tenant": "acme", "name": "website", "new_tenant": True} | _QUOTAS,
        status="201",
        errors=_UNKNOWN,
    ),
    _admin(
        "limit_key",
        "PATCH",
        "/v1/admin/keys/{id}",
        "Sets a key's limits.",
        operator.ApiKeyEntry,
        request_example=_QUOTAS,
        errors=_UNKNOWN,
    ),
    _admin(
        "revoke_key",
        "DELETE",
        "/v1/admin/keys/{id}",
        "Revokes a key.",
        operator.ApiKeyEntry,
        errors=_UNKNOWN,
    ),
    _admin(
        "list_tenants",
        "GET",
        "/v1/admin/tenants",
        "Lists the tenants with their credits and limits.",
        operator.TenantListing,
    ),
    _admin(
        "create_tenant",
        "POST",
        "/v1/admin/tenants",
        "Creates a tenant.",
        operator.TenantEntry,
        request_example={"name": "acme"} | _TENANT_QUOTAS,
        status="201",
    ),
    _admin(
        "limit_tenant",
        "PATCH",
        "/v1/admin/tenants/{name}",
        "Sets a tenant's limits.",
        operator.TenantEntry,
        request_example=_TENANT_QUOTAS,
        errors=_UNKNOWN,
    ),
    _admin(
        "disable_tenant",
        "POST",
        "/v1/admin/tenants/{name}/disable",
        "Disables a tenant: refuses its keys, starts none of its tasks, and cancels them on request.",
        operator.DisabledTenant,
        request_example={"cancel_tasks": False},
        errors=_UNKNOWN,
    ),
    _admin(
        "enable_tenant",
        "POST",
        "/v1/admin/tenants/{name}/enable",
        "Enables a disabled tenant.",
        operator.TenantEntry,
        errors=_UNKNOWN,
    ),
    _admin(
        "grant_credits",
        "POST",
        "/v1/admin/tenants/{name}/grants",
        "Grants credits to a tenant; only once per transaction ID.",
        operator.GrantedTenant,
        request_example={"credits": 1000, "txn": "invoice-17", "note": "paid by transfer"},
        errors=(errors.UnknownAccount, errors.IdempotencyConflict),
    ),
)
_OPERATION_ROUTES: Final = (
    _admin(
        "list_tasks",
        "GET",
        "/v1/admin/tasks",
        "Lists the newest tasks of all tenants.",
        operator.TaskListing,
        query=(LIMIT,),
    ),
    _admin(
        "list_missing_files",
        "GET",
        "/v1/admin/storage",
        "Lists tasks with missing files.",
        operator.MissingFileListing,
    ),
    _admin(
        "list_engines",
        "GET",
        "/v1/admin/engines",
        "Lists the engines with their health and problems.",
        operator.EngineListing,
    ),
    _admin(
        "show_metrics",
        "GET",
        "/metrics",
        "Returns metrics in the Prometheus text format.",
        media_types=("text/plain",),
    ),
    _admin("show_clock", "GET", "/v1/admin/clock", "Returns the server's time.", operator.ServerTime),
    _admin(
        "advance_clock",
        "POST",
        "/v1/admin/clock/advance",
        "Moves the clock forward, in development mode only.",
        operator.ServerTime,
        request_example={"seconds": 60},
        errors=(errors.UnknownEndpoint,),
    ),
    _admin(
        "list_deliveries",
        "GET",
        "/v1/admin/callbacks",
        "Lists the newest callbacks with every attempt.",
        operator.DeliveryListing,
        query=(LIMIT, QueryParameter("task", "Only this task.")),
        errors=(errors.UnknownTask,),
    ),
    _admin(
        "show_signing_secret",
        "GET",
        "/v1/admin/callbacks/secret",
        "Returns the signing secret of callbacks.",
        operator.SigningSecret,
        query=(TENANT,),
        errors=_UNKNOWN,
    ),
    _admin(
        "replay_delivery",
        "POST",
        "/v1/admin/callbacks/{id}/replay",
        "Sends a callback again.",
        operator.DeliveryEntry,
        errors=(errors.UnknownTask,),
    ),
    _admin(
        "find_matches",
        "POST",
        "/v1/admin/matches",
        "Finds tasks by the SHA-256 or the fingerprint of a video.",
        operator.MatchListing,
        request_example={"sha256": "", "fingerprint": ""},
    ),
    _admin(
        "export_ledger",
        "GET",
        "/v1/admin/ledger",
        "Returns every posting.",
        operator.PostingLine,
        media_types=("application/x-ndjson",),
    ),
    _admin(
        "verify_ledger",
        "GET",
        "/v1/admin/ledger/verify",
        "Checks whether the ledger adds up.",
        operator.LedgerVerdict,
    ),
    _admin(
        "list_usage",
        "GET",
        "/v1/admin/usage",
        "Returns the cost of each task.",
        operator.UsageListing,
        query=(TENANT,),
        errors=_UNKNOWN,
    ),
    _admin(
        "list_daily_usage",
        "GET",
        "/v1/admin/usage/days",
        "Returns the credits charged on each of the last days.",
        operator.DailyUsageListing,
        query=(
            TENANT,
            QueryParameter("days", "Number of days, including today. Default: 30.", _DAYS),
        ),
        errors=_UNKNOWN,
    ),
    _admin(
        "list_audit_entries",
        "GET",
        "/v1/admin/audit",
        "Lists who changed what and when, newest first.",
        operator.AuditLogPage,
        query=(
            LIMIT,
            TENANT,
            QueryParameter("action", "Only this action, such as `key.created`."),
            QueryParameter(
                "since", "Entries since this time, such as 2026-01-31T08:00:00+00:00.", {"type": "string"}
            ),
            QueryParameter("before", "Entries before this number: a page's `next`.", {"type": "integer"}),
        ),
        errors=_UNKNOWN,
    ),
    _admin(
        "verify_audit_log",
        "GET",
        "/v1/admin/audit/verify",
        "Checks whether an entry of the audit log was changed or is missing.",
        operator.AuditLogVerdict,
    ),
)
OWN_ROUTES: Final = (
    *_VTRIX_ROUTES,
    *_PUBLIC_ROUTES,
    *KEY_ROUTES,
    *TASK_ROUTES,
    *_FILE_ROUTES,
    *_ACCOUNT_ROUTES,
    *_OPERATION_ROUTES,
)
