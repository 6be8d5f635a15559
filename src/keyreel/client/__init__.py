"""The SDK: submit, follow, and download videos, from Keyreel or a hosted service of the same API family."""

from keyreel.client.async_client import AsyncClient
from keyreel.client.client import Client
from keyreel.client.sansio.remote_server import Patience
from keyreel.client.tasks import AsyncTaskHandle, TaskHandle
from keyreel.client.videos import AsyncDraft, AsyncVideo, Draft, Video
from keyreel.wire.dialects.dialect import Report

__all__ = [
    "AsyncClient",
    "AsyncDraft",
    "AsyncTaskHandle",
    "AsyncVideo",
    "Client",
    "Draft",
    "Patience",
    "Report",
    "TaskHandle",
    "Video",
]
