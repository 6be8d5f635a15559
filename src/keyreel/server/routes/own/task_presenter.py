"""Tasks as Keyreel's own routes describe them, with links that are valid for the caller's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from keyreel.server.requests.base_url import get_base_url
from keyreel.task import TaskState
from keyreel.tasks.presentation import parse_stored_request, sign_links
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name
from keyreel.wire.inputs.sources import STORED_FILE_PREFIX
from keyreel.wire.reference.responses.task_responses import DraftView, TaskDetails, TaskRequest, TaskView

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.task import SignedLinks, Task
    from keyreel.tasks.eta.estimator import TaskEta
    from keyreel.wire.endpoints.endpoint import Endpoint

_MAX_PROMPT_CHARACTERS: Final = 500
_ASSET_PREFIX: Final = "asset:"
_NATIVE: Final = "native"


@dataclass(frozen=True, slots=True)
class TaskPresenter:
    """Describes tasks for the caller of a request."""

    services: Services
    request: Request
    caller: Caller

    def describe(self, task: Task, draft: Task | None, eta: TaskEta | None = None) -> TaskView:
        """Describe a task and its draft; `eta` is what may be expected of it while it is queued."""
        return TaskView(**self._describe(task, parse_stored_request(task), draft, eta))

    def describe_in_full(self, task: Task, draft: Task | None, eta: TaskEta | None = None) -> TaskDetails:
        """Describe a task with its request."""
        endpoint = parse_stored_request(task)
        return TaskDetails(
            **self._describe(task, endpoint, draft, eta),
            video_sha256=task.video_sha256 or None,
            request=self._describe_request(endpoint),
        )

    def _describe(
        self, task: Task, endpoint: Endpoint, draft: Task | None, eta: TaskEta | None
    ) -> dict[str, Any]:
        submission, links, now = task.submission, self._sign_links(task), self.services.clock.now()
        width, _, height = task.size.partition("x")
        return {
            "id": task.id,
            "state": task.state,
            "progress": task.progress,
            "credits": task.charged if task.state.is_final else submission.credits,
            "reason": task.reason,
            "notes": task.notes,
            "model": format_model_name(type(endpoint)),
            "operation": format_operation_name(type(endpoint)),
            "dialect": submission.dialect,
            "seconds": submission.seconds,
            "resolution": submission.resolution,
            "size": (int(width), int(height)) if height else None,
            "seed": submission.seed,
            "off_peak": submission.off_peak,
            "engine": task.engine,
            "created": task.created.isoformat(),
            "started": _format_optional(task.started),
            "finished": _format_optional(task.finished),
            "queue_position": get_queue_position(eta),
            "eta_seconds": get_eta_seconds(task, eta, now),
            "prompt": _join_prompts(endpoint),
            "video_url": links.video if links else None,
            "cover_url": links.cover if links else None,
            "approve_before": _format_optional(task.deadline) if task.state is TaskState.HELD else None,
            "draft": None if draft is None else self._describe_draft(draft),
            "draft_of": task.draft_of,
            "parent": endpoint.extend_source_task_id or None,
            "kept": task.kept,
        }

    def list_hold_notes(self, task: Task) -> tuple[str, ...]:
        """Say what a held task waits for, and where its draft is."""
        path = f"/v1/tasks/{task.id}/approve"
        until = f", at the latest at {task.deadline:%Y-%m-%d %H:%M} UTC" if task.deadline else ""
        return (
            self._describe_draft_state(self.services.store.find_draft(task.id)),
            f"The order is held until it is approved by POST {path}{until}.",
        )

    def _describe_draft_state(self, draft: Task | None) -> str:
        links = draft and self._sign_links(draft)
        if links:
            return f"Draft: {links.video}"
        if draft and draft.state in {TaskState.FAILED, TaskState.CANCELLED}:
            return f"There is no draft: {draft.reason}"
        return "The draft is not ready yet." if draft and not draft.state.is_final else "There is no draft."

    def _describe_draft(self, draft: Task) -> DraftView:
        links = self._sign_links(draft)
        return DraftView(
            id=draft.id,
            state=draft.state,
            progress=draft.progress,
            reason=draft.reason,
            video_url=links.video if links else None,
            cover_url=links.cover if links else None,
        )

    def _describe_request(self, endpoint: Endpoint) -> TaskRequest:
        """Write a stored request as the native format has it, with links to what is stored here."""
        sources = endpoint.get_image_sources().items()
        shown = endpoint.with_image_sources({path: self._sign_asset(source) for path, source in sources})
        fields = dict(find_dialect(_NATIVE).build_submit_request(shown).json or {})
        model = fields.pop("model")
        if str(fields.get("video_url", "")).startswith(STORED_FILE_PREFIX):
            # Another task's video, by the storage's name for it: `video_creation_id` beside it says which.
            del fields["video_url"]
        return TaskRequest(model=model, operation=format_operation_name(type(endpoint)), fields=fields)

    def _sign_asset(self, source: str) -> str:
        if not source.startswith(_ASSET_PREFIX):
            return source
        return self.sign_link(f"assets/{source.removeprefix(_ASSET_PREFIX)}")

    def sign_link(self, key: str) -> str:
        """Return a link to a stored file."""
        signer, base_url = self.services.signer, get_base_url(self.request, self.services)
        return base_url + signer.for_owner(self.caller.key_id).sign(key, self.services.settings.link_seconds)

    def _sign_links(self, task: Task) -> SignedLinks | None:
        signer, base_url = self.services.signer, get_base_url(self.request, self.services)
        return sign_links(
            task, signer.for_owner(self.caller.key_id), base_url, self.services.settings.link_seconds
        )


def get_queue_position(eta: TaskEta | None) -> int | None:
    """Return the place in the queue, 1 for the next task; None where it cannot be told."""
    return None if eta is None else eta.tasks_ahead + 1


def get_eta_seconds(task: Task, eta: TaskEta | None, now: datetime) -> int | None:
    """Return the whole seconds until a task's end, at least 1; None where that cannot be told."""
    if eta is not None:
        return max(1, round((eta.done_at - now).total_seconds()))
    return task.estimate_remaining_seconds(now) or None


def _join_prompts(endpoint: Endpoint) -> str:
    """Return the prompts of a request's shots on one line, as far as _MAX_PROMPT_CHARACTERS."""
    prompts = (shot.prompt.strip() for shot in endpoint.to_order(1).shots)
    # The native format's requests may leave out a prompt that others need: a dot stands for it.
    told = " · ".join(prompt for prompt in prompts if prompt not in {"", "."})
    return told[:_MAX_PROMPT_CHARACTERS]


def _format_optional(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
