"""Fetching the video that a service has made. What it holds is checked when it is conformed."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import structlog

from keyreel.client.sansio import flows
from keyreel.errors import KeyreelError, RemoteError, RenderFailed

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from keyreel.client.async_client import AsyncClient
    from keyreel.client.sansio.steps import DownloadFile
    from keyreel.engine import RemoteJob
    from keyreel.wire.dialects.dialect import Report

_FILE: Final = "upstream.mp4"
_MAX_BYTES: Final = 512 * 1024 * 1024
_DOWNLOAD_SECONDS: Final = 300.0
_PAUSES: Final = (0.5, 2.0, 5.0, 15.0)
"""Seconds before each further try, with an address that is asked for anew."""


async def fetch_video(report: Report, client: AsyncClient, http: httpx.AsyncClient, job: RemoteJob) -> Path:
    """Save a finished task's video in the job's folder.

    What lies at the service's own address is fetched as its other answers are: the operator named that host.
    Any other address is a stranger's.

    Raises:
        RenderFailed: it cannot be had.
    """
    for pause in _PAUSES:
        try:
            return await _fetch_once(report, client, http, job)
        except KeyreelError as error:
            structlog.get_logger().warning("video not fetched yet", task=job.task_id, reason=error.message)
            await asyncio.sleep(pause)
        report = await _renew(report, client)
    return await _fetch_once(report, client, http, job)


async def _renew(report: Report, client: AsyncClient) -> Report:
    """Ask for the task again: addresses expire."""
    try:
        renewed = await client.run(flows.poll(client.remote, report.id))
    except KeyreelError:
        return report
    return renewed if renewed.video_url else report


async def _fetch_once(report: Report, client: AsyncClient, http: httpx.AsyncClient, job: RemoteJob) -> Path:
    import httpx

    if not report.video_url:
        raise RenderFailed("The service reports that the video is ready, but returned no URL.")
    step = client.remote.build_download(report.video_url, job.folder / _FILE)
    if _get_origin(step.url) != _get_origin(client.remote.base_url):
        return await job.download(step.url, _FILE)
    try:
        async with asyncio.timeout(_DOWNLOAD_SECONDS):
            await _save(http, step)
    except (TimeoutError, RemoteError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise RenderFailed(
            "The video was made by another server, but cannot be downloaded from it."
        ) from error
    return step.path


async def _save(http: httpx.AsyncClient, step: DownloadFile) -> None:
    size = 0
    async with http.stream("GET", step.url, headers=step.headers) as response:
        if response.status_code != HTTPStatus.OK:
            raise RemoteError("The video's address gives none.", status=response.status_code)
        with step.path.open("wb") as file:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > _MAX_BYTES:
                    raise RemoteError("The video is too large.")
                await asyncio.to_thread(file.write, chunk)


def _get_origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
