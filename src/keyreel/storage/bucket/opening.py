"""Opens a bucket by its URL, and finds out at once whether it can be used as a storage."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError
from obstore.store import from_url

from keyreel.errors import InvalidSetting, Unavailable
from keyreel.storage.bucket.errors import is_setting_at_fault, translate_store_errors
from keyreel.storage.bucket.storage import PROBE_BYTES, PROBE_KEY, BucketStorage

if TYPE_CHECKING:
    from obstore.store import AzureStore, ClientConfig, GCSStore, RetryConfig, S3Store

    from keyreel.clock import Clock

_VARIABLES: Final = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}
"""What the variables begin with that obstore reads a store's address and keys from."""
_CONNECT_TIMEOUT: Final = timedelta(seconds=3)
_REQUEST_TIMEOUT: Final = timedelta(seconds=20)
"""A request moves 8 MiB at most: it fails where the store takes less than 400 KiB a second."""
_RETRY: Final[RetryConfig] = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
"""A short trouble is passed over here; while a long one lasts, submits get 503 and workers try again."""
_TRUE_WORDS: Final = {"1", "true", "yes", "on"}

_log = structlog.stdlib.get_logger(__name__)


def open_store(url: str) -> S3Store | GCSStore | AzureStore:
    """Return the object store of a URL, with the address and keys that its own variables name.

    Raises:
        InvalidSetting: a variable is missing, or makes no sense.
    """
    variables = _VARIABLES[urlsplit(url).scheme]
    options: ClientConfig = {
        "allow_http": os.environ.get(f"{variables}_ALLOW_HTTP", "").lower() in _TRUE_WORDS,
        "connect_timeout": _CONNECT_TIMEOUT,
        "timeout": _REQUEST_TIMEOUT,
    }
    try:
        store = from_url(url, client_options=options, retry_config=_RETRY)
    except (BaseError, ValueError) as error:
        detail = str(error).partition("\n")[0]
        raise InvalidSetting(
            f"KEYREEL_STORAGE: {url} cannot be opened: {detail}. Its address and credentials are read "
            f"from {variables}_*."
        ) from None
    return store  # type: ignore[return-value]  # the URL's scheme says which


def open_bucket(url: str, clock: Clock) -> BucketStorage:
    """Return the storage of a bucket that answers, or does not for now.

    Raises:
        InvalidSetting: the bucket or the keys are wrong, or its store overwrites where it is to create.
    """
    store = open_store(url)
    _check_address(url)
    storage = BucketStorage(store, clock)
    try:
        storage.probe()
        with translate_store_errors():
            creates = _is_create_kept(store)
    except Unavailable as error:
        if is_setting_at_fault(error):
            raise InvalidSetting(f"KEYREEL_STORAGE: {url} cannot be used. {error.message}") from None
        _log.warning("the object store does not respond yet", url=url)
        return storage
    if not creates:
        raise InvalidSetting(
            f"KEYREEL_STORAGE: {url} does not support conditional writes (If-None-Match), without which "
            "two uploads could use the same URL. Use a store that supports them."
        )
    return storage


def _check_address(url: str) -> None:
    """Refuse a plain HTTP address that is not allowed; obstore itself would say "builder error".

    Raises:
        InvalidSetting: it is one.
    """
    variables = _VARIABLES[urlsplit(url).scheme]
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AWS_ENDPOINT_URL") if variables == "AWS" else ()
    allowed = os.environ.get(f"{variables}_ALLOW_HTTP", "").lower() in _TRUE_WORDS
    for name in names:
        if os.environ.get(name, "").lower().startswith("http://") and not allowed:
            raise InvalidSetting(
                f"{name}: got {os.environ[name]!r}; the connection is not encrypted. Set "
                "AWS_ALLOW_HTTP=true to allow that in a private network."
            )


def _is_create_kept(store: S3Store | GCSStore | AzureStore) -> bool:
    """Say whether the store refuses to create what is there: the probe's file is."""
    try:
        obstore.put(store, PROBE_KEY, PROBE_BYTES, mode="create")
    except AlreadyExistsError:
        return True
    except NotSupportedError:
        return False
    return False
