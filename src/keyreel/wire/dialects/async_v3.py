"""The `/v3/async/*` format: one path for each model, one path for all results."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from keyreel import errors
from keyreel.order import Operation
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import (
    UNLIMITED_CREDITS,
    ApiRequest,
    Dialect,
    DialectRoute,
    ParsedSubmit,
    QueryParameter,
    Report,
    RouteAction,
)
from keyreel.wire.dialects.error_codes import (
    ErrorMapping,
    find_error,
    find_error_mapping,
    find_failure_code,
    truncate_field,
    truncate_message,
)
from keyreel.wire.dialects.webhooks import DEFAULT_SCHEDULE, WebhookPolicy
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task
    from keyreel.wire.dialects.dialect import TenantBalance
    from keyreel.wire.dialects.webhooks import WebhookEvent
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_RESULT_PATH: Final = "/v3/async/task-result"
_TASK_ID: Final = QueryParameter(
    "task_id", "The task's ID.", {"type": "string", "pattern": "^[0-9]{1,19}$"}, required=True
)
_STATUS_BY_STATE: Final = {
    TaskState.HELD: "TASK_STATUS_QUEUED",
    TaskState.QUEUED: "TASK_STATUS_QUEUED",
    TaskState.RUNNING: "TASK_STATUS_PROCESSING",
    TaskState.SUCCEEDED: "TASK_STATUS_SUCCEED",
    TaskState.FAILED: "TASK_STATUS_FAILED",
    TaskState.CANCELLED: "TASK_STATUS_FAILED",
}
# A cancelled task is shown as failed: the format has no status for it. The family's clients know a fifth one.
_STATE_BY_STATUS: Final = {
    word: state for state, word in _STATUS_BY_STATE.items() if state is not TaskState.CANCELLED
} | {"TASK_STATUS_UNKNOWN": TaskState.QUEUED}

# The pages of Q3 abbreviate operations, and one page bears a model's name alone.
_SHORT: Final = {
    Operation.TEXT2VIDEO: "t2v",
    Operation.IMG2VIDEO: "i2v",
    Operation.START_END2VIDEO: "f2v",
}
_IRREGULAR: Final = {"q2-pro-fast-reference2video": "viduq2-pro-fast"}

# The reasons of the format's own table; the last nine are ours, for what it does not name.
_ERROR_TABLE: Final = (
    ErrorMapping(errors.InvalidRequest, 400, "INVALID_REQUEST_BODY"),
    ErrorMapping(errors.InvalidImage, 400, "INVALID_IMAGE_FORMAT"),
    ErrorMapping(errors.ImageTooLarge, 400, "IMAGE_FILE_EXCEEDS_MAX_SIZE"),
    ErrorMapping(errors.ImageTooManyPixels, 400, "IMAGE_EXCEEDS_MAX_RESOLUTION"),
    ErrorMapping(errors.ImageSizeOutOfRange, 400, "INVALID_IMAGE_SIZE"),
    ErrorMapping(errors.MissingKey, 400, "MISSING_API_KEY"),
    ErrorMapping(errors.InvalidKey, 403, "INVALID_API_KEY"),
    ErrorMapping(errors.UnknownEndpoint, 404, "API_NOT_FOUND"),
    ErrorMapping(errors.UnknownAccount, 404, "ACCOUNT_NOT_FOUND"),
    ErrorMapping(errors.UnknownTask, 404, "TASK_NOT_FOUND"),
    ErrorMapping(errors.InsufficientCredits, 400, "BILLING_BALANCE_NOT_ENOUGH"),
    ErrorMapping(errors.UnsupportedOrder, 403, "FEATURE_NOT_ALLOWED"),
    ErrorMapping(errors.RateLimited, 429, "RATE_LIMIT_EXCEEDED"),
    ErrorMapping(errors.MissingScope, 403, "API_NOT_ALLOWED"),
    ErrorMapping(errors.InternalFault, 500, "GET_RESULT_FAILED"),
    ErrorMapping(errors.Unavailable, 503, "SERVICE_NOT_AVAILABLE"),
    ErrorMapping(errors.IdempotencyConflict, 409, "IDEMPOTENCY_KEY_REUSED"),
    ErrorMapping(errors.NotHeld, 409, "TASK_NOT_HELD"),
    ErrorMapping(errors.NotEnded, 409, "TASK_NOT_ENDED"),
    ErrorMapping(errors.UploadConflict, 409, "UPLOAD_CONFLICT"),
    ErrorMapping(errors.BodyTooLarge, 413, "REQUEST_BODY_TOO_LARGE"),
    ErrorMapping(errors.BodyTooSlow, 408, "REQUEST_TIMEOUT"),
    ErrorMapping(errors.HeadersTooLarge, 431, "REQUEST_HEADERS_TOO_LARGE"),
    ErrorMapping(errors.MethodNotAllowed, 405, "METHOD_NOT_ALLOWED"),
    ErrorMapping(errors.LinkExpired, 410, "LINK_EXPIRED"),
    ErrorMapping(errors.LinkForged, 403, "LINK_FORGED"),
    ErrorMapping(errors.Refusal, 400, "BAD_REQUEST"),
)
# "TASK_FAILED" is the table's own; the others are ours.
_FAILURE_CODES: Final = {
    errors.PictureUnreachable: "IMAGE_DOWNLOAD_FAILED",
    errors.VideoUnreachable: "VIDEO_DOWNLOAD_FAILED",
    errors.Cancelled: "TASK_CANCELLED",
    errors.Expired: "TASK_CANCELLED",
    errors.InternalFault: "TASK_FAILED",
    errors.KeyreelError: "TASK_FAILED",
}


class AsyncV3(Dialect):
    """Speaks `/v3/async/*`."""

    name = "async_v3"
    title = "/v3/async"
    path_prefixes = ("/v3/",)
    routes = (
        # The fixed path goes first: a model cannot be called "task-result".
        DialectRoute(RouteAction.RESULT, "GET", _RESULT_PATH, (_TASK_ID,)),
        DialectRoute(RouteAction.SUBMIT, "POST", "/v3/async/{model}"),
        DialectRoute(RouteAction.BALANCE, "GET", "/v3/user"),
    )
    body_limit = 100 * 1024 * 1024
    # "Timeout 5 s, up to 5 retries".
    webhook_policy = WebhookPolicy(schedule=DEFAULT_SCHEDULE[:6], timeout_seconds=5.0)

    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Read a submit: the path names the model, the body is flat."""
        endpoint = catalogue.find_endpoint(path.get("model", ""))
        unknown = tuple(name for name in body if name not in endpoint.model_fields and name != "model")
        return ParsedSubmit(endpoint, body, unknown)

    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read `?task_id=`."""
        del path
        if not query.get("task_id"):
            raise errors.InvalidRequest(
                "task_id: is required, as in /v3/async/task-result?task_id=…", field="task_id"
            )
        return TaskId(query["task_id"])

    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the task's id; q1 pages show nothing else."""
        if endpoint.family == "q1":
            return {"task_id": task.id}
        return {"task_id": task.id, "provider_request_id": str(uuid5(NAMESPACE_URL, f"keyreel:{task.id}"))}

    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Write the state: whole numbers as integers, numbers within `extra` and `videos` as strings."""
        video = (
            {
                "video_url": links.video,
                "video_url_ttl": str(links.ttl_seconds),
                "video_type": "mp4",
                "cover_url": links.cover,
            }
            if links
            else None
        )
        return {
            "extra": _build_extra(task),
            "task": {
                "task_id": task.id,
                "status": _STATUS_BY_STATE[task.state],
                "reason": _get_failure_reason(task),
                "task_type": self.format_model_id(type(endpoint)).upper().replace("-", "_"),
                "eta": eta_seconds,
                "progress_percent": 100
                if task.state is TaskState.SUCCEEDED
                else min(99, int(task.progress * 100)),
            },
            "images": [],
            "videos": [video] if video else [],
            "audios": [],
        }

    def build_balance_response(self, balance: TenantBalance, query: Mapping[str, str]) -> Json:
        """Write the credits, beside what else the format's clients declare."""
        del query
        left = UNLIMITED_CREDITS if balance.credits is None else balance.credits
        return {"allow_features": [], "credit_balance": left, "free_trial": {}}

    def build_webhook_payload(
        self, event: WebhookEvent, task: Task, endpoint: Endpoint, links: SignedLinks | None
    ) -> Json:
        """Wrap the result, which carries the webhook's URL back."""
        payload = super().build_webhook_payload(event, task, endpoint, links)
        payload["extra"]["webhook"] = {"url": endpoint.webhook_url}
        return {"event_type": "ASYNC_TASK_RESULT", "payload": payload}

    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{code, reason, message, metadata}`."""
        del request_id
        row = find_error_mapping(_ERROR_TABLE, error)
        metadata = {"field": truncate_field(error)} if error.field else {}
        return row.status, {
            "code": row.status,
            "reason": row.code,
            "message": truncate_message(error),
            "metadata": metadata,
        }

    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Write a submit."""
        return ApiRequest(
            "POST", f"/v3/async/{self.format_model_id(type(endpoint))}", endpoint.to_documented_fields()
        )

    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Write a poll."""
        return ApiRequest("GET", f"{_RESULT_PATH}?task_id={quote(task_id, safe='')}")

    def parse_submit_response(self, body: Json) -> TaskId:
        """Read the task's id."""
        if not isinstance(body.get("task_id"), str) or not body["task_id"]:
            raise errors.RemoteError("The response has no task_id.")
        return TaskId(body["task_id"])

    def parse_result_response(self, body: Json) -> Report:
        """Read a task's state; hosted services leave optional parts out."""
        task: Json = body.get("task") or {}
        extra: Json = body.get("extra") or {}
        video: Json = next(iter(body.get("videos") or []), {})
        state = _STATE_BY_STATUS.get(task.get("status", ""))
        if state is None:
            raise errors.RemoteError(f"The response's task.status is {str(task.get('status'))[:64]!r}.")
        seed = str(extra.get("seed") or "")
        return Report(
            id=TaskId(str(task.get("task_id") or "")),
            state=state,
            progress=1.0 if state is TaskState.SUCCEEDED else int(task.get("progress_percent") or 0) / 100,
            eta_seconds=int(task.get("eta") or 0),
            reason=str(task.get("reason") or ""),
            video_url=str(video.get("video_url") or ""),
            cover_url=str(video.get("cover_url") or ""),
            seed=int(seed) if seed.isdecimal() else None,
            payload=str(extra.get("payload") or ""),
        )

    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Read `{code, reason, message, metadata}`."""
        message = str(body.get("message") or f"The server returned {status}.")
        reason, metadata = str(body.get("reason") or ""), body.get("metadata")
        field = str(metadata.get("field") or "") if isinstance(metadata, dict) else ""
        known = find_error(_ERROR_TABLE, (status, reason), message, field)
        return known or errors.RemoteError(message, status=status, code=reason)

    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return "vidu-q2-pro-startend2video" and the like."""
        return _format_model_id(endpoint_class)


@cache
def _format_model_id(endpoint_class: type[Endpoint]) -> str:
    if endpoint_class.name() in _IRREGULAR:
        return _IRREGULAR[endpoint_class.name()]
    word = endpoint_class.operation.value.replace("_", "")
    if endpoint_class.family.startswith("q3"):
        word = _SHORT.get(endpoint_class.operation, word)
    return f"vidu-{endpoint_class.family}-{word}"


def _build_extra(task: Task) -> dict[str, Any]:
    """Write all that typed clients declare, whatever the state: what has not happened yet happened at "0"."""
    return {
        "seed": str(task.submission.seed),
        "enable_nsfw_detection": False,
        "debug_info": {
            "request_info": "",
            "submit_time_ms": _format_milliseconds(task.created),
            "execute_time_ms": _format_milliseconds(task.started),
            "complete_time_ms": _format_milliseconds(task.finished),
        },
        "reason": find_failure_code(task, _ERROR_TABLE, _FAILURE_CODES),
        "payload": task.submission.payload,
    }


def _get_failure_reason(task: Task) -> str:
    if task.state is TaskState.CANCELLED:
        return task.reason or "The task was cancelled."
    return task.reason if task.state is TaskState.FAILED else ""


def _format_milliseconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp() * 1000)) if moment else "0"
