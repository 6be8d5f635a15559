from __future__ import annotations

import asyncio

from keyreel.system.tenant_turns import TenantTurns


class Line:
    """Those who wait, by name; each keeps its turn until it is told to leave."""

    def __init__(self, turns: TenantTurns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.leaving: dict[str, asyncio.Event] = {}

    async def wait(self, name: str) -> None:
        self.leaving[name] = asyncio.Event()
        async with self.turns.wait_for_turn(name.partition(" ")[0]):
            self.served.append(name)
            await self.leaving[name].wait()


def test_one_tenant_cannot_hold_all_turns() -> None:
    async def story() -> list[str]:
        line = Line(TenantTurns(3, per_tenant=2))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(line.wait(f"flood {number}")) for number in range(50)]
            tasks.append(group.create_task(line.wait("bob")))
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
        return line.served

    assert asyncio.run(story()) == ["flood 0", "flood 1", "bob"]


def test_a_free_turn_goes_to_the_tenant_that_holds_the_fewest() -> None:
    async def story() -> list[str]:
        line = Line(TenantTurns(2, per_tenant=2))
        names = ["flood 0", "flood 1", "flood 2", "flood 3", "bob 0", "bob 1"]
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(line.wait(name))
            await asyncio.sleep(0.01)
            for at in range(len(names)):
                line.leaving[line.served[at]].set()
                await asyncio.sleep(0.01)
        return line.served

    assert asyncio.run(story()) == ["flood 0", "flood 1", "bob 0", "flood 2", "bob 1", "flood 3"]


def test_who_stops_waiting_leaves_no_trace() -> None:
    async def story() -> TenantTurns:
        turns = TenantTurns(1, per_tenant=1)
        line = Line(turns)
        async with turns.wait_for_turn("ann"), asyncio.TaskGroup() as group:
            waiting = group.create_task(line.wait("bob"))
            await asyncio.sleep(0.01)
            waiting.cancel()
        return turns

    turns = asyncio.run(story())
    assert turns.take_free_turn("eve")
    assert not turns.take_free_turn("bob")


def test_who_is_cancelled_as_the_turn_comes_gives_it_back() -> None:
    async def story() -> bool:
        turns = TenantTurns(1, per_tenant=1)
        line = Line(turns)
        async with asyncio.TaskGroup() as group:
            assert turns.take_free_turn("ann")
            waiting = group.create_task(line.wait("bob"))
            await asyncio.sleep(0.01)
            turns.give_back("ann")
            waiting.cancel()
        return turns.take_free_turn("ann") and not line.served

    assert asyncio.run(story())
