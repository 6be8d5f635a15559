"""One dialect spoken with one host: requests in its envelope, answers judged by its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyreel.conformance.json_schema import misfit
from keyreel.errors import KeyreelError, Refusal, RemoteError
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import Action, Call
from keyreel.wire.requests.examples import example

if TYPE_CHECKING:
    from keyreel.conformance.host import Answer, Host
    from keyreel.wire.dialects.dialect import Asked, Dialect, Json
    from keyreel.wire.endpoints.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Spoken:
    """A dialect on a host."""

    host: Host
    dialect: Dialect

    def call(self, kind: type[Endpoint], fields: Json) -> Call:
        """Return the submit of any fields, good or not."""
        usual = self.dialect.submit_call(example(kind))
        body = usual.json or {}
        model = {"model": body["model"]} if "model" in body else {}
        wrapped = {"input": [{"params": fields}]} if "input" in body else fields
        return Call(usual.method, usual.path, model | wrapped)

    def read(self, call: Call) -> Asked:
        """Read a submit as a server of this dialect does."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.dialect.path_of(Action.SUBMIT))
        found = re.fullmatch(pattern, call.path)
        return self.dialect.asked(found.groupdict() if found else {}, call.json or {})

    def submit(self, call: Call) -> Answer:
        """Send a submit."""
        return self.host.ask(call.method, call.path, scheme=self.dialect.scheme, json=call.json)

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Send any other request; `scheme=None` leaves the key out."""
        return self.host.ask(method, path, **{"scheme": self.dialect.scheme, **options})

    def cancel(self, task_id: TaskId) -> None:
        """Cancel a task where the dialect can; what has become of it is no matter here."""
        route = next((each for each in self.dialect.routes if each.action is Action.CANCEL), None)
        if route:
            self.ask(route.method, route.path.format(id=task_id))

    def accepted(self, answer: Answer) -> TaskId | None:
        """Return the id of a task that was made after all."""
        if answer.status >= 300 or answer.body is None:  # noqa: PLR2004 - HTTP's own number
            return None
        try:
            return self.dialect.read_accepted(answer.body)
        except RemoteError:
            return TaskId("")

    def told(self, answer: Answer) -> KeyreelError:
        """Read a refusal."""
        return self.dialect.read_refusal(answer.status, answer.body or {})

    def misrefused(self, answer: Answer, due: Refusal) -> str:
        """Return what is wrong with a refusal that was due; empty for nothing."""
        status, body = self.dialect.refusal(due)
        if answer.status != status or answer.body is None:
            return f"{status} was due, got {answer.shown}"
        wrong = misfit(answer.body, f"{self.dialect.name}.refusal")
        if wrong:
            return wrong
        found, wanted = self.told(answer), self.dialect.read_refusal(status, body)
        if type(found) is not type(wanted):
            return f"{type(wanted).__name__} was due, got {answer.shown}"
        named = found.field if isinstance(found, Refusal) else ""
        if due.field and not (named and due.field.startswith(named)):
            return f"{due.field} was to be named, got {answer.shown}"
        return ""
