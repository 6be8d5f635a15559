"""The `/v1/videos` format that engines and gateways share: words, seconds, a size, one image."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

from keyreel import errors
from keyreel.order import Operation, Size, compute_frame_size
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
    truncate_field,
    truncate_message,
)
from keyreel.wire.dialects.openai.requests import (
    CONTENT_QUERY,
    LIST_QUERY,
    SUPPORTED_OPERATIONS,
    format_model_id,
    parse_list_query,
    parse_submit_body,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter
    from keyreel.wire.dialects.dialect import ListedTask, TaskPage
    from keyreel.wire.dialects.webhooks import WebhookEvent
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_PATH: Final = "/v1/videos"
_STATUS_BY_STATE: Final = {
    TaskState.HELD: "queued",
    TaskState.QUEUED: "queued",
    TaskState.RUNNING: "in_progress",
    TaskState.SUCCEEDED: "completed",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
}
# Servers of this format agree on four statuses; some send the others.
_STATE_BY_STATUS: Final = {
    "queued": TaskState.QUEUED,
    "pending": TaskState.QUEUED,
    "in_progress": TaskState.RUNNING,
    "processing": TaskState.RUNNING,
    "completed": TaskState.SUCCEEDED,
    "succeeded": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
    "cancelled": TaskState.CANCELLED,
}
_ERROR_TABLE: Final = (
    ErrorMapping(errors.InvalidRequest, 400, "invalid_value"),
    ErrorMapping(errors.MissingField, 400, "missing_required_parameter"),
    ErrorMapping(errors.ItemCountOutOfRange, 400, "invalid_item_count"),
    ErrorMapping(errors.MissingImage, 400, "missing_image"),
    ErrorMapping(errors.InvalidImage, 400, "invalid_image"),
    ErrorMapping(errors.ImageTooLarge, 400, "image_too_large"),
    ErrorMapping(errors.ImageTooManyPixels, 400, "image_too_many_pixels"),
    ErrorMapping(errors.ImageSizeOutOfRange, 400, "invalid_image_size"),
    ErrorMapping(errors.MissingKey, 401, "missing_api_key"),
    ErrorMapping(errors.InvalidKey, 401, "invalid_api_key"),
    ErrorMapping(errors.InsufficientCredits, 402, "insufficient_quota"),
    ErrorMapping(errors.UnsupportedOrder, 403, "model_not_available"),
    ErrorMapping(errors.MissingScope, 403, "insufficient_permissions"),
    ErrorMapping(errors.LinkForged, 403, "link_forged"),
    ErrorMapping(errors.UnknownEndpoint, 404, "model_not_found"),
    ErrorMapping(errors.UnknownEndpoint, 404, "not_found"),
    ErrorMapping(errors.UnknownTask, 404, "video_not_found"),
    ErrorMapping(errors.MethodNotAllowed, 405, "method_not_allowed"),
    ErrorMapping(errors.BodyTooSlow, 408, "request_timeout"),
    ErrorMapping(errors.IdempotencyConflict, 409, "idempotency_key_in_use"),
    ErrorMapping(errors.NotHeld, 409, "task_not_held"),
    ErrorMapping(errors.NotEnded, 409, "task_not_ended"),
    ErrorMapping(errors.UploadConflict, 409, "upload_conflict"),
    ErrorMapping(errors.LinkExpired, 410, "link_expired"),
    ErrorMapping(errors.BodyTooLarge, 413, "body_too_large"),
    ErrorMapping(errors.RateLimited, 429, "rate_limit_exceeded"),
    ErrorMapping(errors.QuotaExceeded, 429, "insufficient_quota"),
    ErrorMapping(errors.HeadersTooLarge, 431, "headers_too_large"),
    ErrorMapping(errors.InternalFault, 500, "internal_error"),
    ErrorMapping(errors.Unavailable, 503, "service_unavailable"),
    ErrorMapping(errors.Refusal, 400, "bad_request"),
)
_FAILURE_CODES: Final = {
    errors.PictureUnreachable: "image_unreachable",
    errors.VideoUnreachable: "video_unreachable",
    errors.Cancelled: "cancelled",
    errors.Expired: "cancelled",
    errors.KeyreelError: "video_generation_failed",
}
_DEFAULT_ASPECT_RATIO: Final = Size(16, 9).aspect_ratio
_SECONDS_DESCRIPTION: Final = "The length. It is rounded to the nearest length that the model supports."
_SIZE_DESCRIPTION: Final = "Width x height in pixels. Rounded to the nearest size that the model supports."


class OpenAIVideos(Dialect):
    """Speaks `/v1/videos`."""

    name = "openai_videos"
    title = "/v1/videos"
    path_prefixes = ("/v1/videos", "/v1/models")
    routes = (
        DialectRoute(RouteAction.SUBMIT, "POST", _PATH),
        DialectRoute(RouteAction.LIST, "GET", _PATH, LIST_QUERY),
        DialectRoute(RouteAction.RESULT, "GET", f"{_PATH}/{{id}}"),
        DialectRoute(RouteAction.CONTENT, "GET", f"{_PATH}/{{id}}/content", CONTENT_QUERY),
        DialectRoute(RouteAction.CANCEL, "DELETE", f"{_PATH}/{{id}}"),
    )
    body_limit = 100 * 1024 * 1024
    list_key = "data"
    form_schema: ClassVar[Json] = {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            **{name: {"type": "string"} for name in ("model", "prompt", "seconds", "size")},
            "input_reference": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    }

    def supports(self, endpoint_class: type[Endpoint]) -> bool:
        """Return whether it takes a prompt and at most two images: the format has no subjects."""
        return endpoint_class.operation in SUPPORTED_OPERATIONS

    def build_submit_schema(self, endpoint_class: type[Endpoint], fields: Json) -> Json:
        """Describe the format's own fields; those of the endpoint may stand beside them."""
        del fields
        properties: Json = {
            "model": {"const": self.format_model_id(endpoint_class)},
            "prompt": {"type": "string", "description": "What happens in the video."},
            "seconds": {
                "anyOf": [{"type": "string"}, {"type": "integer"}],
                "description": _SECONDS_DESCRIPTION,
            },
            "size": {"type": "string", "pattern": "^[0-9]+x[0-9]+$", "description": _SIZE_DESCRIPTION},
        }
        if endpoint_class.operation is not Operation.TEXT2VIDEO:
            properties["input_reference"] = {
                "anyOf": [
                    {"type": "string"},
                    {"type": "object", "properties": {"image_url": {"type": "string"}}},
                    {"type": "array", "maxItems": 2, "items": {}},
                ],
                "description": "An image's URL or data URI, or a file in a form. Two: first and last frame.",
            }
        return {"type": "object", "required": ["prompt"], "properties": properties}

    # The server's side.

    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Read a submit: seconds and size become what the model can do; changed ones count as ignored."""
        del path
        return parse_submit_body(body)

    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read the path's id."""
        del query
        return TaskId(path["id"])

    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the new video."""
        return self.build_result_response(task, endpoint, None, 0)

    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Write the video, with the same keys in every state.

        Where the frame follows an image, `size` is that of a wide one until the video is there.
        """
        done = task.state is TaskState.SUCCEEDED
        return {
            "id": task.id,
            "object": "video",
            "model": self.format_model_id(type(endpoint)),
            "status": _STATUS_BY_STATE[task.state],
            "progress": 100 if done else min(99, int(task.progress * 100)),
            "created_at": int(task.created.timestamp()),
            "completed_at": int(task.finished.timestamp()) if done and task.finished else None,
            "expires_at": None,
            "seconds": str(endpoint.seconds),
            "size": task.size
            or str(
                endpoint.to_order(1).size or compute_frame_size(endpoint.resolution, _DEFAULT_ASPECT_RATIO)
            ),
            "prompt": getattr(endpoint, "prompt", ""),
            "remixed_from_video_id": None,
            "error": _build_error(task),
            "seed": task.submission.seed,
            "eta_seconds": eta_seconds,
            "payload": task.submission.payload,
            "url": links.video if links else None,
            "cover_url": links.cover if links else None,
        }

    def build_webhook_payload(
        self, event: WebhookEvent, task: Task, endpoint: Endpoint, links: SignedLinks | None
    ) -> Json:
        """Wrap the video as servers of this format wrap their events."""
        video = super().build_webhook_payload(event, task, endpoint, links)
        return {
            "id": event.id,
            "object": "event",
            "type": f"video.{video['status']}",
            "created_at": int(event.at.timestamp()),
            "data": video,
        }

    def parse_list_query(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Read `after`, `limit` and `order`."""
        del now
        return parse_list_query(query)

    def build_list_frame(self, page: TaskPage) -> Json:
        """Write which videos a page begins and ends with."""
        return {
            "object": "list",
            "first_id": page.ids[0] if page.ids else None,
            "last_id": page.ids[-1] if page.ids else None,
            "has_more": page.has_more,
        }

    def build_list_entry(self, listed_task: ListedTask) -> Json:
        """Write a video as a poll shows it."""
        each = listed_task
        return self.build_result_response(each.task, each.endpoint, each.links, each.eta_seconds)

    def build_cancel_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write whether the task is cancelled: one that has already ended is kept."""
        del endpoint
        return {"id": task.id, "object": "video.deleted", "deleted": task.state is TaskState.CANCELLED}

    def is_cover_requested(self, query: Mapping[str, str]) -> bool:
        """Read `variant`."""
        variant = query.get("variant") or "video"
        if variant not in {"video", "thumbnail"}:
            message = f"variant: got {variant[:64]!r}; must be video or thumbnail."
            raise errors.InvalidRequest(message, field="variant")
        return variant == "thumbnail"

    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{error: {message, type, param, code}}`."""
        del request_id
        row = find_error_mapping(_ERROR_TABLE, error)
        error_type = "invalid_request_error"
        if row.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            error_type = "server_error"
        elif row.status == HTTPStatus.UNAUTHORIZED:
            error_type = "authentication_error"
        elif row.status == HTTPStatus.TOO_MANY_REQUESTS:
            error_type = "rate_limit_error"
        # The last row of a class is the usual one: a path that leads nowhere names no model.
        code = "model_not_found" if row.error_class is errors.UnknownEndpoint and error.field else row.code
        error_body = {
            "message": truncate_message(error),
            "type": error_type,
            "param": truncate_field(error) or None,
            "code": code,
        }
        return row.status, {"error": error_body}

    # The client's side.

    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Write a submit; fields that the format does not know keep the endpoint's own names."""
        fields = endpoint.to_documented_fields()
        body: Json = {"model": self.format_model_id(type(endpoint))}
        images = [{"image_url": image} for image in fields.pop("images", [])]
        if images:
            body["input_reference"] = images if images[1:] else images[0]
        if "duration" in fields:
            body["seconds"] = str(fields.pop("duration"))
        if "resolution" in fields or "aspect_ratio" in fields:
            body["size"] = str(
                endpoint.to_order(1).size or compute_frame_size(endpoint.resolution, _DEFAULT_ASPECT_RATIO)
            )
        return ApiRequest("POST", _PATH, body | fields)

    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Write a poll."""
        return ApiRequest("GET", f"{_PATH}/{quote(task_id, safe='')}")

    def build_list_request(self, ids: Sequence[TaskId] = (), page_token: str = "") -> ApiRequest:
        """Write a list's request; the format knows none by ids."""
        del ids
        after = f"&after={quote(page_token, safe='')}" if page_token else ""
        return ApiRequest("GET", f"{_PATH}?limit=100{after}")

    def parse_page_token(self, body: Json) -> str:
        """Read `last_id`, where there is more."""
        return str(body.get("last_id") or "") if body.get("has_more") else ""

    def parse_submit_response(self, body: Json) -> TaskId:
        """Read the video's id."""
        if not isinstance(body.get("id"), str) or not body["id"]:
            raise errors.RemoteError("The response has no id.")
        return TaskId(body["id"])

    def parse_result_response(self, body: Json) -> Report:
        """Read a video's state; a response without a URL means the format's own path for the content."""
        state = _STATE_BY_STATUS.get(str(body.get("status") or ""))
        if state is None:
            raise errors.RemoteError(f"The response's status is {str(body.get('status'))[:64]!r}.")
        video_id, done = str(body.get("id") or ""), state is TaskState.SUCCEEDED
        url = str(body.get("url") or body.get("video_url") or "")
        seed = str(body.get("seed") or "")
        return Report(
            id=TaskId(video_id),
            state=state,
            progress=1.0 if done else float(body.get("progress") or 0) / 100,
            eta_seconds=int(body.get("eta_seconds") or 0),
            reason=_extract_error_message(body.get("error")),
            video_url=(url or f"{_PATH}/{quote(video_id, safe='')}/content") if done else "",
            cover_url=str(body.get("cover_url") or ""),
            seed=int(seed) if seed.isdecimal() else None,
            payload=str(body.get("payload") or ""),
        )

    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Read `{error: {message, type, param, code}}`."""
        error = body.get("error")
        details: Json = error if isinstance(error, dict) else {}
        message = _extract_error_message(error) or str(
            body.get("message") or f"The server returned {status}."
        )
        code, field = str(details.get("code") or ""), str(details.get("param") or "")
        known = find_error(_ERROR_TABLE, (status, code), message, field)
        return known or errors.RemoteError(message, status=status, code=code)

    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return "viduq2-pro-img2video" and the like."""
        return format_model_id(endpoint_class)


def _build_error(task: Task) -> Json | None:
    code = find_failure_code(task, _ERROR_TABLE, _FAILURE_CODES)
    if task.state is TaskState.CANCELLED:
        return {"code": code, "message": task.reason or "The task was cancelled."}
    return {"code": code, "message": task.reason or "The video could not be made."} if code else None


def _extract_error_message(error: Any) -> str:
    return str(error.get("message") or "") if isinstance(error, dict) else str(error or "")
