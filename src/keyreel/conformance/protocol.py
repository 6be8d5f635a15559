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


def check_protocol(client: DialectClient) -> Iterator[CheckResult]:
    """Check everything that costs nothing and needs no endpoint."""
    yield from _check_keys(client)
    yield from _check_unknown_ids(client)
    yield from _check_bodies(client)
    yield from _check_lists(client)
    yield from _check_uploads(client)


def _expect_error(
    client: DialectClient, check: str, response: HostResponse, expected_error: errors.Refusal
) -> CheckResult:
    return make_passed_or_failed(
        client.dialect.name, "protocol", check, client.find_error_mismatch(response, expected_error)
    )


def _check_keys(client: DialectClient) -> Iterator[CheckResult]:
    path = client.dialect.build_result_request(_UNKNOWN_TASK_ID).path
    yield _expect_error(
        client, "a request without a key", client.send_request("GET", path, scheme=None), errors.MissingKey()
    )
    wrong = {"Authorization": "Bearer kr_this_key_is_wrong"}
    yield _expect_error(
        client,
        "a wrong key",
        client.send_request("GET", path, scheme=None, headers=wrong),
        errors.InvalidKey(),
    )
    for scheme in _SPELLINGS:
        response = client.send_request("GET", path, scheme=scheme)
        yield _expect_error(client, f"the key as {scheme or 'only'} KEY", response, errors.UnknownTask())
    response = client.send_request("GET", path, scheme=None, headers={"X-API-Key": client.host.key})
    yield _expect_error(client, "the key in X-API-Key", response, errors.UnknownTask())


def _check_unknown_ids(client: DialectClient) -> Iterator[CheckResult]:
    for route in client.dialect.routes:
        if route.action in {RouteAction.CANCEL, RouteAction.CONTENT} or (
            route.action is RouteAction.RESULT and "{id}" in route.path
        ):
            response = client.send_request(route.method, route.path.format(id=_UNKNOWN_TASK_ID))
            yield _expect_error(
                client, f"{route.action.value} of an unknown task", response, errors.UnknownTask()
            )
    call = client.dialect.build_submit_request(
        build_example_request(next(filter(client.dialect.supports, ENDPOINTS)))
    )
    body = (call.json or {}) | {"model": "no-such-model"}
    path = client.dialect.get_path(RouteAction.SUBMIT)
    model_in_path = "{model}" in path
    path = path.replace("{model}", "no-such-model") if model_in_path else call.path
    expected_error = errors.UnknownEndpoint(field="model")
    yield _expect_error(
        client, "an unknown model", client.send_request("POST", path, json=body), expected_error
    )


def _check_bodies(client: DialectClient) -> Iterator[CheckResult]:
    call = client.dialect.build_submit_request(
        build_example_request(next(filter(client.dialect.supports, ENDPOINTS)))
    )
    broken: tuple[tuple[str, bytes], ...] = (
        ("no body", b""),
        ("a body that is not JSON", b"{images:"),
        ("a list as body", b"[]"),
        ("a number that is too large", b'{"seed": 1e400}'),
        ("half a surrogate pair", b'{"prompt": "\\ud800"}'),
    )
    headers = {"Content-Type": "application/json"}
    for name, content in broken:
        response = client.send_request("POST", call.path, content=content, headers=headers)
        yield _expect_error(client, name, response, errors.InvalidRequest())


def _check_lists(client: DialectClient) -> Iterator[CheckResult]:
    path = client.dialect.get_path(RouteAction.LIST)
    if path:
        response = client.send_request("GET", path)
        yield _expect_success(client, "a list of tasks", response, "list")


def _check_uploads(client: DialectClient) -> Iterator[CheckResult]:
    path = client.dialect.get_path(RouteAction.UPLOAD)
    if path:
        yield _expect_success(
            client,
            "an upload URL",
            client.send_request("POST", path, json={"file_name": "a.png"}),
            "upload",
        )
        expected_error = errors.MissingField(field="file_name")
        yield _expect_error(
            client, "an upload without a name", client.send_request("POST", path, json={}), expected_error
        )


def _expect_success(client: DialectClient, check: str, response: HostResponse, schema: str) -> CheckResult:
    name = client.dialect.name
    if response.status != HTTPStatus.OK or response.body is None:
        return make_failed(name, "protocol", check, f"expected 200, got {response.excerpt}")
    return make_passed_or_failed(
        name, "protocol", check, find_schema_violation(response.body, f"{name}.{schema}")
    )
