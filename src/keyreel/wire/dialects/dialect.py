"""What every dialect is: one wire format, read and written from both ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.webhooks import WebhookPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter, TaskId, TaskState
    from keyreel.wire.dialects.webhooks import WebhookEvent
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


class RouteAction(StrEnum):
    """What a request to one of a dialect's addresses does."""

    SUBMIT = "submit"
    RESULT = "result"
    LIST = "list"
    CANCEL = "cancel"
    CONTENT = "content"
    """Answers with the video itself."""
    UPLOAD = "upload"
    """Asks where a file may be uploaded to."""
    BEGIN_UPLOAD = "begin_upload"
    """Asks the same where the upload has an id and is finished later."""
    FINISH_UPLOAD = "finish_upload"
    """Says that the file was put, and learns what to call it."""
    BALANCE = "balance"
    """Asks what the tenant can spend."""


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A value in an address's query, with its JSON schema."""

    name: str
    description: str
    schema: Json = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True, slots=True)
class DialectRoute:
    """One address of a dialect."""

    action: RouteAction
    method: str
    path: str
    """As Starlette writes it; what stands in braces reaches the dialect as `path`."""
    query_parameters: tuple[QueryParameter, ...] = ()
    """What it takes, for the reference."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """An HTTP request, without host and key: what a client sends in this dialect."""

    method: str
    path: str
    """With its query."""
    json: Json | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a client reads about its task in any dialect. `progress` is 0.0 … 1.0, times are whole seconds."""

    id: TaskId
    state: TaskState
    progress: float = 0.0
    eta_seconds: int = 0
    reason: str = ""
    video_url: str = ""
    cover_url: str = ""
    seed: int | None = None
    payload: str = ""
    notes: tuple[str, ...] = ()
    """What could not be done as asked, where the server is Keyreel."""


@dataclass(frozen=True, slots=True)
class ListedTask:
    """One task of a list, with what there is to see of it."""

    task: Task
    endpoint: Endpoint
    links: SignedLinks | None = None
    eta_seconds: int = 0


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A part of a list of tasks, what was asked for, and whether more comes after it."""

    task_filter: TaskFilter
    tasks: tuple[ListedTask, ...]
    has_more: bool


UNLIMITED_CREDITS: Final = 1_000_000_000
"""Credits that are told of a tenant who pays afterwards: clients refuse to go on without any."""


@dataclass(frozen=True, slots=True)
class TenantBalance:
    """What a tenant can spend and run now; `credits` is None for who pays afterwards, without a limit."""

    tenant: str
    since: datetime
    credits: int | None
    held_credits: int
    concurrency_limit: int
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ParsedSubmit:
    """A submit's body, understood: the endpoint's class, its fields under their own names, unknown names."""

    endpoint_class: type[Endpoint]
    fields: Json
    ignored: tuple[str, ...] = ()


class Dialect(ABC):
    """One wire format. Stateless; one instance serves servers and clients alike."""

    name: ClassVar[str]
    title: ClassVar[str]
    routes: ClassVar[tuple[DialectRoute, ...]]
    path_prefixes: ClassVar[tuple[str, ...]]
    """What paths begin with at which this format answers, if only with a refusal."""
    body_limit: ClassVar[int]
    """Largest submit body in bytes, the default for the server's setting."""
    auth_scheme: ClassVar[str] = "Bearer"
    """The word before the key in a client's Authorization header."""
    has_clean_copies: ClassVar[bool] = False
    """Whether answers have room for a copy without the visible mark beside the marked video."""
    has_upload_uris: ClassVar[bool] = False
    """Whether requests may name uploads by their URI."""
    form_schema: ClassVar[Json] = {}
    """The schema of submits as multipart forms, empty where there are none; files arrive as data URIs."""
    webhook_policy: ClassVar[WebhookPolicy] = WebhookPolicy()
    """What callbacks promise."""

    def supports(self, endpoint_class: type[Endpoint]) -> bool:
        """Say whether this format has words for the endpoint; most have for all."""
        del endpoint_class
        return True

    def get_path(self, action: RouteAction) -> str:
        """Return the address of an action; "" where the format has none."""
        return next((route.path for route in self.routes if route.action is action), "")

    def build_submit_schema(self, endpoint_class: type[Endpoint], fields: Json) -> Json:
        """Return the JSON schema of a submit's body; `fields` is the one of the endpoint's own fields."""
        del endpoint_class
        return fields

    # The server's side.
    @abstractmethod
    def parse_submit_request(self, path: Mapping[str, str], body: Json) -> ParsedSubmit:
        """Read a submit.

        Raises:
            UnknownEndpoint: no such model.
            InvalidRequest: the envelope is wrong.
        """

    @abstractmethod
    def parse_task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read which task a poll asks for.

        Raises:
            InvalidRequest: the id is missing.
        """

    @abstractmethod
    def build_submit_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the answer to a submit."""

    @abstractmethod
    def build_result_response(
        self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int
    ) -> Json:
        """Write a task's state; `links` only for a succeeded one."""

    def build_webhook_payload(
        self, event: WebhookEvent, task: Task, endpoint: Endpoint, links: SignedLinks | None
    ) -> Json:
        """Write what a callback is sent: the task as a poll shows it, unless the format wraps that."""
        del event
        return self.build_result_response(task, endpoint, links, 0)

    def parse_list_query(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Read which tasks a list is to show; a name given several times has its values joined by commas.

        Raises:
            InvalidRequest: a filter makes no sense.
            UnknownEndpoint: the format has no lists.
        """
        del query, now
        raise UnknownEndpoint

    def build_list_response(self, page: TaskPage) -> Json:
        """Write a list of tasks.

        Raises:
            UnknownEndpoint: the format has no lists.
        """
        del page
        raise UnknownEndpoint

    def build_cancel_response(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the answer to a cancellation; `task` is as it is now, which may be ended otherwise.

        Raises:
            Refusal: the format refuses to cancel what has ended.
        """
        return self.build_result_response(task, endpoint, None, 0)

    def build_balance_response(self, allowance: TenantBalance, query: Mapping[str, str]) -> Json:
        """Write what a tenant can spend.

        Raises:
            UnknownEndpoint: the format does not tell.
        """
        del allowance, query
        raise UnknownEndpoint

    def is_cover_requested(self, query: Mapping[str, str]) -> bool:
        """Say whether a request for a task's content is after its cover."""
        del query
        return False

    @abstractmethod
    def build_error_response(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write a refusal: HTTP status and body. `request_id` is 32 hexadecimal digits, or empty."""

    def build_error_response_at(self, path: str, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write a refusal as clients of this path read it; most formats have one form for all."""
        del path
        return self.build_error_response(error, request_id)

    def adapt_result_to_client(self, body: Json, headers: Mapping[str, str]) -> Json:
        """Return a task's state as the client with these headers reads it; most formats have one form."""
        del headers
        return body

    # The client's side.
    @abstractmethod
    def build_submit_request(self, endpoint: Endpoint) -> ApiRequest:
        """Write a submit."""

    @abstractmethod
    def build_result_request(self, task_id: TaskId) -> ApiRequest:
        """Write a poll."""

    @abstractmethod
    def parse_submit_response(self, body: Json) -> TaskId:
        """Read the answer to a submit."""

    @abstractmethod
    def parse_result_response(self, body: Json) -> Report:
        """Read a task's state."""

    @abstractmethod
    def parse_error_response(self, status: int, body: Json) -> KeyreelError:
        """Read a refusal as the domain's error where the format says enough, else as RemoteError."""

    @abstractmethod
    def format_model_id(self, endpoint_class: type[Endpoint]) -> str:
        """Return this format's name of an endpoint, for example "vidu-q2-pro-img2video"."""
