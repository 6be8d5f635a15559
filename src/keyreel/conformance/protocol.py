"""What a dialect promises beside its videos: keys, unknown things, broken bodies, lists, uploads."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.conformance.findings import CheckResult, make_failed, make_passed_or_failed
from keyreel.conformance.json_schema import find_schema_violation
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.examples import build_example_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.dialect_client import DialectClient
    from keyreel.conformance.host import HostResponse

_UNKNOWN_TASK_ID: Final = TaskId("1")
_SPELLINGS: Final = ("Bearer", "Token", "bearer", "")


def check_protocol(spoken: DialectClient) -> Iterator[CheckResult]:
    """Check everything that costs nothing and needs no endpoint."""
    yield from _check_keys(spoken)
    yield from _check_unknown_ids(spoken)
    yield from _check_bodies(spoken)
    yield from _check_lists(spoken)
    yield from _check_uploads(spoken)


def _expect_error(
    spoken: DialectClient, check: str, answer: HostResponse, due: errors.Refusal
) -> CheckResult:
    return make_passed_or_failed(
        spoken.dialect.name, "protocol", check, spoken.find_error_mismatch(answer, due)
    )


def _check_keys(spoken: DialectClient) -> Iterator[CheckResult]:
    path = spoken.dialect.build_result_request(_UNKNOWN_TASK_ID).path
    yield _expect_error(
        spoken, "a request without a key", spoken.send_request("GET", path, scheme=None), errors.MissingKey()
    )
    wrong = {"Authorization": "Bearer kr_this_key_is_wrong"}
    yield _expect_error(
        spoken,
        "a wrong key",
        spoken.send_request("GET", path, scheme=None, headers=wrong),
        errors.InvalidKey(),
    )
    for scheme in _SPELLINGS:
        answer = spoken.send_request("GET", path, scheme=scheme)
        yield _expect_error(spoken, f"the key as {scheme or 'nothing but'} KEY", answer, errors.UnknownTask())
    answer = spoken.send_request("GET", path, scheme=None, headers={"X-API-Key": spoken.host.key})
    yield _expect_error(spoken, "the key in X-API-Key", answer, errors.UnknownTask())


def _check_unknown_ids(spoken: DialectClient) -> Iterator[CheckResult]:
    for route in spoken.dialect.routes:
        if route.action in {RouteAction.CANCEL, RouteAction.CONTENT} or (
            route.action is RouteAction.RESULT and "{id}" in route.path
        ):
            answer = spoken.send_request(route.method, route.path.format(id=_UNKNOWN_TASK_ID))
            yield _expect_error(
                spoken, f"{route.action.value} of an unknown task", answer, errors.UnknownTask()
            )
    call = spoken.dialect.build_submit_request(
        build_example_request(next(filter(spoken.dialect.supports, ENDPOINTS)))
    )
    body = (call.json or {}) | {"model": "no-such-model"}
    path = spoken.dialect.get_path(RouteAction.SUBMIT)
    named = "{model}" in path
    path = path.replace("{model}", "no-such-model") if named else call.path
    due = errors.UnknownEndpoint(field="model")
    yield _expect_error(spoken, "an unknown model", spoken.send_request("POST", path, json=body), due)


def _check_bodies(spoken: DialectClient) -> Iterator[CheckResult]:
    call = spoken.dialect.build_submit_request(
        build_example_request(next(filter(spoken.dialect.supports, ENDPOINTS)))
    )
    broken: tuple[tuple[str, bytes], ...] = (
        ("no body", b""),
        ("a body that is no JSON", b"{images:"),
        ("a list as body", b"[]"),
        ("a number beyond all numbers", b'{"seed": 1e400}'),
        ("half a surrogate pair", b'{"prompt": "\\ud800"}'),
    )
    headers = {"Content-Type": "application/json"}
    for name, content in broken:
        answer = spoken.send_request("POST", call.path, content=content, headers=headers)
        yield _expect_error(spoken, name, answer, errors.InvalidRequest())


def _check_lists(spoken: DialectClient) -> Iterator[CheckResult]:
    path = spoken.dialect.get_path(RouteAction.LIST)
    if path:
        answer = spoken.send_request("GET", path)
        yield _expect_success(spoken, "a list of tasks", answer, "list")


def _check_uploads(spoken: DialectClient) -> Iterator[CheckResult]:
    path = spoken.dialect.get_path(RouteAction.UPLOAD)
    if path:
        yield _expect_success(
            spoken,
            "a grant to upload",
            spoken.send_request("POST", path, json={"file_name": "a.png"}),
            "upload",
        )
        due = errors.MissingField(field="file_name")
        yield _expect_error(
            spoken, "an upload without a name", spoken.send_request("POST", path, json={}), due
        )


def _expect_success(spoken: DialectClient, check: str, answer: HostResponse, schema: str) -> CheckResult:
    name = spoken.dialect.name
    if answer.status != HTTPStatus.OK or answer.body is None:
        return make_failed(name, "protocol", check, f"200 was due, got {answer.excerpt}")
    return make_passed_or_failed(
        name, "protocol", check, find_schema_violation(answer.body, f"{name}.{schema}")
    )
