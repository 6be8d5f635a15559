"""A link to a result in our own object store is fetched wherever that is, and leads nowhere else."""

from __future__ import annotations

import asyncio

import pytest

from keyreel.errors import InvalidRequest
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import DestinationUnreachable, EgressClient
from support.hostile import http, served


def open_egress(base: str) -> EgressClient:
    destinations = Destinations(is_result=lambda url: url.startswith(f"{base}/bucket/"))
    return EgressClient(destinations, failure_seconds=0, retry_delays=())


async def fetch(egress: EgressClient, url: str) -> bytes:
    return await egress.fetch(url, tenant="ann", max_bytes=100, deadline_seconds=5)


def test_a_result_in_a_private_network_is_fetched_and_nothing_else_there() -> None:
    async def run() -> None:
        async with served(http(b"video")) as base:
            egress = open_egress(base)
            egress.destinations.check_url(f"{base}/bucket/videos/1/1.mp4?signature", "video_url")
            assert await fetch(egress, f"{base}/bucket/videos/1/1.mp4?signature") == b"video"
            with pytest.raises(InvalidRequest, match="private address"):
                egress.destinations.check_url(f"{base}/admin", "video_url")
            with pytest.raises(DestinationUnreachable):
                await fetch(egress, f"{base}/admin")

    asyncio.run(run())


def test_a_result_that_redirects_is_not_followed() -> None:
    async def run() -> None:
        async with served(http(b"secret")) as secret:
            redirect = http(b"", f"Location: {secret}/", status="302 Found")
            async with served(redirect) as base:
                with pytest.raises(DestinationUnreachable):
                    await fetch(open_egress(base), f"{base}/bucket/videos/1/1.mp4")

    asyncio.run(run())
