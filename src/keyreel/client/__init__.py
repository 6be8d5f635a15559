"""The SDK: submit, watch and download videos, from Keyreel or a hosted service of the same family."""

from keyreel.client.client import AsyncClient, AsyncDraft, AsyncVideo, Client, Draft, Video
from keyreel.client.sansio import Patience

__all__ = ["AsyncClient", "AsyncDraft", "AsyncVideo", "Client", "Draft", "Patience", "Video"]
