"""The vtrix format: one path for all models, the model's id in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from keyreel import errors
from keyreel.pricing import to_usd
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import (
    ApiRequest,
    Dialect,
    DialectRoute,
    ParsedSubmit,
    Report,
    RouteAction,
)
from keyreel.wire.dialects.error_codes import (
    ErrorMapping,
    find_error,
    find_error_mapping,
    find_failure_code,
    truncate_message,
)
from keyreel.wire.dialects.vtrix_family.messages import PARAMETERS, extract_fields, is_message_list
from keyreel.wire.dialects.vtrix_family.models import (
    MODELS_PATH,
    build_model_page,
    build_model_spec,
    format_model_id,
    wrap_response,
)
from keyreel.wire.dialects.webhooks import WebhookPolicy
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

__all__ = ["MODELS_PATH", "Vtrix", "build_model_page", "build_model_spec"]

_PATH: Final = "/model/v1/generation"
_DISCOVERY_PREFIX: Final = MODELS_PATH.removesuffix("models")
_STATE_BY_STATUS: Final = {
    "in_progress": TaskState.RUNNING,
    "completed": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
}

# Only 002014001 is published, for a missing image; the others are ours.
_FAILURE_CODES: Final = {
    errors.PictureUnreachable: "002014101",
    errors.Cancelled: "002014102",
    errors.Expired: "002014102",
    errors.VideoUnreachable: "002014103",
    errors.KeyreelError: "002014100",
}
_ERROR_TABLE: Final = (
    ErrorMapping(errors.MissingImage, 400, "002014001"),
    ErrorMapping(errors.InvalidRequest, 400, "002014002"),
    ErrorMapping(errors.InvalidImage, 400, "002014003"),
    ErrorMapping(errors.ImageTooLarge, 400, "002014004"),
    ErrorMapping(errors.ImageTooManyPixels, 400, "002014005"),
    ErrorMapping(errors.ImageSizeOutOfRange, 400, "002014006"),
    ErrorMapping(errors.MissingKey, 401, "002011001"),
    ErrorMapping(errors.InvalidKey, 401, "002011002"),
    ErrorMapping(errors.InsufficientCredits, 403, "002013003"),
    ErrorMapping(errors.MissingScope, 403, "002013004"),
    ErrorMapping(errors.UnsupportedOrder, 403, "002013001"),
    ErrorMapping(errors.LinkForged, 403, "002013002"),
    ErrorMapping(errors.UnknownEndpoint, 404, "002012001"),
    ErrorMapping(errors.UnknownTask, 404, "002012002"),
    ErrorMapping(errors.MethodNotAllowed, 405, "002012003"),
    ErrorMapping(errors.LinkExpired, 410, "002012004"),
    ErrorMapping(errors.BodyTooSlow, 408, "002014007"),
    ErrorMapping(errors.IdempotencyConflict, 409, "002014010"),
    ErrorMapping(errors.NotHeld, 409, "002014012"),
    ErrorMapping(errors.NotEnded, 409, "002014013"),
    ErrorMapping(errors.UploadConflict, 409, "002014011"),
    ErrorMapping(errors.RateLimited, 429, "002016001"),
    ErrorMapping(errors.QuotaExceeded, 429, "002016002"),
    ErrorMapping(errors.BodyTooLarge, 413, "002014008"),
    ErrorMapping(errors.HeadersTooLarge, 431, "002014011"),
    ErrorMapping(errors.InternalFault, 500, "002015001"),
    ErrorMapping(errors.Unavailable, 503, "002015002"),
    ErrorMapping(errors.Refusal, 400, "002014009"),
)


class Vtrix(Dialect):
    """Speaks `/model/v1/generation`."""

    name = "vtrix"
    title = "vtrix"
    path_prefixes = ("/model/", _DISCOVERY_PREFIX)
    routes = (
        DialectRoute(RouteAction.SUBMIT, "POST", _PATH),
        DialectRoute(RouteAction.RESULT, "GET", f"{_PATH}/task/{{id}}"),
    )
    body_limit = 20 * 1024 * 1024
    webhook_policy = WebhookPolicy(signs_with_api_key=True)

    def build_submit_schema(self, endpoint_class: type[Endpoint], fields: Json) -> Json:
        """Describe both forms: the fields in `input[0].params`, and beside `model`."""
        model = {"const": self.format_model_id(endpoint_class)}
        item = {"type": "object", "required": ["params"], "properties": {"params": fields}}
        wrapped = {"type": "array", "minItems": 1, "maxItems": 1, "items": item}
        flat = {"type": "object", "required": ["model"], "properties": {"model": model}}
        return {
            "anyOf": [
                {
                    "type": "object",
                    "required": ["model", "input"],
                    "properties": {"model": model, "input": wrapped},
                },
                {"allOf": [fields, flat]},
            ]
        }

    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Read a submit: fields flat, wrapped in `input[0].params`, or messages. What is wrapped wins."""
        del path
        flat = {name: value for name, value in body.items() if name not in {"model", "input"}}
        wrapped = body.get("input")
        beside: tuple[str, ...] = ()
        if is_message_list(wrapped):
            params = flat | extract_fields(wrapped, flat.pop(PARAMETERS, None))
        elif wrapped is not None:
            params, beside = flat | _unwrap_params(wrapped), _list_fields_beside_params(wrapped[0])
        else:
            params = flat
        # Some clients put the provider's own model name into the fields; the one outside counts.
        inner = params.pop("model", None)
        model = body.get("model") or inner
        if not isinstance(model, str):
            raise errors.InvalidRequest(
                "model: is required; must be a string such as viduq2_pro_img2video.", field="model"
            )
        endpoint = catalogue.find_endpoint(model)
        unknown = tuple(name for name in params if name not in endpoint.model_fields)
        return ParsedSubmit(endpoint, params, unknown + beside)

    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read the path's last part."""
        del query
        return TaskId(path["id"])

    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the new task."""
        return self.build_result_response(task, endpoint, None, 0)

    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Write the task; `output`, `usage`, `error` and `progress` each only in their own states."""
        body: Json = {
            "id": task.id,
            "created_at": int(task.created.timestamp()),
            "model": self.format_model_id(type(endpoint)),
            "metadata": _build_metadata(task, eta_seconds),
        }
        if links is not None:
            content = {"type": "video", "url": links.video, "jobId": task.id, "cover_url": links.cover}
            return body | {
                "status": "completed",
                "output": [{"content": [content]}],
                "usage": _build_usage(task),
            }
        if task.state is TaskState.SUCCEEDED:  # its files are no longer kept
            return body | {"status": "completed", "output": [], "usage": _build_usage(task)}
        if task.state in {TaskState.FAILED, TaskState.CANCELLED}:
            cancelled = task.state is TaskState.CANCELLED
            code = find_failure_code(task, _ERROR_TABLE, _FAILURE_CODES)
            usual = "The task was cancelled." if cancelled else "Video generation failed."
            return body | {
                "status": "failed",
                # Clients of the gateway read the sentence by either name.
                "error": {"code": code, **dict.fromkeys(("message", "error_message"), task.reason or usual)},
            }
        return body | {"status": "in_progress", "progress": round(min(task.progress, 1.0), 4)}

    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{code, message}`; clients stumble over an `error` object here."""
        del request_id
        row = find_error_mapping(_ERROR_TABLE, error)
        return row.status, {"code": row.code, "message": truncate_message(error)}

    def build_error_response_at(self, path: str, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{status, data}` where clients look for models: there they read nothing else."""
        status, body = self.build_error_response(error, request_id)
        return status, wrap_response(None, status, body["message"]) if path.startswith(
            _DISCOVERY_PREFIX
        ) else body

    def adapt_result_to_client(self, body: Json, headers: Mapping[str, str]) -> Json:
        """Show errors as text to the command-line client, which ignores an object and polls on."""
        error = body.get("error")
        if isinstance(error, dict) and headers.get("x-source", "").lower() == "cli":
            return body | {"error": error["message"]}
        return body

    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Write a submit, wrapped as the hosted service wants it."""
        body = {
            "model": self.format_model_id(type(endpoint)),
            "input": [{"params": endpoint.to_documented_fields()}],
        }
        return ApiRequest("POST", _PATH, body)

    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Write a poll."""
        return ApiRequest("GET", f"{_PATH}/task/{quote(task_id, safe='')}")

    def parse_submit_response(self, body: Json) -> TaskId:
        """Read the task's id."""
        if not isinstance(body.get("id"), str) or not body["id"]:
            raise errors.RemoteError("The response has no id.")
        return TaskId(body["id"])

    def parse_result_response(self, body: Json) -> Report:
        """Read a task's state; hosted services leave optional parts out."""
        state = _STATE_BY_STATUS.get(body.get("status", ""))
        if state is None:
            raise errors.RemoteError(f"The response's status is {str(body.get('status'))[:64]!r}.")
        metadata: Json = body.get("metadata") or {}
        content = _extract_content(body)
        seed = str(metadata.get("seed") or "")
        return Report(
            id=TaskId(str(body.get("id") or "")),
            state=state,
            progress=1.0 if state is TaskState.SUCCEEDED else float(body.get("progress") or 0),
            eta_seconds=int(metadata.get("eta_seconds") or 0),
            reason=_extract_error_message(body.get("error")),
            video_url=str(content.get("url") or ""),
            cover_url=str(content.get("cover_url") or ""),
            seed=int(seed) if seed.isdecimal() else None,
            payload=str(metadata.get("payload") or ""),
        )

    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Read `{code, message}`, and the gateway's `error` in whatever form."""
        code = str(body.get("code") or "")
        message = str(
            body.get("message")
            or _extract_error_message(body.get("error"))
            or f"The server returned {status}."
        )
        path, separator, _ = message.partition(": ")
        field = path if separator and " " not in path else ""
        return find_error(_ERROR_TABLE, (status, code), message, field) or errors.RemoteError(
            message, status=status, code=code
        )

    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return "viduq2_pro_start_end2video" and the like."""
        return format_model_id(endpoint_class)


def _unwrap_params(wrapped: Any) -> Json:
    """Unwrap `[{"params": {…}}]`."""
    if not isinstance(wrapped, list) or len(wrapped) != 1 or not isinstance(wrapped[0], dict):
        raise errors.InvalidRequest(
            "input: must be a list with one object that contains params.", field="input"
        )
    params = wrapped[0].get("params")
    if not isinstance(params, dict):
        raise errors.InvalidRequest(
            "input[0].params: must be an object with the model's fields.", field="input[0].params"
        )
    return params


def _list_fields_beside_params(wrapped: Json) -> tuple[str, ...]:
    """Name the keys beside `params`, which have no effect."""
    return tuple(f"input[0].{name}" for name in wrapped if name != "params")


def _build_metadata(task: Task, eta_seconds: int) -> Json:
    """Write what the format has no key for: the same keys in every state, 0 for what is not known yet."""
    moments = {"started_at": task.started, "finished_at": task.finished}
    return {
        "seed": task.submission.seed,
        "payload": task.submission.payload,
        "eta_seconds": eta_seconds,
        **{name: int(moment.timestamp()) if moment else 0 for name, moment in moments.items()},
    }


def _build_usage(task: Task) -> Json:
    """Write the price in US dollars; clients want every one of these keys, the amounts as text."""
    cost = f"{to_usd(task.charged):.6f}"
    discount = 0.5 if task.submission.off_peak else 0.0
    return {"cost": cost, "discount": discount, "quantity": 1, "unit_price": cost, "extra_info": {}}


def _extract_content(body: Json) -> Json:
    output: Json = next(iter(body.get("output") or []), {})
    content: Json = next(iter(output.get("content") or []), {})
    return content


def _extract_error_message(error: Any) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("error_message") or "")
    return str(error or "")
