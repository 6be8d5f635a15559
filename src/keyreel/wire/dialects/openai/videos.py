"""The `/v1/videos` format that engines and gateways share: words, seconds, a size, one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

from keyreel import errors
from keyreel.order import Operation, Size, compute_frame_size
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import Action, Asked, Call, Dialect, Json, Report, Route
from keyreel.wire.dialects.error_codes import Row, ending_code, error_of, row_of, sentence
from keyreel.wire.dialects.openai.requests import (
    CONTENT_QUERY,
    LIST_QUERY,
    OPERATIONS,
    asked,
    model_id,
    wanted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter
    from keyreel.wire.dialects.dialect import TaskPage
    from keyreel.wire.dialects.webhooks import Event
    from keyreel.wire.endpoints.endpoint import Endpoint

_PATH: Final = "/v1/videos"
_WORDS: Final = {
    TaskState.QUEUED: "queued",
    TaskState.RUNNING: "in_progress",
    TaskState.SUCCEEDED: "completed",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
}
# Servers of this format agree on four words; the others are heard of some.
_STATES: Final = {
    "queued": TaskState.QUEUED,
    "pending": TaskState.QUEUED,
    "in_progress": TaskState.RUNNING,
    "processing": TaskState.RUNNING,
    "completed": TaskState.SUCCEEDED,
    "succeeded": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
    "cancelled": TaskState.CANCELLED,
}
_REFUSALS: Final = (
    Row(errors.InvalidRequest, 400, "invalid_value"),
    Row(errors.MissingField, 400, "missing_required_parameter"),
    Row(errors.ItemCountOutOfRange, 400, "invalid_item_count"),
    Row(errors.MissingImage, 400, "missing_image"),
    Row(errors.InvalidImage, 400, "invalid_image"),
    Row(errors.ImageTooLarge, 400, "image_too_large"),
    Row(errors.ImageTooManyPixels, 400, "image_too_many_pixels"),
    Row(errors.ImageSizeOutOfRange, 400, "invalid_image_size"),
    Row(errors.MissingKey, 401, "missing_api_key"),
    Row(errors.InvalidKey, 401, "invalid_api_key"),
    Row(errors.InsufficientCredits, 402, "insufficient_quota"),
    Row(errors.UnsupportedOrder, 403, "model_not_available"),
    Row(errors.MissingScope, 403, "insufficient_permissions"),
    Row(errors.LinkForged, 403, "link_forged"),
    Row(errors.UnknownEndpoint, 404, "model_not_found"),
    Row(errors.UnknownEndpoint, 404, "not_found"),
    Row(errors.UnknownTask, 404, "video_not_found"),
    Row(errors.MethodNotAllowed, 405, "method_not_allowed"),
    Row(errors.BodyTooSlow, 408, "request_timeout"),
    Row(errors.IdempotencyConflict, 409, "idempotency_key_in_use"),
    Row(errors.LinkExpired, 410, "link_expired"),
    Row(errors.BodyTooLarge, 413, "body_too_large"),
    Row(errors.RateLimited, 429, "rate_limit_exceeded"),
    Row(errors.QuotaExceeded, 429, "insufficient_quota"),
    Row(errors.InternalFault, 500, "internal_error"),
    Row(errors.Unavailable, 503, "service_unavailable"),
    Row(errors.Refusal, 400, "bad_request"),
)
_ENDINGS: Final = {
    errors.PictureUnreachable: "image_unreachable",
    errors.VideoUnreachable: "video_unreachable",
    errors.Cancelled: "cancelled",
    errors.Expired: "cancelled",
    errors.KeyreelError: "video_generation_failed",
}
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_WIDE: Final = Size(16, 9).aspect_ratio
_SECONDS: Final = "The length; it becomes the nearest that the model can do."
_SIZE: Final = "Width x height in pixels; they become the nearest that the model can do."


class OpenAIVideos(Dialect):
    """Speaks `/v1/videos`."""

    name = "openai_videos"
    title = "/v1/videos"
    realm = ("/v1/videos", "/v1/models")
    routes = (
        Route(Action.SUBMIT, "POST", _PATH),
        Route(Action.LIST, "GET", _PATH, LIST_QUERY),
        Route(Action.RESULT, "GET", f"{_PATH}/{{id}}"),
        Route(Action.CONTENT, "GET", f"{_PATH}/{{id}}/content", CONTENT_QUERY),
        Route(Action.CANCEL, "DELETE", f"{_PATH}/{{id}}"),
    )
    body_limit = 100 * 1024 * 1024
    forms: ClassVar[Json] = {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            **{name: {"type": "string"} for name in ("model", "prompt", "seconds", "size")},
            "input_reference": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    }

    def offers(self, endpoint: type[Endpoint]) -> bool:
        """Say yes to words with one picture, two or none: there is no word for subjects or keyframes."""
        return endpoint.operation in OPERATIONS

    def schema(self, endpoint: type[Endpoint], fields: Json) -> Json:
        """Describe the format's own fields; those of the endpoint may stand beside them."""
        del fields
        properties: Json = {
            "model": {"const": self.model_id(endpoint)},
            "prompt": {"type": "string", "description": "What is to happen."},
            "seconds": {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": _SECONDS},
            "size": {"type": "string", "pattern": "^[0-9]+x[0-9]+$", "description": _SIZE},
        }
        if endpoint.operation is not Operation.TEXT2VIDEO:
            properties["input_reference"] = {
                "anyOf": [
                    {"type": "string"},
                    {"type": "object", "properties": {"image_url": {"type": "string"}}},
                    {"type": "array", "maxItems": 2, "items": {}},
                ],
                "description": "An image's address or data URI, in forms a file; two: first and last frame.",
            }
        return {"type": "object", "required": ["prompt"], "properties": properties}

    # The server's side.

    def asked(self, path: Mapping[str, str], body: Json) -> Asked:
        """Read a submit: seconds and size become what the model can do; changed ones count as ignored."""
        del path
        return asked(body)

    def task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read the path's id."""
        del query
        return TaskId(path["id"])

    def accepted(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the new video."""
        return self.result(task, endpoint, None, 0)

    def result(self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int) -> Json:
        """Write the video, with the same keys in every state.

        Where the frame follows a picture, `size` is that of a wide one until the video is there.
        """
        done = task.state is TaskState.SUCCEEDED
        return {
            "id": task.id,
            "object": "video",
            "model": self.model_id(type(endpoint)),
            "status": _WORDS[task.state],
            "progress": 100 if done else min(99, int(task.progress * 100)),
            "created_at": int(task.created.timestamp()),
            "completed_at": int(task.finished.timestamp()) if done and task.finished else None,
            "expires_at": None,
            "seconds": str(endpoint.seconds),
            "size": task.size
            or str(endpoint.order(1).size or compute_frame_size(endpoint.resolution, _WIDE)),
            "prompt": getattr(endpoint, "prompt", ""),
            "remixed_from_video_id": None,
            "error": _error(task),
            "seed": task.submission.seed,
            "eta_seconds": eta_seconds,
            "payload": task.submission.payload,
            "url": links.video if links else None,
            "cover_url": links.cover if links else None,
        }

    def event(self, event: Event, task: Task, endpoint: Endpoint, links: SignedLinks | None) -> Json:
        """Wrap the video as servers of this format wrap their events."""
        video = super().event(event, task, endpoint, links)
        return {
            "id": event.id,
            "object": "event",
            "type": f"video.{video['status']}",
            "created_at": int(event.at.timestamp()),
            "data": video,
        }

    def wanted(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Read `after`, `limit` and `order`."""
        del now
        return wanted(query)

    def listed(self, page: TaskPage) -> Json:
        """Write a page of videos."""
        data = [self.result(each.task, each.endpoint, each.links, each.eta_seconds) for each in page.tasks]
        return {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": page.more,
        }

    def cancelled(self, task: Task, endpoint: Endpoint) -> Json:
        """Write what became of a deletion: what has ended already is kept, and says so."""
        del endpoint
        return {"id": task.id, "object": "video.deleted", "deleted": task.state is TaskState.CANCELLED}

    def wants_cover(self, query: Mapping[str, str]) -> bool:
        """Read `variant`."""
        variant = query.get("variant") or "video"
        if variant not in {"video", "thumbnail"}:
            message = f"variant: got {variant[:64]!r}; must be video or thumbnail."
            raise errors.InvalidRequest(message, field="variant")
        return variant == "thumbnail"

    def refusal(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{error: {message, type, param, code}}`."""
        del request_id
        row = row_of(_REFUSALS, error)
        kind = "invalid_request_error"
        if row.status >= _SERVER_FAULT:
            kind = "server_error"
        elif row.status == _UNAUTHORIZED:
            kind = "authentication_error"
        elif row.status == _TOO_MANY:
            kind = "rate_limit_error"
        # The last row of a class is the usual one: a path that leads nowhere names no model.
        code = "model_not_found" if row.kind is errors.UnknownEndpoint and error.field else row.code
        told = {"message": sentence(error), "type": kind, "param": error.field[:200] or None, "code": code}
        return row.status, {"error": told}

    # The client's side.

    def submit_call(self, endpoint: Endpoint) -> Call:
        """Write a submit; what the format has no word for goes under the endpoint's own names."""
        fields = endpoint.documented()
        body: Json = {"model": self.model_id(type(endpoint))}
        images = [{"image_url": image} for image in fields.pop("images", [])]
        if images:
            body["input_reference"] = images if images[1:] else images[0]
        if "duration" in fields:
            body["seconds"] = str(fields.pop("duration"))
        if "resolution" in fields or "aspect_ratio" in fields:
            body["size"] = str(endpoint.order(1).size or compute_frame_size(endpoint.resolution, _WIDE))
        return Call("POST", _PATH, body | fields)

    def result_call(self, task_id: TaskId) -> Call:
        """Write a poll."""
        return Call("GET", f"{_PATH}/{quote(task_id, safe='')}")

    def read_accepted(self, body: Json) -> TaskId:
        """Read the video's id."""
        if not isinstance(body.get("id"), str) or not body["id"]:
            raise errors.RemoteError("The answer holds no id.")
        return TaskId(body["id"])

    def read_result(self, body: Json) -> Report:
        """Read a video's state; where no address is given, the video is below the format's own."""
        state = _STATES.get(str(body.get("status") or ""))
        if state is None:
            raise errors.RemoteError(f"The answer's status is {str(body.get('status'))[:64]!r}.")
        found, done = str(body.get("id") or ""), state is TaskState.SUCCEEDED
        url = str(body.get("url") or body.get("video_url") or "")
        seed = str(body.get("seed") or "")
        return Report(
            id=TaskId(found),
            state=state,
            progress=1.0 if done else float(body.get("progress") or 0) / 100,
            eta_seconds=int(body.get("eta_seconds") or 0),
            reason=_reason(body.get("error")),
            video_url=(url or f"{_PATH}/{quote(found, safe='')}/content") if done else "",
            cover_url=str(body.get("cover_url") or ""),
            seed=int(seed) if seed.isdecimal() else None,
            payload=str(body.get("payload") or ""),
        )

    def read_refusal(self, status: int, body: Json) -> KeyreelError:
        """Read `{error: {message, type, param, code}}`."""
        error = body.get("error")
        told: Json = error if isinstance(error, dict) else {}
        message = _reason(error) or str(body.get("message") or f"The server answered {status}.")
        code, field = str(told.get("code") or ""), str(told.get("param") or "")
        known = error_of(_REFUSALS, (status, code), message, field)
        return known or errors.RemoteError(message, status=status, code=code)

    def model_id(self, endpoint: type[Endpoint]) -> str:
        """Return "viduq2-pro-img2video" and the like."""
        return model_id(endpoint)


def _error(task: Task) -> Json | None:
    code = ending_code(task, _REFUSALS, _ENDINGS)
    if task.state is TaskState.CANCELLED:
        return {"code": code, "message": task.reason or "The task was cancelled."}
    return {"code": code, "message": task.reason or "The video could not be made."} if code else None


def _reason(error: Any) -> str:
    return str(error.get("message") or "") if isinstance(error, dict) else str(error or "")
