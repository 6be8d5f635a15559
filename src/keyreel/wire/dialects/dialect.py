"""The interface of dialects: one wire format, read and written from both ends. It does no I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.webhooks import WebhookPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter, TaskId, TaskState
    from keyreel.wire.dialects.webhooks import WebhookEvent
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


class RouteAction(StrEnum):
    """What a request to one of a dialect's routes does."""

    SUBMIT = "submit"
    RESULT = "result"
    """Polls a task."""
    LIST = "list"
    CANCEL = "cancel"
    CONTENT = "content"
    """Downloads the video itself."""
    UPLOAD = "upload"
    """Asks for a URL to upload a file to."""
    BEGIN_UPLOAD = "begin_upload"
    """Asks the same where the upload has an id and is finished by a request of its own."""
    FINISH_UPLOAD = "finish_upload"
    """Says that the file is uploaded, and gets the URI that submits may name."""
    BALANCE = "balance"
    """Asks what the tenant can spend."""


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A parameter of a URL's query, with its JSON schema, for the OpenAPI document."""

    name: str
    description: str
    schema: Json = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True, slots=True)
class DialectRoute:
    """One route of a dialect."""

    action: RouteAction
    method: str
    path: str
    """As Starlette writes it: "/v3/async/{model}". What stands in braces reaches the dialect as `path`."""
    query_parameters: tuple[QueryParameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """An HTTP request without host and key: what a client sends in a dialect."""

    method: str
    path: str
    """With its query."""
    json: Json | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A task as its client sees it, in any dialect; `progress` is 0.0 … 1.0."""

    id: TaskId
    state: TaskState
    progress: float = 0.0
    eta_seconds: int = 0
    """Seconds until the end; 0 where nothing can be said."""
    reason: str = ""
    """Why the task failed or was cancelled, for people."""
    video_url: str = ""
    cover_url: str = ""
    seed: int | None = None
    payload: str = ""
    notes: tuple[str, ...] = ()
    """What could not be done as asked, where the server is Keyreel."""


@dataclass(frozen=True, slots=True)
class ListedTask:
    """One entry of a task list."""

    task: Task
    endpoint: Endpoint
    links: SignedLinks | None = None
    eta_seconds: int = 0


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of a task list: its tasks, and whether more come after them."""

    ids: tuple[TaskId, ...]
    has_more: bool


UNLIMITED_CREDITS: Final = 1_000_000_000
"""Credits shown to a tenant who pays afterwards: clients of the family submit nothing when they read 0."""


@dataclass(frozen=True, slots=True)
class TenantBalance:
    """What a tenant can spend and run now."""

    tenant: str
    since: datetime
    credits: int | None
    """None for a tenant who pays afterwards, without a limit."""
    held_credits: int
    """Credits of tasks that have not ended."""
    concurrency_limit: int
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ParsedSubmit:
    """A submit's body, taken out of its envelope; its fields are not validated yet."""

    endpoint_class: type[Endpoint]
    fields: Json
    """The endpoint's fields by their own names."""
    ignored: tuple[str, ...] = ()
    """Fields that have no effect, unknown or changed by the dialect; the response names them."""


class Dialect(ABC):
    """One wire format. Stateless; one instance serves servers and clients alike.

    A subclass names its routes, and translates between JSON bodies and the domain's values. In its methods,
    `endpoint_class` is a model doing one operation, `endpoint` a validated request to it. The server's side
    reads what clients send and writes responses; the client's side does the reverse. Both must agree:

    >>> from keyreel.task import TaskState
    >>> from keyreel.wire.dialects.registry import find_dialect
    >>> from keyreel.wire.requests.examples import EXAMPLE_LINKS, build_example_task
    >>> from keyreel.wire.requests.parsing import validate_fields
    >>> dialect = find_dialect("async_v3")

    A server reads a submit, and a client writes the same one:

    >>> body = {"images": ["https://example.com/dawn.png"], "prompt": "It dawns.", "colour": "red"}
    >>> submit = dialect.parse_submit_request({"model": "vidu-q2-pro-img2video"}, body)
    >>> submit.endpoint_class.name(), submit.ignored
    ('q2-pro-img2video', ('colour',))
    >>> endpoint = validate_fields(submit)
    >>> request = dialect.build_submit_request(endpoint)
    >>> request.method, request.path, request.json == {name: body[name] for name in ("images", "prompt")}
    ('POST', '/v3/async/vidu-q2-pro-img2video', True)

    The server writes the task's state, and the client reads it:

    >>> task = build_example_task(endpoint, TaskState.SUCCEEDED)
    >>> report = dialect.parse_result_response(
    ...     dialect.build_result_response(task, endpoint, EXAMPLE_LINKS, eta_seconds=0)
    ... )
    >>> report.id == task.id, report.state.value, report.video_url
    (True, 'succeeded', 'https://example.com/1.mp4')
    """

    name: ClassVar[str]
    """How settings, the command line and the SDK call the format, for example "async_v3"."""
    title: ClassVar[str]
    """How documentation calls it."""
    routes: ClassVar[tuple[DialectRoute, ...]]
    """The first that fits a path counts. SUBMIT and RESULT are needed."""
    path_prefixes: ClassVar[tuple[str, ...]]
    """Below these, all error responses are in this format, also where there is no route."""
    body_limit: ClassVar[int]
    """Largest submit body in bytes, the default of the server's setting."""
    auth_scheme: ClassVar[str] = "Bearer"
    """The scheme before the key in a client's Authorization header; servers accept any."""
    has_clean_copies: ClassVar[bool] = False
    """Whether results have room for a copy without the watermark beside the marked video."""
    list_key: ClassVar[str] = ""
    """Under which key of a list its entries stand; empty where the format has no lists."""
    max_listed_ids: ClassVar[int] = 0
    """How many tasks a list may be asked for by their ids."""
    form_schema: ClassVar[Json] = {}
    """The JSON schema of submits as multipart forms, empty where there are none; files become data URIs."""
    webhook_policy: ClassVar[WebhookPolicy] = WebhookPolicy()
    """Which events are delivered, and how often they are tried."""

    def supports(self, endpoint_class: type[Endpoint]) -> bool:
        """Return whether the format can express requests to an endpoint; most can for all."""
        del endpoint_class
        return True

    def get_path(self, action: RouteAction) -> str:
        """Return the path of the first route with this action; "" where the format has none."""
        return next((route.path for route in self.routes if route.action is action), "")

    def build_submit_schema(self, endpoint_class: type[Endpoint], fields: Json) -> Json:
        """Return the JSON schema of a submit's body.

        Args:
            endpoint_class: What the submit is for.
            fields: The schema of the endpoint's own fields, or a reference to it; formats without an envelope
                return it as it is.
        """
        del endpoint_class
        return fields

    # The server's side.
    @abstractmethod
    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Take a submit's fields out of their envelope.

        Args:
            path: The path's values, by the names in the SUBMIT route's braces.
            body: The request's JSON object, nothing of it checked.

        Raises:
            UnknownEndpoint: There is no such model.
            InvalidRequest: The envelope is malformed.
        """

    @abstractmethod
    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Return the id of the task that a poll asks for; whether it exists is for the server to see.

        Raises:
            InvalidRequest: The id is missing or malformed.
        """

    @abstractmethod
    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Return the response to a submit that made a task: the same for the same task, byte for byte."""

    @abstractmethod
    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Return the response to a poll.

        Typed clients declare each key once: it has the same keys of the same types in every state, except
        where the format's own documentation says otherwise.

        Args:
            task: The task, whichever dialect it was submitted in.
            endpoint: Its validated request.
            links: The files' URLs; None before the task has succeeded, and once its files are deleted.
            eta_seconds: Seconds until the end; 0 where nothing can be said.
        """

    def build_webhook_payload(
        self, event: WebhookEvent, task: Task, endpoint: Endpoint, links: SignedLinks | None
    ) -> Json:
        """Return the JSON that a webhook delivers: the response to a poll, unless the format wraps it."""
        del event
        return self.build_result_response(task, endpoint, links, 0)

    def parse_list_query(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Return which tasks a list shows.

        Args:
            query: The URL's query; the values of a repeated name are joined by commas.
            now: The server's time, for filters that are relative to it.

        Raises:
            InvalidRequest: A filter is malformed.
            UnknownEndpoint: The format has no lists.
        """
        del query, now
        raise UnknownEndpoint

    def build_list_frame(self, page: TaskPage) -> Json:
        """Return what stands beside a list's entries; servers write the entries one by one.

        Raises:
            UnknownEndpoint: The format has no lists.
        """
        del page
        raise UnknownEndpoint

    def build_list_entry(self, listed_task: ListedTask) -> Json:
        """Return an entry of a list.

        Raises:
            UnknownEndpoint: The format has no lists.
        """
        del listed_task
        raise UnknownEndpoint

    def build_cancel_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Return the response to a cancellation; `task` is as it is now, which may be ended otherwise.

        Raises:
            Refusal: It has ended otherwise, and the format answers that with an error.
        """
        return self.build_result_response(task, endpoint, None, 0)

    def build_balance_response(self, balance: TenantBalance, query: Mapping[str, str]) -> Json:
        """Return what a tenant can spend.

        Raises:
            UnknownEndpoint: The format has no such response.
        """
        del balance, query
        raise UnknownEndpoint

    def is_cover_requested(self, query: Mapping[str, str]) -> bool:
        """Return whether a request to the CONTENT route asks for the cover image in place of the video.

        Raises:
            InvalidRequest: The query asks for something else.
        """
        del query
        return False

    @abstractmethod
    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Return an error response, usually by `error_codes.find_error_mapping` from the dialect's table.

        Args:
            error: Why the request is refused; `error.field` names what is wrong, where a field is.
            request_id: 32 hexadecimal digits, or empty.

        Returns:
            The HTTP status and the body.
        """

    def build_error_response_at(self, path: str, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Return an error response as clients of this path read it; most formats have one form for all."""
        del path
        return self.build_error_response(error, request_id)

    def adapt_result_to_client(self, body: Json, headers: Mapping[str, str]) -> Json:
        """Return the response to a poll as the client with these headers reads it; most have one form."""
        del headers
        return body

    # The client's side.
    @abstractmethod
    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Return a submit. It holds the fields that were given, and `parse_submit_request` reads it back."""

    @abstractmethod
    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Return a poll; the id comes from a server, so it is quoted in the path."""

    def build_list_request(self, ids: Sequence[TaskId] = (), page_token: str = "") -> ApiRequest:
        """Return a request for a page of a list: of `max_listed_ids` tasks at most, or all, newest first."""
        del ids, page_token
        raise UnknownEndpoint

    def parse_page_token(self, body: Json) -> str:
        """Return the token of a list's next page; empty on the last."""
        del body
        return ""

    @abstractmethod
    def parse_submit_response(self, body: Json) -> TaskId:
        """Return the new task's id.

        Raises:
            RemoteError: The response holds none.
        """

    @abstractmethod
    def parse_result_response(self, body: Json) -> Report:
        """Return a task's state, from Keyreel or a hosted service, which may leave optional keys out.

        Raises:
            RemoteError: The response names no known state. The SDK takes AttributeError, KeyError, TypeError,
                ValueError and OverflowError for the same.
        """

    @abstractmethod
    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Return the error behind an error response: the domain's own where the dialect's table has it.

        Args:
            status: The HTTP status.
            body: The response's JSON object, of whatever form.

        Returns:
            The domain's error, else a RemoteError with status, code and message.
        """

    @abstractmethod
    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return the format's name of an endpoint, which `catalogue.find_endpoint` must read back."""
