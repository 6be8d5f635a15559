"""The error responses of the native format, by the names of its own table, written and read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.wire.dialects.error_codes import (
    ErrorMapping,
    find_error,
    find_error_mapping,
    find_failure_code,
    truncate_field,
    truncate_message,
)

if TYPE_CHECKING:
    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import Task
    from keyreel.wire.json_types import Json

_FIELD: Final = re.compile(r"invalid field: ([\w.\[\]]{1,120})")
_NO_TRACE: Final = "0" * 32

# Names of the format's own table, as far as it has them. Where errors share a name, clients read the first.
ERROR_TABLE: Final = (
    ErrorMapping(errors.InvalidRequest, 400, "BadRequest"),
    ErrorMapping(errors.InvalidRequest, 400, "FieldInvalid"),
    ErrorMapping(errors.MissingField, 400, "FieldLacking"),
    ErrorMapping(errors.MissingImage, 400, "FieldLacking"),
    ErrorMapping(errors.ItemCountOutOfRange, 400, "FieldItemCountOutOfRange"),
    ErrorMapping(errors.InvalidImage, 400, "ImageFormatInvalid"),
    ErrorMapping(errors.ImageSizeOutOfRange, 400, "PageSizeOutOfRange"),
    ErrorMapping(errors.ImageTooLarge, 400, "PageSizeOutOfRange"),
    ErrorMapping(errors.ImageTooManyPixels, 400, "PageSizeOutOfRange"),
    ErrorMapping(errors.UnsupportedOrder, 400, "ModelUnavailable"),
    ErrorMapping(errors.InsufficientCredits, 400, "CreditInsufficient"),
    ErrorMapping(errors.InvalidKey, 401, "Unauthorized"),
    ErrorMapping(errors.MissingKey, 401, "Unauthorized"),
    ErrorMapping(errors.MissingScope, 403, "Forbidden"),
    ErrorMapping(errors.LinkForged, 403, "Forbidden"),
    ErrorMapping(errors.UnknownTask, 404, "TaskNotFound"),
    ErrorMapping(errors.UnknownEndpoint, 404, "NotFound"),
    ErrorMapping(errors.MethodNotAllowed, 405, "MethodNotAllowed"),
    ErrorMapping(errors.BodyTooSlow, 408, "RequestTimeout"),
    ErrorMapping(errors.IdempotencyConflict, 409, "Conflict"),
    ErrorMapping(errors.NotHeld, 409, "TaskNotHeld"),
    ErrorMapping(errors.NotEnded, 409, "TaskNotEnded"),
    ErrorMapping(errors.UploadConflict, 409, "UploadConflict"),
    ErrorMapping(errors.LinkExpired, 410, "Gone"),
    ErrorMapping(errors.BodyTooLarge, 413, "BodyTooLarge"),
    ErrorMapping(errors.RateLimited, 429, "TooManyRequests"),
    ErrorMapping(errors.QuotaExceeded, 429, "QuotaExceeded"),
    ErrorMapping(errors.HeadersTooLarge, 431, "HeadersTooLarge"),
    ErrorMapping(errors.InternalFault, 500, "InternalError"),
    ErrorMapping(errors.Unavailable, 503, "ServiceUnavailable"),
    ErrorMapping(errors.Refusal, 400, "BadRequest"),
)
# What a field decides: whether a model is unknown or a path, a value is wrong or the whole request.
_UNKNOWN_MODEL: Final = ErrorMapping(errors.UnknownEndpoint, 400, "FieldInvalid")
_UNREADABLE_REQUEST: Final = ErrorMapping(errors.InvalidRequest, 400, "BadRequest")
FAILURE_CODES: Final = {
    errors.PictureUnreachable: "ImageDownloadFailure",
    errors.VideoUnreachable: "VideoDownloadFailure",
    errors.Cancelled: "UserCancelled",
    errors.Expired: "SystemThrottling",
    errors.RenderCrashed: "InternalError",
    errors.KeyreelError: "BadRequest",
}


def get_failure_code(task: Task) -> str:
    """Return the error name of a failed task; empty for any other."""
    return find_failure_code(task, ERROR_TABLE, FAILURE_CODES)


def build_error_response(error: Refusal, request_id: str) -> tuple[int, Json]:
    """Write `{code, reason, message, metadata}`; a model nobody knows is an invalid field, not a path."""
    row = find_error_mapping(ERROR_TABLE, error)
    if isinstance(error, errors.UnknownEndpoint) and error.field:
        row = _UNKNOWN_MODEL
    elif row.error_class is errors.InvalidRequest and not error.field:
        row = _UNREADABLE_REQUEST
    metadata = {"trace_id": request_id or _NO_TRACE}
    if error.field:
        metadata["field"] = truncate_field(error)
    return row.status, {
        "code": row.status,
        "reason": row.code,
        "message": truncate_message(error),
        "metadata": metadata,
    }


def parse_error_response(status: int, body: Json) -> KeyreelError:
    """Read `{code, reason, message, metadata}`."""
    reason, metadata = str(body.get("reason") or ""), body.get("metadata")
    message = str(body.get("message") or reason or f"The server returned {status}.")
    named = _FIELD.search(message)
    field = str(metadata.get("field") or "") if isinstance(metadata, dict) else ""
    field = field or (named[1] if named else "")
    known = find_error(ERROR_TABLE, (status, reason), message, field)
    return known or errors.RemoteError(message, status=status, code=reason)
