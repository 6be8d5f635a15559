from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest

from keyreel.errors import Cancelled, RenderFailed
from keyreel.worker.guards import run_guarded


async def forever() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def cancelled() -> NoReturn:
    raise Cancelled


def test_gives_what_the_work_gives() -> None:
    async def work() -> int:
        return 7

    assert asyncio.run(run_guarded(work(), forever())) == 7


def test_the_works_own_error_comes_out_as_it_is() -> None:
    async def work() -> int:
        raise RenderFailed("No.") from OSError("disk")

    with pytest.raises(RenderFailed, match=r"No\.") as caught:
        asyncio.run(run_guarded(work(), forever()))
    assert isinstance(caught.value.__cause__, OSError)


def test_a_guards_error_ends_the_work_and_wins() -> None:
    ended: list[str] = []

    async def work() -> int:
        try:
            await forever()
        finally:
            ended.append("work")
            raise RenderFailed

    with pytest.raises(Cancelled):
        asyncio.run(run_guarded(work(), cancelled()))
    assert ended == ["work"]


def test_cancelling_from_outside_is_a_cancellation() -> None:
    async def story() -> None:
        async with asyncio.timeout(0.01):
            await run_guarded(forever(), forever())

    with pytest.raises(TimeoutError):
        asyncio.run(story())
