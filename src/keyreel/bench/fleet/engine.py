"""An engine that takes a second and no processor: what is measured with it is everything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from keyreel.testing import CardEngine

if TYPE_CHECKING:
    from keyreel.engine import Clip, Job
    from keyreel.order import Order

RENDER_SECONDS: Final = 1.0


class PausingEngine(CardEngine):
    """Waits for a second, and shows a card then."""

    name = "pausing"

    async def render(self, order: Order, job: Job) -> Clip:
        """Wait, and draw the card."""
        await asyncio.sleep(RENDER_SECONDS)
        return await super().render(order, job)
