from __future__ import annotations

import asyncio
import time
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

import pytest

from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.task import TaskState
from support.hostile import served

if TYPE_CHECKING:
    from support.plant import Plant


DESTINATIONS: Final = Destinations((ip_network("127.0.0.0/8"),))


@pytest.fixture
def reaching_loopback(plant: Plant) -> Plant:
    plant.intake = Intake(plant.storage, EgressClient(DESTINATIONS))
    return plant


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 4000:
        writer.write(bytes([letter]))
        await writer.drain()
        await asyncio.sleep(0.05)


def test_dripping_inputs_hold_up_no_other_tenant_and_end_when_cancelled(reaching_loopback: Plant) -> None:
    plant = reaching_loopback

    async def story() -> None:
        async with served(drip) as base, plant.working("CardEngine"):
            url = f"{base}/a.png"
            await plant.ended(await plant.submit(tenant="bob"))  # the children are warm from here on
            slow = [await plant.submit(tenant="drip", images=[f"{url}?{n}"]) for n in range(5)]
            await plant.until(slow[1], lambda now: now.state is TaskState.RUNNING)
            begun = time.monotonic()
            done = await plant.ended(await plant.submit(tenant="bob"))
            assert done.state is TaskState.SUCCEEDED
            assert time.monotonic() - begun < 10
            running = [task for task in slow if plant.store.get("drip", task.id).state is TaskState.RUNNING]
            assert len(running) == 2
            plant.store.cancel("drip", slow[0].id)
            await plant.until(slow[2], lambda now: now.state is TaskState.RUNNING)

    asyncio.run(story())
