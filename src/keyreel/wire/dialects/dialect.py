"""What every dialect is: one wire format, read and written from both ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.webhooks import Reporting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import SignedLinks, Task, TaskFilter, TaskId, TaskState
    from keyreel.wire.dialects.webhooks import Event
    from keyreel.wire.endpoints.endpoint import Endpoint

Json = dict[str, Any]


class Action(StrEnum):
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
class Query:
    """A value in an address's query, with its JSON schema."""

    name: str
    description: str
    schema: Json = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One address of a dialect."""

    action: Action
    method: str
    path: str
    """As Starlette writes it; what stands in braces reaches the dialect as `path`."""
    query: tuple[Query, ...] = ()
    """What it takes, for the reference."""


@dataclass(frozen=True, slots=True)
class Call:
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
class Shown:
    """One task of a list, with what there is to see of it."""

    task: Task
    endpoint: Endpoint
    links: SignedLinks | None = None
    eta_seconds: int = 0


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A part of a list of tasks, what was asked for, and whether more comes after it."""

    asked: TaskFilter
    tasks: tuple[Shown, ...]
    more: bool


UNLIMITED: Final = 1_000_000_000
"""Credits that are told of a tenant who pays afterwards: clients refuse to go on without any."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a tenant can spend and run now; `credits` is None for who pays afterwards, without a limit."""

    tenant: str
    since: datetime
    credits: int | None
    held: int
    at_a_time: int
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A submit's body, understood: the endpoint's class, its fields under their own names, unknown names."""

    endpoint: type[Endpoint]
    fields: Json
    unknown: tuple[str, ...] = ()


class Dialect(ABC):
    """One wire format. Stateless; one instance serves servers and clients alike."""

    name: ClassVar[str]
    title: ClassVar[str]
    routes: ClassVar[tuple[Route, ...]]
    realm: ClassVar[tuple[str, ...]]
    """What paths begin with at which this format answers, if only with a refusal."""
    body_limit: ClassVar[int]
    """Largest submit body in bytes, the default for the server's setting."""
    scheme: ClassVar[str] = "Bearer"
    """The word before the key in a client's Authorization header."""
    shows_clean: ClassVar[bool] = False
    """Whether answers have room for a copy without the visible mark beside the marked video."""
    names_uploads: ClassVar[bool] = False
    """Whether requests may name uploads by their URI."""
    forms: ClassVar[Json] = {}
    """The schema of submits as multipart forms, empty where there are none; files arrive as data URIs."""
    reporting: ClassVar[Reporting] = Reporting()
    """What callbacks promise."""

    def offers(self, endpoint: type[Endpoint]) -> bool:
        """Say whether this format has words for the endpoint; most have for all."""
        del endpoint
        return True

    def path_of(self, action: Action) -> str:
        """Return the address of an action; "" where the format has none."""
        return next((route.path for route in self.routes if route.action is action), "")

    def schema(self, endpoint: type[Endpoint], fields: Json) -> Json:
        """Return the JSON schema of a submit's body; `fields` is the one of the endpoint's own fields."""
        del endpoint
        return fields

    # The server's side.
    @abstractmethod
    def asked(self, path: Mapping[str, str], body: Json) -> Asked:
        """Read a submit.

        Raises:
            UnknownEndpoint: no such model.
            InvalidRequest: the envelope is wrong.
        """

    @abstractmethod
    def task_id(self, path: Mapping[str, str], query: Mapping[str, str]) -> TaskId:
        """Read which task a poll asks for.

        Raises:
            InvalidRequest: the id is missing.
        """

    @abstractmethod
    def accepted(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the answer to a submit."""

    @abstractmethod
    def result(self, task: Task, endpoint: Endpoint, links: SignedLinks | None, eta_seconds: int) -> Json:
        """Write a task's state; `links` only for a succeeded one."""

    def event(self, event: Event, task: Task, endpoint: Endpoint, links: SignedLinks | None) -> Json:
        """Write what a callback is sent: the task as a poll shows it, unless the format wraps that."""
        del event
        return self.result(task, endpoint, links, 0)

    def wanted(self, query: Mapping[str, str], now: datetime) -> TaskFilter:
        """Read which tasks a list is to show; a name given several times has its values joined by commas.

        Raises:
            InvalidRequest: a filter makes no sense.
            UnknownEndpoint: the format has no lists.
        """
        del query, now
        raise UnknownEndpoint

    def listed(self, page: TaskPage) -> Json:
        """Write a list of tasks.

        Raises:
            UnknownEndpoint: the format has no lists.
        """
        del page
        raise UnknownEndpoint

    def cancelled(self, task: Task, endpoint: Endpoint) -> Json:
        """Write the answer to a cancellation; `task` is as it is now, which may be ended otherwise.

        Raises:
            Refusal: the format refuses to cancel what has ended.
        """
        return self.result(task, endpoint, None, 0)

    def balance(self, allowance: Allowance, query: Mapping[str, str]) -> Json:
        """Write what a tenant can spend.

        Raises:
            UnknownEndpoint: the format does not tell.
        """
        del allowance, query
        raise UnknownEndpoint

    def wants_cover(self, query: Mapping[str, str]) -> bool:
        """Say whether a request for a task's content is after its cover."""
        del query
        return False

    @abstractmethod
    def refusal(self, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write a refusal: HTTP status and body. `request_id` is 32 hexadecimal digits, or empty."""

    def refusal_at(self, path: str, error: Refusal, request_id: str = "") -> tuple[int, Json]:
        """Write a refusal as clients of this path read it; most formats have one form for all."""
        del path
        return self.refusal(error, request_id)

    def addressed(self, body: Json, headers: Mapping[str, str]) -> Json:
        """Return a task's state as the client with these headers reads it; most formats have one form."""
        del headers
        return body

    # The client's side.
    @abstractmethod
    def submit_call(self, endpoint: Endpoint) -> Call:
        """Write a submit."""

    @abstractmethod
    def result_call(self, task_id: TaskId) -> Call:
        """Write a poll."""

    @abstractmethod
    def read_accepted(self, body: Json) -> TaskId:
        """Read the answer to a submit."""

    @abstractmethod
    def read_result(self, body: Json) -> Report:
        """Read a task's state."""

    @abstractmethod
    def read_refusal(self, status: int, body: Json) -> KeyreelError:
        """Read a refusal as the domain's error where the format says enough, else as RemoteError."""

    @abstractmethod
    def model_id(self, endpoint: type[Endpoint]) -> str:
        """Return this format's name of an endpoint, for example "vidu-q2-pro-img2video"."""
