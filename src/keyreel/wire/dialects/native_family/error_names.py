"""How the native format says no: the names of its own table of errors, read both ways."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.wire.dialects.error_codes import Row, ending_code, error_of, row_of, sentence

if TYPE_CHECKING:
    from keyreel.errors import KeyreelError, Refusal
    from keyreel.task import Task
    from keyreel.wire.dialects.dialect import Json

_FIELD: Final = re.compile(r"invalid field: ([\w.\[\]]{1,120})")
_NO_TRACE: Final = "0" * 32

# The names of the format's own table as far as they go. Where several errors share a name, the first is read.
REFUSALS: Final = (
    Row(errors.InvalidRequest, 400, "BadRequest"),
    Row(errors.InvalidRequest, 400, "FieldInvalid"),
    Row(errors.MissingField, 400, "FieldLacking"),
    Row(errors.MissingImage, 400, "FieldLacking"),
    Row(errors.ItemCountOutOfRange, 400, "FieldItemCountOutOfRange"),
    Row(errors.InvalidImage, 400, "ImageFormatInvalid"),
    Row(errors.ImageSizeOutOfRange, 400, "PageSizeOutOfRange"),
    Row(errors.ImageTooLarge, 400, "PageSizeOutOfRange"),
    Row(errors.ImageTooManyPixels, 400, "PageSizeOutOfRange"),
    Row(errors.UnsupportedOrder, 400, "ModelUnavailable"),
    Row(errors.InsufficientCredits, 400, "CreditInsufficient"),
    Row(errors.InvalidKey, 401, "Unauthorized"),
    Row(errors.MissingKey, 401, "Unauthorized"),
    Row(errors.MissingScope, 403, "Forbidden"),
    Row(errors.LinkForged, 403, "Forbidden"),
    Row(errors.UnknownTask, 404, "TaskNotFound"),
    Row(errors.UnknownEndpoint, 404, "NotFound"),
    Row(errors.MethodNotAllowed, 405, "MethodNotAllowed"),
    Row(errors.BodyTooSlow, 408, "RequestTimeout"),
    Row(errors.IdempotencyConflict, 409, "Conflict"),
    Row(errors.LinkExpired, 410, "Gone"),
    Row(errors.BodyTooLarge, 413, "BodyTooLarge"),
    Row(errors.RateLimited, 429, "TooManyRequests"),
    Row(errors.QuotaExceeded, 429, "QuotaExceeded"),
    Row(errors.InternalFault, 500, "InternalError"),
    Row(errors.Unavailable, 503, "ServiceUnavailable"),
    Row(errors.Refusal, 400, "BadRequest"),
)
ENDINGS: Final = {
    errors.PictureUnreachable: "ImageDownloadFailure",
    errors.VideoUnreachable: "VideoDownloadFailure",
    errors.Cancelled: "UserCancelled",
    errors.Expired: "SystemThrottling",
    errors.RenderCrashed: "InternalError",
    errors.KeyreelError: "BadRequest",
}


def err_code(task: Task) -> str:
    """Return the word for why a task failed; empty while it has not."""
    return ending_code(task, REFUSALS, ENDINGS)


def refusal(error: Refusal, request_id: str) -> tuple[int, Json]:
    """Write `{code, reason, message, metadata}`; a model nobody knows is an invalid field, not a path."""
    row = row_of(REFUSALS, error)
    status, reason = row.status, row.code
    if isinstance(error, errors.UnknownEndpoint) and error.field:
        status, reason = 400, "FieldInvalid"
    elif row.kind is errors.InvalidRequest and not error.field:
        reason = "BadRequest"
    metadata = {"trace_id": request_id or _NO_TRACE}
    if error.field:
        metadata["field"] = error.field[:200]
    return status, {"code": status, "reason": reason, "message": sentence(error), "metadata": metadata}


def read_refusal(status: int, body: Json) -> KeyreelError:
    """Read `{code, reason, message, metadata}`."""
    reason, metadata = str(body.get("reason") or ""), body.get("metadata")
    message = str(body.get("message") or reason or f"The server answered {status}.")
    named = _FIELD.search(message)
    field = str(metadata.get("field") or "") if isinstance(metadata, dict) else ""
    field = field or (named[1] if named else "")
    known = error_of(REFUSALS, (status, reason), message, field)
    return known or errors.RemoteError(message, status=status, code=reason)
