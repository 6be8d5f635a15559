"""The SDK: submit, watch and download videos, from Keyreel or a hosted service of the same family."""

from keyreel.client.client import AsyncClient, AsyncVideo, Client, Video
from keyreel.client.sansio import Patience

__all__ = ["AsyncClient", "AsyncVideo", "Client", "Patience", "Video"]
