"""Links to results that lead to the object store itself, which checks their signature; knows no HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import obstore

from keyreel.storage.bucket.errors import translate_store_errors
from keyreel.storage.bucket.generations import is_input
from keyreel.storage.keys import check_key, is_key

if TYPE_CHECKING:
    from obstore.store import AzureStore, GCSStore, S3Store

MAX_LINK_SECONDS: Final = 7 * 86400
"""S3 and GCS sign nothing for longer."""
_SAMPLE_KEY: Final = "videos/1/1.mp4"


class PresignedLinks:
    """Signs links with the object store's own keys. It asks the store nothing where it has keys of its own.

    Whoever has one may read the file until it expires, whatever becomes of the API key that it was made for.
    """

    def __init__(self, store: S3Store | GCSStore | AzureStore) -> None:
        self._store = store
        self._prefix = ""

    def sign(self, key: str, seconds: int) -> str:
        """Return the URL under which a result can be read for so many seconds, at most `MAX_LINK_SECONDS`.

        Raises:
            ValueError: the key is an input's: the server alone gives those out.
            Unavailable: the keys that sign are not to be had now.
        """
        if is_input(check_key(key)):
            raise ValueError(f"{key!r} is not a result")
        with translate_store_errors():
            return obstore.sign(self._store, "GET", key, timedelta(seconds=min(seconds, MAX_LINK_SECONDS)))

    def is_below(self, url: str) -> bool:
        """Say whether a URL names a result in this bucket and folder; who may read it, the store decides.

        Raises:
            Unavailable: the keys that sign are not to be had now.
        """
        if not self._prefix:
            self._prefix = self.sign(_SAMPLE_KEY, 1).partition("?")[0].removesuffix(_SAMPLE_KEY)
        path = url.partition("?")[0]
        key = path.removeprefix(self._prefix)
        return path.startswith(self._prefix) and is_key(key) and not is_input(key)
