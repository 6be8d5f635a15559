"""The storage that the settings name: the data folder's, or a bucket that many machines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.settings import LinkMode
from keyreel.storage.bucket.opening import open_bucket, open_store
from keyreel.storage.bucket.presigned_links import MAX_LINK_SECONDS, PresignedLinks
from keyreel.storage.bucket.storage import BucketStorage
from keyreel.storage.local.storage import LocalStorage

if TYPE_CHECKING:
    from keyreel.clock import Clock
    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage


def open_storage(settings: Settings, clock: Clock) -> ObjectStorage:
    """Open the storage of a server or a worker.

    Raises:
        InvalidSetting: the bucket or its keys are wrong.
    """
    if settings.storage:
        return open_bucket(settings.storage, clock)
    return LocalStorage.open(DataFolder(settings.data).files, clock)


def open_storage_beside(settings: Settings) -> ObjectStorage | None:
    """Open a storage that servers may work on, and change nothing in it; None where there is none yet.

    Raises:
        InvalidSetting: the setting names no bucket.
    """
    if settings.storage:
        return BucketStorage(open_store(settings.storage), SystemClock())
    files = DataFolder(settings.data).files
    return LocalStorage.open_beside(files) if files.is_dir() else None


def open_presigned_links(settings: Settings) -> PresignedLinks | None:
    """Return what signs links to the object store; None where the server is to send the files itself.

    Raises:
        InvalidSetting: another setting asks for what such links cannot do.
    """
    if settings.links is LinkMode.SERVED:
        return None
    if not settings.storage:
        raise InvalidSetting("KEYREEL_LINKS: got 'presigned'; needs an object store (KEYREEL_STORAGE).")
    if settings.links_follow_keys:
        raise InvalidSetting(
            "KEYREEL_LINKS: got 'presigned'; cannot be combined with KEYREEL_LINKS_FOLLOW_KEYS=1: the "
            "object store does not know API keys, so presigned links are valid until they expire."
        )
    if settings.link_seconds > MAX_LINK_SECONDS:
        raise InvalidSetting(
            f"KEYREEL_LINK_SECONDS: got {settings.link_seconds}; must be at most {MAX_LINK_SECONDS} (7 "
            "days) with KEYREEL_LINKS=presigned, the maximum of object stores."
        )
    return PresignedLinks(open_store(settings.storage))
