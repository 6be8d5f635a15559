"""The worker's render slots. A task whose inputs are fetched gives its slot up meanwhile.

It stays claimed: its lease is renewed, it counts as running for quotas and fairness, and cancelling it stops
the fetches. How far tenants run ahead is bounded: one with `MAX_SET_ASIDE` such tasks gets no further claim.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from keyreel.system.tenant_turns import TenantTurns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractAsyncContextManager

MAX_SET_ASIDE: Final = 2
"""Tasks of one tenant that gather inputs, or have gathered them and wait for a slot."""
_GATHERING: Final = 16
"""Tasks of all tenants that gather at a time."""
_UNBOUNDED: Final = 2**31


class RenderSlots:
    """A number of slots, had in the order of asking. `nudge` is called when a tenant may get claims again."""

    def __init__(self, count: int, nudge: Callable[[], None]) -> None:
        self._free = asyncio.Semaphore(count)
        self._nudge = nudge
        self._set_aside: Counter[str] = Counter()
        self._gathering = TenantTurns(_GATHERING, per_tenant=MAX_SET_ASIDE)
        self._returning = TenantTurns(_UNBOUNDED, per_tenant=1)

    def list_full_tenants(self) -> tuple[str, ...]:
        """Return the tenants that get no further claim, since as many of their tasks are set aside."""
        return tuple(tenant for tenant, count in self._set_aside.items() if count >= MAX_SET_ASIDE)

    async def acquire(self) -> RenderSlot:
        """Wait for a free slot."""
        await self._free.acquire()
        return RenderSlot(self)

    def free_one(self) -> None:
        """Let the next have a slot."""
        self._free.release()

    @asynccontextmanager
    async def set_aside(self, slot: RenderSlot, tenant: str) -> AsyncGenerator[None]:
        """Free the slot while the tenant's inputs are gathered; then wait for one again.

        Only one task of a tenant waits for it at a time: between two of them the others have their turn.
        """
        slot.free()
        self._set_aside[tenant] += 1
        try:
            async with self._gathering.wait_for_turn(tenant):
                yield
            async with self._returning.wait_for_turn(tenant):
                await self._free.acquire()
                slot.held = True
        finally:
            self._set_aside[tenant] -= 1
            self._set_aside += Counter()  # forget tenants without any
            self._nudge()


class RenderSlot:
    """A slot, held until it is freed; freeing it again does nothing."""

    def __init__(self, slots: RenderSlots) -> None:
        self._slots = slots
        self.held = True

    def free(self) -> None:
        """Give the slot back."""
        if self.held:
            self.held = False
            self._slots.free_one()

    def set_aside(self, tenant: str) -> AbstractAsyncContextManager[None]:
        """Free the slot for a block, which gathers the tenant's inputs, and have one again after it."""
        return self._slots.set_aside(self, tenant)
