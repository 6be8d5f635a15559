"""The native format, under whatever prefix: one path for each operation, the model's name in the body.

Several hosts offer it, each under its own prefix; a dialect names the prefix and adds routes of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote, urlencode

from keyreel import errors
from keyreel.order import Operation
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import (
    ApiRequest,
    Dialect,
    DialectRoute,
    ParsedSubmit,
    Report,
    RouteAction,
)
from keyreel.wire.dialects.native_family import error_names, lists
from keyreel.wire.dialects.native_family.responses import (
    PLACEHOLDER_PROMPT,
    STATUS_BY_STATE,
    build_balance_response,
    build_result_response,
    build_submit_response,
)
from keyreel.wire.dialects.webhooks import FINAL_STATES, WebhookPolicy
from keyreel.wire.endpoints import catalogue
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter
    from keyreel.wire.dialects.dialect import ListedTask, TaskPage, TenantBalance
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_ID: Final = re.compile("[0-9]{1,19}", re.ASCII)


class NativeFormat(Dialect):
    """Speaks the native format; a class below names the prefix."""

    prefix: ClassVar[str]
    body_limit = 20 * 1024 * 1024
    auth_scheme = "Token"
    has_clean_copies = True
    list_key = "tasks"
    max_listed_ids = 100
    # "Up to 3 retries": spread so that a receiver that is down for an hour still hears.
    webhook_policy = WebhookPolicy(
        FINAL_STATES | {TaskState.RUNNING}, (0.0, 5.0, 1800.0, 7200.0), signs_with_api_key=True
    )

    @staticmethod
    def build_routes(prefix: str) -> tuple[DialectRoute, ...]:
        """Return the format's routes."""
        return (
            DialectRoute(RouteAction.LIST, "GET", f"{prefix}/tasks", lists.LIST_QUERY),
            DialectRoute(RouteAction.RESULT, "GET", f"{prefix}/tasks/{{id}}/creations"),
            DialectRoute(RouteAction.CANCEL, "POST", f"{prefix}/tasks/{{id}}/cancel"),
            DialectRoute(RouteAction.SUBMIT, "POST", f"{prefix}/{{operation}}"),
        )

    def build_submit_schema(self, endpoint_class: type[Endpoint], fields: Json) -> Json:
        """Describe the fields beside `model`; a prompt that others need is optional here."""
        if _needs_placeholder_prompt(endpoint_class):
            fields = endpoint_class.model_json_schema(ref_template="#/components/schemas/{model}")
            fields.pop("$defs", None)
            fields["required"] = [name for name in fields["required"] if name != "prompt"]
        model = {"const": format_model_name(endpoint_class)}
        return {"allOf": [fields, {"type": "object", "required": ["model"], "properties": {"model": model}}]}

    # The server's side.

    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Read a submit: the path names the operation, the body the model beside its fields."""
        operation = path.get("operation", "")
        of_operation = [each for each in catalogue.ENDPOINTS if format_operation_name(each) == operation]
        if not of_operation:
            raise errors.UnknownEndpoint(f"There is nothing at {self.prefix}/{operation[:64]}.")
        fields = {name: value for name, value in body.items() if name != "model"}
        model = body.get("model")
        if model is None and len(of_operation) == 1:
            endpoint = of_operation[0]
        elif model is None:
            known = ", ".join(map(format_model_name, of_operation))
            raise errors.MissingField(f"model: is required; must be one of {known}.", field="model")
        elif not isinstance(model, str):
            raise errors.InvalidRequest("model: must be a string such as viduq2-pro.", field="model")
        else:
            endpoint = _find_endpoint(model, operation)
        unknown = tuple(name for name in fields if name not in endpoint.model_fields)
        return ParsedSubmit(endpoint, _with_placeholder_prompt(endpoint, fields), unknown)

    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read the path's id, which is a decimal number."""
        del query
        if not _ID.fullmatch(path["id"]):
            raise errors.InvalidRequest(
                f"id: got {path['id'][:64]!r}; must be a task's ID, a decimal number.", field="id"
            )
        return TaskId(path["id"])

    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write what was understood of the submit."""
        return build_submit_response(task, endpoint)

    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Write the state and, once there, the video."""
        return build_result_response(task, endpoint, links, eta_seconds)

    def parse_list_query(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Read a list's filters and its page."""
        return lists.parse_list_query(query, now)

    def build_list_frame(self, page: TaskPage) -> Json:
        """Write the token of the next page."""
        return lists.build_list_frame(page)

    def build_list_entry(self, listed_task: ListedTask) -> Json:
        """Write a list's entry."""
        return lists.build_list_entry(listed_task)

    def build_cancel_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write nothing, as the format does; what has ended otherwise cannot be cancelled."""
        del endpoint
        if task.state is not TaskState.CANCELLED:
            raise errors.InvalidRequest(f"task state is {STATUS_BY_STATE[task.state]}, can not cancel")
        return {}

    def build_balance_response(self, balance: TenantBalance, query: Mapping[str, str]) -> Json:
        """Write credits and tasks at a time; `show_detail` lists the packages too."""
        return build_balance_response(balance, detailed=query.get("show_detail", "").lower() in {"true", "1"})

    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write `{code, reason, message, metadata}`; a model nobody knows is an invalid field, not a path."""
        return error_names.build_error_response(error, request_id)

    # The client's side.

    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Write a submit."""
        endpoint_class = type(endpoint)
        body = {"model": format_model_name(endpoint_class)} | endpoint.to_documented_fields()
        if body.get("prompt") == PLACEHOLDER_PROMPT and _needs_placeholder_prompt(endpoint_class):
            del body["prompt"]
        return ApiRequest("POST", f"{self.prefix}/{format_operation_name(endpoint_class)}", body)

    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Write a poll."""
        return ApiRequest("GET", f"{self.prefix}/tasks/{quote(task_id, safe='')}/creations")

    def build_list_request(self, ids: Sequence[TaskId] = (), page_token: str = "") -> ApiRequest:
        """Write a list's request, with the longest page."""
        query = {"task_ids": ",".join(ids), "pager.pagesz": "100", "pager.page_token": page_token}
        given = {name: value for name, value in query.items() if value}
        return ApiRequest("GET", f"{self.prefix}/tasks?{urlencode(given, safe=',')}")

    def parse_page_token(self, body: Json) -> str:
        """Read `next_page_token`."""
        return str(body.get("next_page_token") or "")

    def parse_submit_response(self, body: Json) -> TaskId:
        """Read the task's id, which some hosts give as a number."""
        found = body.get("task_id")
        if not found or not isinstance(found, str | int):
            raise errors.RemoteError("The response has no task_id.")
        return TaskId(str(found))

    def parse_result_response(self, body: Json) -> Report:
        """Read a task's state; hosted services leave optional parts out."""
        state = _parse_state(body)
        creation: Json = next(iter(body.get("creations") or []), {})
        seed = str(body.get("seed") or "")
        return Report(
            id=TaskId(str(body.get("id") or body.get("task_id") or "")),
            state=state,
            progress=1.0 if state is TaskState.SUCCEEDED else float(body.get("progress") or 0) / 100,
            eta_seconds=int(body.get("eta") or 0),
            reason=str(body.get("err_msg") or body.get("err_code") or ""),
            video_url=str(creation.get("url") or creation.get("watermarked_url") or ""),
            cover_url=str(creation.get("cover_url") or ""),
            seed=int(seed) if seed.isdecimal() else None,
            payload=str(body.get("payload") or ""),
        )

    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Read `{code, reason, message, metadata}`."""
        return error_names.parse_error_response(status, body)

    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return "viduq2-pro/start-end2video" and the like: the body's model and the path's last part."""
        return f"{format_model_name(endpoint_class)}/{format_operation_name(endpoint_class)}"


def _find_endpoint(model: str, operation: str) -> type[Endpoint]:
    try:
        return catalogue.find_endpoint(f"{model[:64]}-{operation}")
    except errors.UnknownEndpoint:
        raise errors.UnknownEndpoint(
            f"model: got {model[:64]!r}; there is no such model for {operation}.", field="model"
        ) from None


def _needs_placeholder_prompt(endpoint_class: type[Endpoint]) -> bool:
    """Return whether the endpoint requires a prompt that this format documents as optional."""
    needed = "prompt" in endpoint_class.model_fields and endpoint_class.model_fields["prompt"].is_required()
    return needed and endpoint_class.operation in {Operation.IMG2VIDEO, Operation.START_END2VIDEO}


def _with_placeholder_prompt(endpoint_class: type[Endpoint], fields: Json) -> Json:
    prompt = fields.get("prompt")
    blank = prompt is None or (isinstance(prompt, str) and not prompt.strip())
    return (
        fields | {"prompt": PLACEHOLDER_PROMPT}
        if blank and _needs_placeholder_prompt(endpoint_class)
        else fields
    )


def _parse_state(body: Json) -> TaskState:
    state = lists.STATE_BY_STATUS.get(str(body.get("state") or ""))
    if state is None:
        raise errors.RemoteError(f"The response's state is {str(body.get('state'))[:64]!r}.")
    return TaskState.CANCELLED if body.get("err_code") == "UserCancelled" else state
