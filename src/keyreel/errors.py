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
├── LeaseLost                     the attempt no longer owns its task: discard what it made
├── UnpronounceableText           no voice here can say a text
├── InvalidSetting                an operator's setting breaks a rule
├── DataFolderLocked              another process works on the data folder
└── RemoteError                   the error response that a Keyreel client got from a server
"""

from __future__ import annotations


class KeyreelError(Exception):
    """Something Keyreel can explain."""

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
    """A list holds too few or too many entries."""


class MissingImage(InvalidRequest):
    """An image is missing."""


class InvalidImage(InvalidRequest):
    """The image is damaged or not PNG, JPEG or WebP."""


class ImageTooLarge(InvalidRequest):
    """The image has more bytes than allowed."""


class ImageTooManyPixels(InvalidRequest):
    """The image has more pixels than allowed."""


class ImageSizeOutOfRange(InvalidRequest):
    """The image's sides or their ratio are outside the limits."""


class UnknownEndpoint(Refusal):
    """There is no such model or path here."""


class UnknownAccount(UnknownEndpoint):
    """There is no such tenant or API key."""


class UnsupportedOrder(Refusal):
    """No engine here can make this video."""


class UnknownTask(Refusal):
    """There is no task with this id."""


class InsufficientCredits(Refusal):
    """There are not enough credits left for this video."""


class RateLimited(Refusal):
    """There are too many requests: try again after the seconds in Retry-After."""

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class QuotaExceeded(RateLimited):
    """A quota is used up: the credits for today, or what may be stored."""


class IdempotencyConflict(Refusal):
    """This Idempotency-Key was sent with another request before: send a new key with a new request."""


class NotHeld(Refusal):
    """This order was submitted without a draft, so there is nothing to approve."""


class NotEnded(Refusal):
    """This task has not ended: cancel it first."""


class UploadConflict(Refusal):
    """Another file was put at this address: ask for a new one."""


class MissingKey(Refusal):
    """The API key is missing: send the header 'Authorization: Bearer <key>'."""


class InvalidKey(Refusal):
    """The API key is unknown or revoked."""


class MissingScope(Refusal):
    """The API key has not the scope that this needs."""


class TenantDisabled(MissingScope):
    """The account of this API key is disabled: its operator can enable it again."""


class BodyTooLarge(Refusal):
    """The request's body is larger than allowed."""


class BodyTooSlow(Refusal):
    """The request's body did not arrive in time."""


class HeadersTooLarge(Refusal):
    """The request's headers are larger than allowed."""


class MethodNotAllowed(Refusal):
    """This path does not take this method."""


class LinkExpired(Refusal):
    """This link has expired: ask for the task's result again to get a fresh one."""


class LinkForged(Refusal):
    """This link's signature does not fit its address."""


class InternalFault(Refusal):
    """Something went wrong here; the operator's log tells more under this answer's X-Request-Id."""


class Unavailable(Refusal):
    """The service cannot take this request right now: try again soon."""

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
    """The engine cannot be used right now."""


class RenderCrashed(KeyreelError):
    """The render process ended unexpectedly."""


class Cancelled(KeyreelError):
    """The task was cancelled."""


class Expired(KeyreelError):
    """Off-peak tasks wait 48 hours at most: this one's time was up, and its price was given back."""


class LeaseLost(KeyreelError):
    """This attempt no longer owns its task."""


class UnpronounceableText(KeyreelError):
    """No voice here can say this."""


class InvalidSetting(KeyreelError):
    """A setting is not valid."""


class DataFolderLocked(KeyreelError):
    """Another process works on this data folder."""


class RemoteError(KeyreelError):
    """The server refused the request."""

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
