"""Turns at what is scarce, of which no tenant can take all."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class TenantTurns:
    """Up to `total` turns at a time, at most `each` of them for one tenant; the others wait in line."""

    def __init__(self, *, each: int, total: int) -> None:
        self._each = each
        self._all = asyncio.Semaphore(total)
        # A tenant's semaphore lives as long as somebody waits for it or holds it.
        self._by_tenant: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, tenant: str) -> AsyncGenerator[None]:
        """Wait for a turn and hold it. A tenant that waits for its own turns takes none of the others'."""
        own = self._by_tenant.get(tenant)
        if own is None:
            own = self._by_tenant[tenant] = asyncio.Semaphore(self._each)
        async with own, self._all:
            yield
