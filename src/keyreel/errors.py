"""The errors of the domain, as one tree. It knows no code or message of any dialect.

KeyreelError
├── Refusal                       a request that gets an error response
│   ├── InvalidRequest            a field breaks a rule
│   │   ├── MissingField          a field is required and absent
│   │   ├── ItemCountOutOfRange   a list with too few or too many entries
│   │   ├── MissingImage          an image is required and absent
│   │   ├── InvalidImage          not an image of an accepted format, or damaged
│   │   ├── ImageTooLarge         more bytes than allowed
│   │   ├── ImageTooManyPixels    more pixels than allowed
│   │   └── ImageSizeOutOfRange   a side or a ratio outside its limits
│   ├── UnknownEndpoint           no such model, operation or path
│   │   └── UnknownAccount        no such tenant or API key: for the operator alone
│   ├── UnsupportedOrder          no engine here can make it
│   ├── UnknownTask               no task with this id for this tenant
│   ├── InsufficientCredits       the tenant pays in advance and has too little
│   ├── RateLimited               too many requests or waiting tasks: try again after a while
│   │   └── QuotaExceeded         the day's credits are spent, or as much is stored as may be
│   ├── IdempotencyConflict       the idempotency key stands for another request
│   ├── NotHeld                   the task does not wait for an approval
│   ├── NotEnded                  the task, or one that needs its video, has not ended
│   ├── UploadConflict            another file was put at the upload's URL
│   ├── MissingKey                no API key was sent
│   ├── InvalidKey                the API key is unknown or revoked
│   ├── MissingScope              the API key is not for this
│   │   └── TenantDisabled        the operator has disabled the key's tenant
│   ├── BodyTooLarge              the request's body passes its limit
│   ├── BodyTooSlow               the request's body did not arrive in time
│   ├── HeadersTooLarge           the request's header section passes its limit
│   ├── MethodNotAllowed          the path exists, the method does not
│   ├── LinkExpired               a signed URL of a file has expired
│   ├── LinkForged                a signed URL of a file was changed
│   ├── InternalFault             a bug or a broken server: nothing that the client can correct
│   └── Unavailable               nothing wrong with the request: try again later
├── RenderFailed                  a render that ends its task, with a reason for people
│   ├── PictureUnreachable        the URL of an image gave no usable response
│   └── VideoUnreachable          the URL of a video gave none
├── EngineUnavailable             an engine cannot begin with an order now: another may, or it later
├── RenderCrashed                 the render process died or hung: may be tried again
├── Cancelled                     the task was cancelled while it ran
├── Expired                       a task's deadline came before its turn, or before its approval
├── TaskTimedOut                  a program waited for a task as long as it wanted to
├── WebhookForged                 a delivery of a webhook bears no valid signature
├── LeaseLost                     the attempt no longer owns its task: discard what it made
├── UnpronounceableText           no voice here can say a text
├── InvalidSetting                an operator's setting breaks a rule
├── DataFolderLocked              another process works on the data folder
└── RemoteError                   the error response that a Keyreel client got from a server
"""

from __future__ import annotations

from typing import Any


class KeyreelError(Exception):
    """An error that Keyreel can explain.

    Errors raised by the SDK also have the task and the request, if they are known.
    """

    task_id: str = ""
    """The task that it concerns."""
    request_id: str = ""
    """What the server's log has the request under."""
    status: int = 0
    """The HTTP status of the response; 0 where there was none."""
    report: Any = None
    """What was said of the task last: a `keyreel.client.Report`."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The explanation, a sentence for people."""
        return str(self.args[0])


class Refusal(KeyreelError):
    """The request was refused."""

    def __init__(self, message: str | None = None, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class InvalidRequest(Refusal):
    """The request is not valid."""


class MissingField(InvalidRequest):
    """A required field is missing."""


class ItemCountOutOfRange(InvalidRequest):
    """A list has too few or too many entries."""


class MissingImage(InvalidRequest):
    """An image is missing."""


class InvalidImage(InvalidRequest):
    """The image is damaged or not PNG, JPEG or WebP."""


class ImageTooLarge(InvalidRequest):
    """The image file is too large."""


class ImageTooManyPixels(InvalidRequest):
    """The image has too many pixels."""


class ImageSizeOutOfRange(InvalidRequest):
    """The image's size or aspect ratio is out of range."""


class UnknownEndpoint(Refusal):
    """There is no such model or path."""


class UnknownAccount(UnknownEndpoint):
    """There is no such tenant or API key."""


class UnsupportedOrder(Refusal):
    """No engine on this server can make this video."""


class UnknownTask(Refusal):
    """There is no task with this ID."""


class InsufficientCredits(Refusal):
    """There are not enough credits left for this video."""


class RateLimited(Refusal):
    """Too many requests: try again after the seconds in Retry-After."""

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class QuotaExceeded(RateLimited):
    """A quota is used up: today's credits, or storage."""


class IdempotencyConflict(Refusal):
    """This Idempotency-Key was already used with a different request: use a new key."""


class NotHeld(Refusal):
    """This order was submitted without a draft, so there is nothing to approve."""


class NotEnded(Refusal):
    """This task has not ended: cancel it first."""


class UploadConflict(Refusal):
    """A different file was already uploaded to this URL: request a new URL."""


class MissingKey(Refusal):
    """The API key is missing: send the header 'Authorization: Bearer <key>'."""


class InvalidKey(Refusal):
    """The API key is unknown or revoked."""


class MissingScope(Refusal):
    """The API key lacks the required scope."""


class TenantDisabled(MissingScope):
    """The account of this API key is disabled. The operator can enable it again."""


class BodyTooLarge(Refusal):
    """The request's body is larger than allowed."""


class BodyTooSlow(Refusal):
    """The request's body did not arrive in time."""


class HeadersTooLarge(Refusal):
    """The request's headers are larger than allowed."""


class MethodNotAllowed(Refusal):
    """This path does not support this method."""


class LinkExpired(Refusal):
    """This link has expired: poll the task again to get a new one."""


class LinkForged(Refusal):
    """This link's signature is not valid."""


class InternalFault(Refusal):
    """Internal error. The operator can find it in the log by the X-Request-Id of this response."""


class Unavailable(Refusal):
    """The service is temporarily unavailable: try again soon."""

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RenderFailed(KeyreelError):
    """The video could not be made."""


class PictureUnreachable(RenderFailed):
    """The image could not be downloaded."""


class VideoUnreachable(RenderFailed):
    """The video could not be downloaded."""


class EngineUnavailable(KeyreelError):
    """The engine is not available right now."""


class RenderCrashed(KeyreelError):
    """The render process ended unexpectedly."""


class Cancelled(KeyreelError):
    """The task was cancelled."""


class Expired(KeyreelError):
    """Off-peak tasks wait at most 48 hours. This task expired and was refunded."""


class TaskTimedOut(KeyreelError, TimeoutError):
    """The task did not end in time."""


class WebhookForged(KeyreelError):
    """This delivery was not signed with the secret, or is too old."""


class LeaseLost(KeyreelError):
    """This attempt no longer owns its task."""


class UnpronounceableText(KeyreelError):
    """No installed voice can speak this text."""


class InvalidSetting(KeyreelError):
    """A setting is not valid."""


class DataFolderLocked(KeyreelError):
    """Another process uses this data folder."""


class RemoteError(KeyreelError):
    """The server refused the request."""

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
