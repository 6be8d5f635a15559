"""The responses of the native format: a submitted task, its result, a tenant's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from keyreel.order import Operation
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import UNLIMITED_CREDITS
from keyreel.wire.dialects.native_family.error_names import get_failure_code
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.task import SignedLinks, Task
    from keyreel.wire.dialects.dialect import TenantBalance
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

PLACEHOLDER_PROMPT: Final = "."
"""The prompt of requests without one to endpoints that require it; responses show it as empty."""

_METERED: Final = "metered"
_NEVER_EXPIRES: Final = "9999-12-31T23:59:59.000000Z"

STATUS_BY_STATE: Final = {
    TaskState.HELD: "queueing",
    TaskState.QUEUED: "queueing",
    TaskState.RUNNING: "processing",
    TaskState.SUCCEEDED: "success",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
}
# Operation names that differ from those in the path.
_TYPES: Final = {
    Operation.START_END2VIDEO: "headtailimg2video",
    Operation.REFERENCE2VIDEO: "character2video",
}
# Fields that every response shows, with the values for operations that do not have them.
_COMMON_FIELD_DEFAULTS: Final[dict[str, Any]] = {
    "prompt": "",
    "images": [],
    "aspect_ratio": "",
    "resolution": "",
    "movement_amplitude": "auto",
    "bgm": False,
    "audio": False,
    "payload": "",
    "off_peak": False,
    "watermark": False,
}
_OPTIONAL_FIELDS: Final = (
    *("style", "template", "subjects", "start_image", "image_settings", "audio_type", "is_rec"),
    "video_creation_id",
)


def build_submit_response(task: Task, endpoint: Endpoint) -> Json:
    """Write what was understood of a submit."""
    return {"task_id": task.id, **describe_task(task, endpoint), "state": "created"}


def describe_task(task: Task, endpoint: Endpoint) -> Json:
    """Write what a task is: its request and its time. Images that came inside the request show a digest."""
    given = endpoint.model_dump(mode="json")
    body: Json = {
        "type": _TYPES.get(endpoint.operation, format_operation_name(type(endpoint))),
        "state": STATUS_BY_STATE[task.state],
        "model": format_model_name(type(endpoint)),
        **{name: given.get(name) or absent for name, absent in _COMMON_FIELD_DEFAULTS.items()},
        **{name: given[name] for name in _OPTIONAL_FIELDS if name in given},
        "duration": endpoint.seconds,
        "seed": task.submission.seed,
        "credits": get_credits(task),
        "created_at": _format_time(task.created),
    }
    if body["prompt"] == PLACEHOLDER_PROMPT:
        body["prompt"] = ""
    # Off-peak prices exclude sound: the request then counts as an ordinary one.
    body["off_peak"] = endpoint.is_off_peak
    if endpoint.operation in {Operation.MULTIFRAME, Operation.EXTEND}:
        body["wm_position"] = given["wm_position"] if body["watermark"] else "unspecified"
    return body


def build_result_response(
    task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
) -> Json:
    """Write what came of a task; a body of this format never has a `code`."""
    given = describe_task(task, endpoint)
    return {
        "id": task.id,
        "state": given["state"],
        "err_code": get_failure_code(task),
        "err_msg": task.reason,
        "credits": given["credits"],
        "payload": task.submission.payload,
        "bgm": given["bgm"],
        "off_peak": given["off_peak"],
        "seed": given["seed"],
        "progress": 100 if task.state is TaskState.SUCCEEDED else min(99, int(task.progress * 100)),
        "eta": eta_seconds,
        "creations": build_creations(task, links),
    }


def build_balance_response(balance: TenantBalance, *, detailed: bool) -> Json:
    """Write what a tenant can spend and run; one package stands for all credits that it was granted."""
    left = UNLIMITED_CREDITS if balance.credits is None else balance.credits
    remains = {
        "type": _METERED,
        "credit_remain": left,
        "concurrency_limit": balance.concurrency_limit,
        "current_concurrency": balance.running,
        "queue_count": balance.waiting,
    }
    since = _format_time(balance.since)
    package = {
        "id": balance.tenant,
        "name": balance.tenant,
        "type": _METERED,
        "concurrency": balance.concurrency_limit,
        "credit_amount": left + balance.held_credits,
        "credit_remain": left,
        **dict.fromkeys(("created_at", "purchase_at", "valid_from"), since),
        "valid_to": _NEVER_EXPIRES,
    }
    return {"remains": [remains], "packages": [package] if detailed else []}


def build_creations(task: Task, links: SignedLinks | None) -> list[Json]:
    """List the one video of a succeeded task. Extending a video names it by this id."""
    if links is None:
        return []
    url = links.clean or links.video
    return [{"id": task.id, "url": url, "cover_url": links.cover, "watermarked_url": links.video}]


def get_credits(task: Task) -> int:
    """Return what a task costs: its price while it runs, what was charged once it is done."""
    if task.state is TaskState.SUCCEEDED:
        return task.charged
    return 0 if task.state.is_final else task.submission.credits


def _format_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
