"""Videos that are bought from a video server: each is asked for once, within the budget of the day."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.engines.router import load_router
from keyreel.errors import InvalidSetting
from keyreel.order import Size
from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from keyreel.tasks.task_queue import FencingToken
from keyreel.testing import FolderJob
from keyreel.testing.video_server import CannedAnswer, FakeVideoServer
from keyreel.worker.attempt import name_step
from support.plant import Plant, comes_true
from support.relay_attempts import accept_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.task import Task

UNKNOWN = "so it is unknown whether it received the request"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    opened = Plant.open(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def fake() -> Iterator[FakeVideoServer]:
    with FakeVideoServer("fastvideo") as running:
        yield running


def bought_from(fake: FakeVideoServer, **options: Any) -> EngineSettings:
    """Configure an engine whose videos are bought."""
    table = {
        "type": "videos",
        "flavour": fake.flavour,
        "base_url": fake.url,
        "fps": 24,
        "max_pixels": 60000,
        "paid": True,
        "cost": {"credits": 0.5},
        "daily_credits": 100.0,
        **options,
    }
    return EngineSettings(("bought",), {"bought": table})


def make(plant: Plant, settings: EngineSettings, task: Task | None = None) -> Task:
    async def story() -> Task:
        async with plant.working(settings):
            return await plant.ended(task or accept_task(plant.store))

    return asyncio.run(story())


def black_video() -> bytes:
    with TemporaryDirectory() as folder:
        with FolderJob(Path(folder)).film("black", Size(320, 176)) as video:
            for _ in range(48):
                video.write(np.zeros((176, 320, 3), np.uint8))
        return (Path(folder) / "black.mp4").read_bytes()


@pytest.mark.parametrize("paid", [True, False])
def test_a_flawed_video_is_bought_once(plant: Plant, fake: FakeVideoServer, *, paid: bool) -> None:
    fake.content = black_video()
    options: dict[str, Any] = {} if paid else {"paid": False, "cost": {"credits": 0.0}, "daily_credits": None}
    done = make(plant, bought_from(fake, **options))
    assert done.state is TaskState.SUCCEEDED
    assert "flaw" in "".join(done.notes)
    assert len(fake.asked) == (1 if paid else 2)


@pytest.mark.parametrize(
    "answer", [CannedAnswer(body=b"{", cut=True), CannedAnswer(504), CannedAnswer(500, b"oops")]
)
def test_a_request_whose_answer_is_lost_is_not_sent_again(
    plant: Plant, fake: FakeVideoServer, answer: CannedAnswer
) -> None:
    fake.canned["POST"].append(answer)
    done = make(plant, bought_from(fake))
    assert (done.state, UNKNOWN in done.reason) == (TaskState.FAILED, True)
    assert fake.asked == []


def test_a_worker_that_was_killed_while_it_sent_a_request_sends_none_again(
    plant: Plant, fake: FakeVideoServer
) -> None:
    task = accept_task(plant.store)
    claim = plant.store.queue.claim("killed", 60)
    assert claim is not None
    plant.store.queue.bind(FencingToken(task.id, 1), "bought")
    plant.store.queue.save_step(claim.token, name_step("bought", "segment-0: key"), "k")
    plant.store.queue.requeue(claim.token)
    done = make(plant, bought_from(fake), task)
    assert (done.state, UNKNOWN in done.reason) == (TaskState.FAILED, True)
    assert fake.asked == []


def test_a_video_that_the_server_lost_is_not_bought_again(plant: Plant, fake: FakeVideoServer) -> None:
    fake.canned["GET"].append(CannedAnswer(404))
    done = make(plant, bought_from(fake))
    assert done.state is TaskState.FAILED
    assert done.reason.startswith("The video server lost the video. It was not requested again")
    assert len(fake.asked) == 1


def test_a_refusal_costs_nothing_and_the_budget_holds(plant: Plant, fake: FakeVideoServer) -> None:
    fake.canned["POST"].append(CannedAnswer(401))

    async def story() -> None:
        refused = accept_task(plant.store)
        async with plant.working(bought_from(fake, daily_credits=5.0)) as worker:
            await plant.until(refused, lambda now: bool(now.notes))
            assert "accepts no requests" in worker.engine_statuses.read()["bought"].problem
            await plant.ended(accept_task(plant.store))
            await comes_true(
                lambda: (
                    "5 of its daily_credits of 5 are spent"
                    in "".join(each.problem for each in worker.engine_statuses.read().values())
                )
            )

    asyncio.run(story())
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"paid": False}, r"\[engine.bought\] cost: got { credits = 0.5 }; needs paid = true."),
        ({"cost": {"credits": 0.0}}, "daily_credits: got 100; needs a cost"),
    ],
)
def test_terms_that_do_not_fit_together_are_refused(
    fake: FakeVideoServer, options: dict[str, Any], rule: str
) -> None:
    with pytest.raises(InvalidSetting, match=rule):
        load_router(bought_from(fake, **options))
