"""How each wire format says no, and how a client reads it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from keyreel import errors
from keyreel.errors import InvalidRequest, Refusal, RemoteError
from keyreel.wire.dialects.registry import DIALECTS, find_dialect

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect

ASYNC_V3, VTRIX = find_dialect("async_v3"), find_dialect("vtrix")
BOTH = pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)


def over_http(value: Any) -> Any:
    return json.loads(json.dumps(value))


REFUSALS: list[tuple[type[Refusal], tuple[int, str], int]] = [
    (errors.InvalidRequest, (400, "INVALID_REQUEST_BODY"), 400),
    (errors.MissingField, (400, "INVALID_REQUEST_BODY"), 400),
    (errors.ItemCountOutOfRange, (400, "INVALID_REQUEST_BODY"), 400),
    (errors.MissingImage, (400, "INVALID_REQUEST_BODY"), 400),
    (errors.InvalidImage, (400, "INVALID_IMAGE_FORMAT"), 400),
    (errors.ImageTooLarge, (400, "IMAGE_FILE_EXCEEDS_MAX_SIZE"), 400),
    (errors.ImageTooManyPixels, (400, "IMAGE_EXCEEDS_MAX_RESOLUTION"), 400),
    (errors.ImageSizeOutOfRange, (400, "INVALID_IMAGE_SIZE"), 400),
    (errors.RateLimited, (429, "RATE_LIMIT_EXCEEDED"), 429),
    (errors.QuotaExceeded, (429, "RATE_LIMIT_EXCEEDED"), 429),
    (errors.IdempotencyConflict, (409, "IDEMPOTENCY_KEY_REUSED"), 409),
    (errors.UploadConflict, (409, "UPLOAD_CONFLICT"), 409),
    (errors.NotHeld, (409, "TASK_NOT_HELD"), 409),
    (errors.NotEnded, (409, "TASK_NOT_ENDED"), 409),
    (errors.MissingScope, (403, "API_NOT_ALLOWED"), 403),
    (errors.TenantDisabled, (403, "API_NOT_ALLOWED"), 403),
    (errors.MissingKey, (400, "MISSING_API_KEY"), 401),
    (errors.InvalidKey, (403, "INVALID_API_KEY"), 401),
    (errors.UnknownEndpoint, (404, "API_NOT_FOUND"), 404),
    (errors.UnknownAccount, (404, "ACCOUNT_NOT_FOUND"), 404),
    (errors.UnknownTask, (404, "TASK_NOT_FOUND"), 404),
    (errors.UnsupportedOrder, (403, "FEATURE_NOT_ALLOWED"), 403),
    (errors.InsufficientCredits, (400, "BILLING_BALANCE_NOT_ENOUGH"), 403),
    (errors.MethodNotAllowed, (405, "METHOD_NOT_ALLOWED"), 405),
    (errors.BodyTooSlow, (408, "REQUEST_TIMEOUT"), 408),
    (errors.LinkExpired, (410, "LINK_EXPIRED"), 410),
    (errors.LinkForged, (403, "LINK_FORGED"), 403),
    (errors.BodyTooLarge, (413, "REQUEST_BODY_TOO_LARGE"), 413),
    (errors.HeadersTooLarge, (431, "REQUEST_HEADERS_TOO_LARGE"), 431),
    (errors.InternalFault, (500, "GET_RESULT_FAILED"), 500),
    (errors.Unavailable, (503, "SERVICE_NOT_AVAILABLE"), 503),
]


@pytest.mark.parametrize(("kind", "v3", "vtrix_status"), REFUSALS)
def test_each_refusal_has_its_status_and_code(
    kind: type[Refusal], v3: tuple[int, str], vtrix_status: int
) -> None:
    status, body = ASYNC_V3.build_error_response(kind())
    assert (status, body["reason"]) == v3
    assert body["code"] == status
    assert set(body) == {"code", "reason", "message", "metadata"}
    status, body = VTRIX.build_error_response(kind())
    assert status == vtrix_status
    assert set(body) == {"code", "message"}
    assert re.fullmatch(r"00201[0-9]{4}", body["code"])


NATIVE: dict[type[Refusal], tuple[int, str]] = {
    errors.InvalidRequest: (400, "BadRequest"),
    errors.MissingField: (400, "FieldLacking"),
    errors.ItemCountOutOfRange: (400, "FieldItemCountOutOfRange"),
    errors.MissingImage: (400, "FieldLacking"),
    errors.InvalidImage: (400, "ImageFormatInvalid"),
    errors.ImageTooLarge: (400, "PageSizeOutOfRange"),
    errors.ImageTooManyPixels: (400, "PageSizeOutOfRange"),
    errors.ImageSizeOutOfRange: (400, "PageSizeOutOfRange"),
    errors.RateLimited: (429, "TooManyRequests"),
    errors.QuotaExceeded: (429, "QuotaExceeded"),
    errors.IdempotencyConflict: (409, "Conflict"),
    errors.UploadConflict: (409, "UploadConflict"),
    errors.NotHeld: (409, "TaskNotHeld"),
    errors.NotEnded: (409, "TaskNotEnded"),
    errors.MissingScope: (403, "Forbidden"),
    errors.TenantDisabled: (403, "Forbidden"),
    errors.MissingKey: (401, "Unauthorized"),
    errors.InvalidKey: (401, "Unauthorized"),
    errors.UnknownEndpoint: (404, "NotFound"),
    errors.UnknownAccount: (404, "NotFound"),
    errors.UnknownTask: (404, "TaskNotFound"),
    errors.UnsupportedOrder: (400, "ModelUnavailable"),
    errors.InsufficientCredits: (400, "CreditInsufficient"),
    errors.MethodNotAllowed: (405, "MethodNotAllowed"),
    errors.BodyTooSlow: (408, "RequestTimeout"),
    errors.LinkExpired: (410, "Gone"),
    errors.LinkForged: (403, "Forbidden"),
    errors.BodyTooLarge: (413, "BodyTooLarge"),
    errors.HeadersTooLarge: (431, "HeadersTooLarge"),
    errors.InternalFault: (500, "InternalError"),
    errors.Unavailable: (503, "ServiceUnavailable"),
}


@pytest.mark.parametrize("name", ["native", "comfy"])
@pytest.mark.parametrize("kind", [kind for kind, _, _ in REFUSALS])
def test_native_refusals_are_those_of_its_table(name: str, kind: type[Refusal]) -> None:
    trace = "0123456789abcdef" * 2
    status, body = find_dialect(name).build_error_response(kind(), trace)
    assert (status, body["reason"]) == NATIVE[kind]
    assert body == {
        "code": status,
        "reason": body["reason"],
        "message": kind().message,
        "metadata": {"trace_id": trace},
    }


def test_native_names_the_field() -> None:
    _, body = find_dialect("native").build_error_response(
        InvalidRequest("duration: got 11.", field="duration")
    )
    assert body["reason"] == "FieldInvalid"
    assert body["metadata"] == {"trace_id": "0" * 32, "field": "duration"}
    hosted = {"code": 400, "reason": "FieldInvalid", "message": "invalid field: duration", "metadata": {}}
    read = find_dialect("native").parse_error_response(400, hosted)
    assert isinstance(read, InvalidRequest)
    assert read.field == "duration"


@pytest.mark.parametrize("kind", [kind for kind, _, _ in REFUSALS])
def test_video_refusals_hold_an_error_object(kind: type[Refusal]) -> None:
    error = kind()
    error.field = "prompt"
    status, body = find_dialect("openai_videos").build_error_response(error)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert 400 <= status < 600
    assert (body["error"]["type"] == "server_error") == (status >= 500)


# Several errors share a status and code in some formats.
READ_AS: dict[tuple[str, type[Refusal]], type[Refusal]] = {
    ("async_v3", errors.MissingImage): InvalidRequest,
    ("async_v3", errors.MissingField): InvalidRequest,
    ("async_v3", errors.ItemCountOutOfRange): InvalidRequest,
    ("async_v3", errors.QuotaExceeded): errors.RateLimited,
    **{(dialect.name, errors.TenantDisabled): errors.MissingScope for dialect in DIALECTS},
    **{
        (dialect.name, errors.UnknownAccount): errors.UnknownEndpoint
        for dialect in DIALECTS
        if dialect.name != "async_v3"
    },
    ("vtrix", errors.MissingField): InvalidRequest,
    ("vtrix", errors.ItemCountOutOfRange): InvalidRequest,
    **{
        (name, kind): read
        for name in ("native", "comfy")
        for kind, read in (
            (errors.MissingImage, errors.MissingField),
            (errors.ImageTooLarge, errors.ImageSizeOutOfRange),
            (errors.ImageTooManyPixels, errors.ImageSizeOutOfRange),
            (errors.MissingKey, errors.InvalidKey),
            (errors.LinkForged, errors.MissingScope),
        )
    },
}


def test_the_published_code_means_a_missing_image() -> None:
    assert VTRIX.build_error_response(errors.MissingImage())[1]["code"] == "002014001"


def test_every_refusal_of_the_domain_is_in_the_table() -> None:
    known = {kind for kind, _, _ in REFUSALS}
    found, waiting = set[type[Refusal]](), [*Refusal.__subclasses__()]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__ == Refusal.__module__:  # Others are a module's own, and reach no client as such.
            found.add(kind)
    assert found == known


@BOTH
@pytest.mark.parametrize("kind", [kind for kind, _, _ in REFUSALS])
def test_a_client_reads_a_refusal_as_the_same_error(each: Dialect, kind: type[Refusal]) -> None:
    status, body = each.build_error_response(kind())
    error = each.parse_error_response(status, over_http(body))
    expected = READ_AS.get((each.name, kind), kind)
    assert type(error) is expected
    assert error.message == kind().message


@BOTH
def test_a_refusals_field_arrives(each: Dialect) -> None:
    error = InvalidRequest("images[0]: got 5; must be an address.", field="images[0]")
    status, body = each.build_error_response(error)
    read = each.parse_error_response(status, over_http(body))
    assert isinstance(read, InvalidRequest)
    assert (read.field, read.message) == (error.field, error.message)


@BOTH
def test_a_refusal_stays_small(each: Dialect) -> None:
    _, body = each.build_error_response(InvalidRequest("字" * 100_000, field="x" * 100_000))
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= 4096


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        {"code": 402, "reason": "BILLING_BALANCE_NOT_ENOUGH", "message": "no money"},
        {"code": "999", "message": "no money"},
        {"error": "no money"},
        {"error": {"code": 7, "error_message": "no money"}},
        {"error": {"message": "no money"}},
        {},
    ],
)
def test_what_hosted_services_say_is_passed_on(each: Dialect, body: dict[str, Any]) -> None:
    error = each.parse_error_response(402, body)
    assert isinstance(error, RemoteError)
    assert error.status == 402
    assert "no money" in error.message or "402" in error.message
