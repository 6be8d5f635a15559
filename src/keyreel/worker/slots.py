"""The worker's render slots, those of each engine apart. A task whose inputs are fetched gives its slot up.

It stays claimed: its lease is renewed, it counts as running for quotas and fairness, and cancelling it stops
the fetches. How far tenants run ahead is bounded: one with `MAX_SET_ASIDE` such tasks gets no further claim.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from keyreel.system.tenant_turns import TenantTurns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

MAX_SET_ASIDE: Final = 2
"""Tasks of one tenant that gather inputs, or have gathered them and wait for a slot."""
_GATHERING: Final = 16
"""Tasks of all tenants that gather at a time."""
_UNBOUNDED: Final = 2**31


class RenderSlots:
    """Every engine's slots, had in the order of asking. `nudge` is called when more may be claimed."""

    def __init__(self, count_by_engine: Mapping[str, int], nudge: Callable[[], None]) -> None:
        self._free = {engine: asyncio.Semaphore(count) for engine, count in count_by_engine.items()}
        self._freed = asyncio.Event()
        self._offered: tuple[str, ...] = ()
        self._offer_ended = asyncio.Event()
        self._nudge = nudge
        self._set_aside: Counter[str] = Counter()
        self._undecided: Counter[str] = Counter()
        """Tasks that were claimed, and may yet be set aside, by tenant."""
        self._gathering = TenantTurns(_GATHERING, per_tenant=MAX_SET_ASIDE)
        self._returning = TenantTurns(_UNBOUNDED, per_tenant=1)

    def list_full_tenants(self) -> tuple[str, ...]:
        """Return the tenants that get no further claim, since as many of their tasks are set aside."""
        counts = self._set_aside + self._undecided
        return tuple(tenant for tenant, count in counts.items() if count >= MAX_SET_ASIDE)

    def begin_task(self, tenant: str) -> None:
        """Count a task that was claimed, until it is known whether it is set aside."""
        self._undecided[tenant] += 1

    def decide(self, tenant: str) -> None:
        """Count it no more."""
        self._undecided[tenant] -= 1
        self._undecided += Counter()  # forget tenants without any
        self._nudge()

    async def offer(self) -> SlotOffer:
        """Wait until an engine has a free slot; take one of each engine that has."""
        while True:
            self._freed.clear()
            free = [engine for engine, semaphore in self._free.items() if not semaphore.locked()]
            if free:
                for engine in free:
                    await self.take(engine)  # at once
                self._offered = tuple(free)
                self._offer_ended.clear()
                return SlotOffer(self, self._offered, whole=len(free) == len(self._free))
            await self._freed.wait()

    async def take(self, engine: str) -> None:
        """Wait for a free slot of an engine."""
        await self._free[engine].acquire()

    async def take_now(self, engine: str) -> bool:
        """Take a slot of an engine if one is free; say whether it was. One on offer is waited for."""
        while self._free[engine].locked():
            if engine not in self._offered:
                return False
            await self._offer_ended.wait()
        await self.take(engine)  # at once
        return True

    def free_one(self, engine: str) -> None:
        """Let the next have a slot of this engine: a task that waits for it, or one that is to be claimed."""
        self._free[engine].release()
        self._freed.set()
        self._nudge()

    def end_offer(self, returned: tuple[str, ...]) -> None:
        """Free the slots of an offer that were not accepted: there is nothing new to claim."""
        for engine in returned:
            self._free[engine].release()
        self._freed.set()
        self._offered = ()
        self._offer_ended.set()

    @asynccontextmanager
    async def set_aside(self, slot: RenderSlot, tenant: str) -> AsyncGenerator[None]:
        """Free the slot while the tenant's inputs are gathered; then wait for one again.

        Only one task of a tenant waits for it at a time: between two of them the others have their turn.
        """
        self._set_aside[tenant] += 1
        slot.free()
        try:
            async with self._gathering.wait_for_turn(tenant):
                yield
            async with self._returning.wait_for_turn(tenant):
                await slot.take_again()
        finally:
            self._set_aside[tenant] -= 1
            self._set_aside += Counter()  # forget tenants without any
            self._nudge()


class SlotOffer:
    """A slot of each engine that has a free one; `whole` says whether all engines have."""

    def __init__(self, slots: RenderSlots, engines: tuple[str, ...], *, whole: bool) -> None:
        self._slots = slots
        self.engines = engines
        self.whole = whole

    def accept(self, engine: str, tenant: str) -> RenderSlot:
        """Return a tenant's slot of an engine, or some slot for a task of another one; free the others."""
        kept = engine if engine in self.engines else self.engines[0]
        self._slots.end_offer(tuple(each for each in self.engines if each != kept))
        return RenderSlot(self._slots, kept, tenant)

    def decline(self) -> None:
        """Free all of them."""
        self._slots.end_offer(self.engines)


class RenderSlot:
    """A slot of an engine, held until it is freed; freeing it again does nothing."""

    def __init__(self, slots: RenderSlots, engine: str, tenant: str) -> None:
        self._slots = slots
        self._tenant = tenant
        self.engine = engine
        self._held, self._is_decided = True, False
        slots.begin_task(tenant)

    def free(self) -> None:
        """Give the slot back."""
        self._decide()
        if self._held:
            self._held = False
            self._slots.free_one(self.engine)

    async def take_again(self) -> None:
        """Wait for a slot of the same engine, after this one was freed."""
        await self._slots.take(self.engine)
        self._held = True

    async def change_engine(self, engine: str) -> bool:
        """Make it a slot of this engine, in exchange; say whether it is one now: there must be a free one."""
        if engine == self.engine:
            return True
        if not await self._slots.take_now(engine):
            return False
        self.free()
        self.engine, self._held = engine, True
        return True

    def set_aside(self) -> AbstractAsyncContextManager[None]:
        """Free the slot for a block, which gathers the task's inputs, and have one again after it."""
        return self._slots.set_aside(self, self._tenant)

    def keep(self) -> AbstractAsyncContextManager[None]:
        """Hold the slot in a block, which gathers inputs that are here."""
        self._decide()
        return nullcontext()

    def _decide(self) -> None:
        if not self._is_decided:
            self._is_decided = True
            self._slots.decide(self._tenant)
