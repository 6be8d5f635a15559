"""The `/v3/async/*` format: one path for each model, one path for all results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from keyreel import errors
from keyreel.order import Operation
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import UNLIMITED, Action, Asked, Call, Dialect, Json, Query, Report, Route
from keyreel.wire.dialects.error_codes import Row, ending_code, error_of, row_of, sentence
from keyreel.wire.dialects.webhooks import SCHEDULE, Reporting
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task
    from keyreel.wire.dialects.dialect import Allowance
    from keyreel.wire.dialects.webhooks import Event
    from keyreel.wire.endpoints.endpoint import Endpoint

_RESULT_PATH: Final = "/v3/async/task-result"
_TASK_ID: Final = Query(
    "task_id", "The task's id.", {"type": "string", "pattern": "^[0-9]{1,19}$"}, required=True
)
_WORDS: Final = {
    TaskState.QUEUED: "TASK_STATUS_QUEUED",
    TaskState.RUNNING: "TASK_STATUS_PROCESSING",
    TaskState.SUCCEEDED: "TASK_STATUS_SUCCEED",
    TaskState.FAILED: "TASK_STATUS_FAILED",
    TaskState.CANCELLED: "TASK_STATUS_FAILED",
}
# A cancelled task reads as failed: the format has no word for it. Clients of the family know a fifth word.
_STATES: Final = {word: state for state, word in _WORDS.items() if state is not TaskState.CANCELLED} | {
    "TASK_STATUS_UNKNOWN": TaskState.QUEUED
}

# The pages of Q3 abbreviate operations, and one page bears a model's name alone.
_SHORT: Final = {
    Operation.TEXT2VIDEO: "t2v",
    Operation.IMG2VIDEO: "i2v",
    Operation.START_END2VIDEO: "f2v",
}
_IRREGULAR: Final = {"q2-pro-fast-reference2video": "viduq2-pro-fast"}

# The reasons of the format's own table; the last seven are ours, for what it does not name.
_REFUSALS: Final = (
    Row(errors.InvalidRequest, 400, "INVALID_REQUEST_BODY"),
    Row(errors.InvalidImage, 400, "INVALID_IMAGE_FORMAT"),
    Row(errors.ImageTooLarge, 400, "IMAGE_FILE_EXCEEDS_MAX_SIZE"),
    Row(errors.ImageTooManyPixels, 400, "IMAGE_EXCEEDS_MAX_RESOLUTION"),
    Row(errors.ImageSizeOutOfRange, 400, "INVALID_IMAGE_SIZE"),
    Row(errors.MissingKey, 400, "MISSING_API_KEY"),
    Row(errors.InvalidKey, 403, "INVALID_API_KEY"),
    Row(errors.UnknownEndpoint, 404, "API_NOT_FOUND"),
    Row(errors.UnknownTask, 404, "TASK_NOT_FOUND"),
    Row(errors.InsufficientCredits, 400, "BILLING_BALANCE_NOT_ENOUGH"),
    Row(errors.UnsupportedOrder, 403, "FEATURE_NOT_ALLOWED"),
    Row(errors.RateLimited, 429, "RATE_LIMIT_EXCEEDED"),
    Row(errors.MissingScope, 403, "API_NOT_ALLOWED"),
    Row(errors.InternalFault, 500, "GET_RESULT_FAILED"),
    Row(errors.Unavailable, 503, "SERVICE_NOT_AVAILABLE"),
    Row(errors.IdempotencyConflict, 409, "IDEMPOTENCY_KEY_REUSED"),
    Row(errors.BodyTooLarge, 413, "REQUEST_BODY_TOO_LARGE"),
    Row(errors.BodyTooSlow, 408, "REQUEST_TIMEOUT"),
    Row(errors.MethodNotAllowed, 405, "METHOD_NOT_ALLOWED"),
    Row(errors.LinkExpired, 410, "LINK_EXPIRED"),
    Row(errors.LinkForged, 403, "LINK_FORGED"),
    Row(errors.Refusal, 400, "BAD_REQUEST"),
)
# "TASK_FAILED" is the table's own; the others are ours.
_ENDINGS: Final = {
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
    realm = ("/v3/",)
    routes = (
        # The fixed path goes first: a model cannot be called "task-result".
        Route(Action.RESULT, "GET", _RESULT_PATH, (_TASK_ID,)),
        Route(Action.SUBMIT, "POST", "/v3/async/{model}"),
        Route(Action.BALANCE, "GET", "/v3/user"),
    )
    body_limit = 100 * 1024 * 1024
    # "Timeout 5 s, up to 5 retries".
    reporting = Reporting(schedule=SCHEDULE[:6], timeout_seconds=5.0)

    def asked(self, path: Mapping[str, str], body: Json) -> Asked:
        """Read a submit: the path names the model, the body is flat."""
        endpoint = catalogue.find(path.get("model", ""))
        unknown = tuple(name for name in body if name not in endpoint.model_fields and name != "model")
        return Asked(endpoint, body, unknown)

    def task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read `?task_id=`."""
        del path
        if not query.get("task_id"):
            raise errors.InvalidRequest(
                "task_id: is required, as in /v3/async/task-result?task_id=…", field="task_id"
            )
        return TaskId(query["task_id"])

    def accepted(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the task's id; q1 pages show nothing else."""
        if endpoint.family == "q1":
            return {"task_id": task.id}
        return {"task_id": task.id, "provider_request_id": str(uuid5(NAMESPACE_URL, f"keyreel:{task.id}"))}

    def result(self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int) -> Json:
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
            "extra": _extra(task),
            "task": {
                "task_id": task.id,
                "status": _WORDS[task.state],
                "reason": _reason(task),
                "task_type": self.model_id(type(endpoint)).upper().replace("-", "_"),
                "eta": eta_seconds,
                "progress_percent": 100
                if task.state is TaskState.SUCCEEDED
                else min(99, int(task.progress * 100)),
            },
            "images": [],
            "videos": [video] if video else [],
            "audios": [],
        }

    def balance(self, allowance: Allowance, query: Mapping[str, str]) -> Json:
        """Write the credits, beside what else the format's clients declare."""
        del query
        left = UNLIMITED if allowance.credits is None else allowance.credits
        return {"allow_features": [], "credit_balance": left, "free_trial": {}}

    def event(self, event: Event, task: Task, endpoint: Endpoint, links: SignedLinks | None) -> Json:
        """Wrap the result, which carries the webhook's address back."""
        payload = super().event(event, task, endpoint, links)
        payload["extra"]["webhook"] = {"url": endpoint.report_to}
        return {"event_type": "ASYNC_TASK_RESULT", "payload": payload}

    def refusal(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{code, reason, message, metadata}`."""
        del request_id
        row = row_of(_REFUSALS, error)
        metadata = {"field": error.field[:200]} if error.field else {}
        return row.status, {
            "code": row.status,
            "reason": row.code,
            "message": sentence(error),
            "metadata": metadata,
        }

    def submit_call(self, endpoint: Endpoint) -> Call:
        """Write a submit."""
        return Call("POST", f"/v3/async/{self.model_id(type(endpoint))}", endpoint.documented())

    def result_call(self, task_id: TaskId) -> Call:
        """Write a poll."""
        return Call("GET", f"{_RESULT_PATH}?task_id={quote(task_id, safe='')}")

    def read_accepted(self, body: Json) -> TaskId:
        """Read the task's id."""
        if not isinstance(body.get("task_id"), str) or not body["task_id"]:
            raise errors.RemoteError("The answer holds no task_id.")
        return TaskId(body["task_id"])

    def read_result(self, body: Json) -> Report:
        """Read a task's state; hosted services leave optional parts out."""
        task: Json = body.get("task") or {}
        extra: Json = body.get("extra") or {}
        video: Json = next(iter(body.get("videos") or []), {})
        state = _STATES.get(task.get("status", ""))
        if state is None:
            raise errors.RemoteError(f"The answer's task.status is {str(task.get('status'))[:64]!r}.")
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

    def read_refusal(self, status: int, body: Json) -> KeyreelError:
        """Read `{code, reason, message, metadata}`."""
        message = str(body.get("message") or f"The server answered {status}.")
        reason, metadata = str(body.get("reason") or ""), body.get("metadata")
        field = str(metadata.get("field") or "") if isinstance(metadata, dict) else ""
        known = error_of(_REFUSALS, (status, reason), message, field)
        return known or errors.RemoteError(message, status=status, code=reason)

    def model_id(self, endpoint: type[Endpoint]) -> str:
        """Return "vidu-q2-pro-startend2video" and the like."""
        if endpoint.name() in _IRREGULAR:
            return _IRREGULAR[endpoint.name()]
        word = endpoint.operation.value.replace("_", "")
        if endpoint.family.startswith("q3"):
            word = _SHORT.get(endpoint.operation, word)
        return f"vidu-{endpoint.family}-{word}"


def _extra(task: Task) -> dict[str, Any]:
    """Write all that typed clients declare, whatever the state: what has not happened yet happened at "0"."""
    moments = {"submit": task.created, "execute": task.started, "complete": task.finished}
    times = {f"{name}_time_ms": _milliseconds(moment) for name, moment in moments.items()}
    return {
        "seed": str(task.submission.seed),
        "enable_nsfw_detection": False,
        "debug_info": {"request_info": "", **times},
        "reason": ending_code(task, _REFUSALS, _ENDINGS),
        "payload": task.submission.payload,
    }


def _reason(task: Task) -> str:
    if task.state is TaskState.CANCELLED:
        return task.reason or "The task was cancelled."
    return task.reason if task.state is TaskState.FAILED else ""


def _milliseconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp() * 1000)) if moment else "0"
