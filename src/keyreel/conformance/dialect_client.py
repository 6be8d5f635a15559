"""One dialect spoken with one host: requests in its envelope, responses checked by its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from keyreel.conformance.json_schema import find_schema_violation
from keyreel.errors import KeyreelError, Refusal, RemoteError
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import ApiRequest, RouteAction
from keyreel.wire.requests.examples import build_example_request

if TYPE_CHECKING:
    from keyreel.conformance.host import HostResponse, RemoteHost
    from keyreel.wire.dialects.dialect import Dialect, ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


@dataclass(frozen=True, slots=True)
class DialectClient:
    """A dialect on a host."""

    host: RemoteHost
    dialect: Dialect

    def build_submit(self, endpoint_class: type[Endpoint], fields: Json) -> ApiRequest:
        """Return the submit of any fields, good or not."""
        example = self.dialect.build_submit_request(build_example_request(endpoint_class))
        body = example.json or {}
        model = {"model": body["model"]} if "model" in body else {}
        wrapped = {"input": [{"params": fields}]} if "input" in body else fields
        return ApiRequest(example.method, example.path, model | wrapped)

    def parse_submit(self, call: ApiRequest) -> ParsedSubmit:
        """Read a submit as a server of this dialect does."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.dialect.get_path(RouteAction.SUBMIT))
        found = re.fullmatch(pattern, call.path)
        return self.dialect.parse_submit_request(found.groupdict() if found else {}, call.json or {})

    def submit(self, call: ApiRequest) -> HostResponse:
        """Send a submit."""
        return self.host.send_request(call.method, call.path, scheme=self.dialect.auth_scheme, json=call.json)

    def send_request(self, method: str, path: str, **options: Any) -> HostResponse:
        """Send any other request; `scheme=None` leaves the key out."""
        return self.host.send_request(method, path, **{"scheme": self.dialect.auth_scheme, **options})

    def cancel(self, task_id: TaskId) -> None:
        """Cancel a task where the dialect can; what has become of it is no matter here."""
        route = next((each for each in self.dialect.routes if each.action is RouteAction.CANCEL), None)
        if route:
            self.send_request(route.method, route.path.format(id=task_id))

    def parse_task_id(self, response: HostResponse) -> TaskId | None:
        """Return the id of a task that was made after all."""
        if response.status >= HTTPStatus.MULTIPLE_CHOICES or response.body is None:
            return None
        try:
            return self.dialect.parse_submit_response(response.body)
        except RemoteError:
            return TaskId("")

    def parse_error(self, response: HostResponse) -> KeyreelError:
        """Return the error behind an error response."""
        return self.dialect.parse_error_response(response.status, response.body or {})

    def find_error_mismatch(self, response: HostResponse, expected_error: Refusal) -> str:
        """Return how a response differs from the error response that is due; empty for not at all."""
        status, body = self.dialect.build_error_response(expected_error)
        if response.status != status or response.body is None:
            return f"expected {status}, got {response.excerpt}"
        wrong = find_schema_violation(response.body, f"{self.dialect.name}.refusal")
        if wrong:
            return wrong
        got, expected = self.parse_error(response), self.dialect.parse_error_response(status, body)
        if type(got) is not type(expected):
            return f"expected {type(expected).__name__}, got {response.excerpt}"
        named = got.field if isinstance(got, Refusal) else ""
        if expected_error.field and not (named and expected_error.field.startswith(named)):
            return f"expected the field {expected_error.field}, got {response.excerpt}"
        return ""
