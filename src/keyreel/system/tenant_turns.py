"""Turns at something scarce, shared between tenants: none can hold them all. Knows not what they are for."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class TenantTurns:
    """At most `total` turns at a time, of which one tenant has at most `per_tenant`.

    A free turn goes to the waiting tenant that holds the fewest, and within a tenant to whoever waits
    longest. Only those who hold a turn or wait for one take memory.
    """

    def __init__(self, total: int, *, per_tenant: int) -> None:
        self._total = total
        self._per_tenant = per_tenant
        self._held = Counter[str]()
        self._waiting = dict[asyncio.Future[None], str]()

    @asynccontextmanager
    async def wait_for_turn(self, tenant: str) -> AsyncGenerator[None]:
        """Wait for a turn, and hold it for the block."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = tenant
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if self._waiting.pop(turn, None) is None:  # it was handed out meanwhile
                self.give_back(tenant)
            raise
        try:
            yield
        finally:
            self.give_back(tenant)

    def take_free_turn(self, tenant: str) -> bool:
        """Take a turn for the tenant, to be given back; False, at once, where none is free for it."""
        if not self._is_free_for(tenant):
            return False
        self._held[tenant] += 1
        return True

    def give_back(self, tenant: str) -> None:
        """End a turn of the tenant."""
        self._held[tenant] -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        self._hand_out()

    def _hand_out(self) -> None:
        while candidates := [
            turn
            for turn, tenant in self._waiting.items()
            if not turn.cancelled() and self._is_free_for(tenant)
        ]:
            # The first of equals, in the order of their arrival.
            turn = min(candidates, key=lambda each: self._held[self._waiting[each]])
            self._held[self._waiting.pop(turn)] += 1
            turn.set_result(None)

    def _is_free_for(self, tenant: str) -> bool:
        return self._held.total() < self._total and self._held[tenant] < self._per_tenant
