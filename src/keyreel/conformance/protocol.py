"""What a dialect promises beside its videos: keys, unknown things, broken bodies, lists, uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.conformance.findings import Finding, failed, judged
from keyreel.conformance.json_schema import misfit
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import Action
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.examples import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.dialect_client import Spoken
    from keyreel.conformance.host import Answer

_NOBODYS_TASK: Final = TaskId("1")
_SPELLINGS: Final = ("Bearer", "Token", "bearer", "")
_OK: Final = 200


def check(spoken: Spoken) -> Iterator[Finding]:
    """Check everything that costs nothing and needs no endpoint."""
    yield from _keys(spoken)
    yield from _unknown(spoken)
    yield from _bodies(spoken)
    yield from _lists(spoken)
    yield from _uploads(spoken)


def _told(spoken: Spoken, check: str, answer: Answer, due: errors.Refusal) -> Finding:
    return judged(spoken.dialect.name, "protocol", check, spoken.misrefused(answer, due))


def _keys(spoken: Spoken) -> Iterator[Finding]:
    path = spoken.dialect.result_call(_NOBODYS_TASK).path
    yield _told(spoken, "a request without a key", spoken.ask("GET", path, scheme=None), errors.MissingKey())
    wrong = {"Authorization": "Bearer kr_this_key_is_wrong"}
    yield _told(
        spoken, "a wrong key", spoken.ask("GET", path, scheme=None, headers=wrong), errors.InvalidKey()
    )
    for scheme in _SPELLINGS:
        answer = spoken.ask("GET", path, scheme=scheme)
        yield _told(spoken, f"the key as {scheme or 'nothing but'} KEY", answer, errors.UnknownTask())
    answer = spoken.ask("GET", path, scheme=None, headers={"X-API-Key": spoken.host.key})
    yield _told(spoken, "the key in X-API-Key", answer, errors.UnknownTask())


def _unknown(spoken: Spoken) -> Iterator[Finding]:
    for route in spoken.dialect.routes:
        if route.action in {Action.CANCEL, Action.CONTENT} or (
            route.action is Action.RESULT and "{id}" in route.path
        ):
            answer = spoken.ask(route.method, route.path.format(id=_NOBODYS_TASK))
            yield _told(spoken, f"{route.action.value} of an unknown task", answer, errors.UnknownTask())
    call = spoken.dialect.submit_call(example(next(filter(spoken.dialect.offers, ENDPOINTS))))
    body = (call.json or {}) | {"model": "no-such-model"}
    path = spoken.dialect.path_of(Action.SUBMIT)
    named = "{model}" in path
    path = path.replace("{model}", "no-such-model") if named else call.path
    due = errors.UnknownEndpoint(field="model")
    yield _told(spoken, "an unknown model", spoken.ask("POST", path, json=body), due)


def _bodies(spoken: Spoken) -> Iterator[Finding]:
    call = spoken.dialect.submit_call(example(next(filter(spoken.dialect.offers, ENDPOINTS))))
    broken: tuple[tuple[str, bytes], ...] = (
        ("no body", b""),
        ("a body that is no JSON", b"{images:"),
        ("a list as body", b"[]"),
        ("a number beyond all numbers", b'{"seed": 1e400}'),
        ("half a surrogate pair", b'{"prompt": "\\ud800"}'),
    )
    headers = {"Content-Type": "application/json"}
    for name, content in broken:
        answer = spoken.ask("POST", call.path, content=content, headers=headers)
        yield _told(spoken, name, answer, errors.InvalidRequest())


def _lists(spoken: Spoken) -> Iterator[Finding]:
    path = spoken.dialect.path_of(Action.LIST)
    if path:
        answer = spoken.ask("GET", path)
        yield _good(spoken, "a list of tasks", answer, "list")


def _uploads(spoken: Spoken) -> Iterator[Finding]:
    path = spoken.dialect.path_of(Action.UPLOAD)
    if path:
        yield _good(
            spoken, "a grant to upload", spoken.ask("POST", path, json={"file_name": "a.png"}), "upload"
        )
        due = errors.MissingField(field="file_name")
        yield _told(spoken, "an upload without a name", spoken.ask("POST", path, json={}), due)


def _good(spoken: Spoken, check: str, answer: Answer, schema: str) -> Finding:
    name = spoken.dialect.name
    if answer.status != _OK or answer.body is None:
        return failed(name, "protocol", check, f"200 was due, got {answer.shown}")
    return judged(name, "protocol", check, misfit(answer.body, f"{name}.{schema}"))
