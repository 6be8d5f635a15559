from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import psutil

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.task import Task, TaskState
from support.plant import comes_true, image, is_alive

if TYPE_CHECKING:
    from keyreel.media.probe import VideoInfo
    from support.plant import Plant


async def fetched(plant: Plant, done: Task) -> VideoInfo:
    out = plant.folder / "out.mp4"
    await plant.storage.download(done.video, out)
    assert sha256(out.read_bytes()).hexdigest() == done.video_sha256
    return probe_video(out)


async def hanging_pids(plant: Plant, task: Task) -> list[int]:
    await plant.until(task, lambda now: now.progress > 0)
    (file,) = (plant.folder / "work" / task.id).rglob("pids")
    return [int(pid) for pid in file.read_text().split()]


def test_makes_the_video_that_was_ordered(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(duration=2)
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
            await comes_true(lambda: not plant.work_left(task.id))
        assert (done.state, done.reason, done.progress) == (TaskState.SUCCEEDED, "", 1.0)
        facts = await fetched(plant, done)
        assert (facts.frames, facts.width, facts.height) == (48, 960, 528)
        assert plant.stored() == {done.video, done.cover}

    asyncio.run(story())


def test_joins_the_shots_of_a_multiframe(plant: Plant) -> None:
    async def story() -> None:
        shots = [{"key_image": image("#804020"), "duration": 2, "prompt": "on"} for _ in range(2)]
        task = await plant.submit(
            "q2-pro-multiframe", start_image=image("#000000"), image_settings=shots, resolution="540p"
        )
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert done.reason == ""
        assert (await fetched(plant, done)).frames == 96

    asyncio.run(story())


def test_the_child_lays_the_watermark_while_it_encodes(plant: Plant) -> None:
    async def story() -> None:
        plain = await plant.submit()
        marked = await plant.submit(watermark=True)
        async with plant.working("CardEngine"):
            ends = [await plant.ended(task) for task in (plain, marked)]
        images = []
        for done in ends:
            await fetched(plant, done)
            images.append(next(iter(read_frames(plant.folder / "out.mp4"))))
        differs = abs(images[0].astype(int) - images[1].astype(int)).max(axis=2) > 40
        assert differs.any()
        assert not differs[:264].any() or not differs[264:].any()

    asyncio.run(story())


def test_a_failure_keeps_the_engines_reason(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("FailingEngine"):
            done = await plant.ended(task)
            await comes_true(lambda: not plant.work_left(task.id))
        assert (done.state, done.fault, done.crashes) == (TaskState.FAILED, "RenderFailed", 0)
        assert done.reason == "The image shows nothing that could move."

    asyncio.run(story())


def test_a_mistake_of_the_engine_is_not_shown_to_people(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(prompt="bug")
        async with plant.working("FailingEngine"):
            done = await plant.ended(task)
        assert done.state is TaskState.FAILED
        assert "log" in done.reason
        assert "secret" not in done.reason

    asyncio.run(story())


def test_a_row_that_cannot_be_read_fails_and_the_next_task_works(plant: Plant) -> None:
    async def story() -> None:
        broken, good = await plant.submit(), await plant.submit()
        with plant.store.database.write() as connection:
            connection.exec_driver_sql("UPDATE tasks SET fields = '{' WHERE id = ?", (int(broken.id),))
        async with plant.working("CardEngine"):
            ends = [await plant.ended(task) for task in (broken, good)]
        assert [task.state for task in ends] == [TaskState.FAILED, TaskState.SUCCEEDED]
        assert "internal error" in ends[0].reason

    asyncio.run(story())


def test_one_crash_is_tried_again_without_drawing_finished_shots(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("CrashingOnceEngine"):
            done = await plant.ended(task)
        assert (done.state, done.crashes, done.attempt) == (TaskState.SUCCEEDED, 1, 1)
        assert (await fetched(plant, done)).frames == 24

    asyncio.run(story())


def test_three_crashes_fail_the_task_with_a_reason(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("CrashingEngine"):
            done = await plant.ended(task)
        assert (done.state, done.crashes, done.fault) == (TaskState.FAILED, 3, "RenderCrashed")
        assert done.reason == "The render process ended unexpectedly 3 times."

    asyncio.run(story())


def test_a_hung_render_is_killed_with_everything_it_started(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("HangingEngine", render_timeout_seconds=1.5, max_crashes=1):
            pids = await hanging_pids(plant, task)
            assert all(is_alive(pid) for pid in pids)
            done = await plant.ended(task)
            assert not [pid for pid in pids if is_alive(pid)]
        assert (done.state, done.crashes) == (TaskState.FAILED, 1)
        assert "no progress for 1.5 s" in done.reason

    asyncio.run(story())


def test_cancelling_kills_the_render_within_a_second(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("HangingEngine"):
            pids = await hanging_pids(plant, task)
            plant.store.cancel("ann", task.id)
            await comes_true(lambda: not any(is_alive(pid) for pid in pids), within_seconds=1)
            await comes_true(lambda: not plant.work_left(task.id))
        assert plant.store.get("ann", task.id).state is TaskState.CANCELLED
        assert plant.stored() == set()

    asyncio.run(story())


def test_an_attempt_that_lost_its_task_is_stopped_and_leaves_no_file(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("HangingEngine"):
            pids = await hanging_pids(plant, task)
            with plant.store.database.write() as connection:
                connection.exec_driver_sql("UPDATE tasks SET attempt = 9, owner = 'another'")
            await comes_true(lambda: not any(is_alive(pid) for pid in pids))
        taken = plant.store.get("ann", task.id)
        assert (taken.state, taken.attempt) == (TaskState.RUNNING, 9)
        assert plant.stored() == set()

    asyncio.run(story())


def test_a_child_killed_while_idle_counts_against_nobody(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("CardEngine"):
            await plant.ended(await plant.submit())
            (child,) = render_children()
            os.kill(child.pid, signal.SIGKILL)
            done = await plant.ended(await plant.submit())
        assert (done.state, done.crashes) == (TaskState.SUCCEEDED, 0)

    asyncio.run(story())


def test_one_child_serves_many_tasks(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("CardEngine"):
            await plant.ended(await plant.submit())
            before = render_children()
            await plant.ended(await plant.submit())
            assert render_children() == before
            assert len(before) == 1
        assert render_children() == []

    asyncio.run(story())


def test_a_running_render_survives_a_locked_database(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(duration=5)
        async with plant.working("CardEngine"):
            await plant.until(task, lambda now: now.state is TaskState.RUNNING)
            with closing(sqlite3.connect(plant.folder / "keyreel.db", isolation_level=None)) as outsider:
                outsider.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(1.5)  # longer than the render: its end falls into the outage
                outsider.execute("ROLLBACK")
            done = await plant.ended(task)
        assert (done.state, done.attempt, done.crashes) == (TaskState.SUCCEEDED, 1, 0)

    asyncio.run(story())


def test_an_unreachable_image_fails_the_task_by_its_field(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(images=["http://nowhere.invalid/a.png"])
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert (done.state, done.fault) == (TaskState.FAILED, "PictureUnreachable")
        assert "images" in done.reason

    asyncio.run(story())


def render_children() -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process().children()
        if {"keyreel.worker.children.process", "engine"} <= {*process.cmdline()} and is_alive(process.pid)
    ]


def test_a_marked_video_has_a_clean_copy_where_the_format_shows_one(plant: Plant) -> None:
    async def story() -> None:
        marked = await plant.submit(watermark=True, bgm=True, dialect="native")
        burned = await plant.submit(watermark=True, dialect="vtrix")
        plain = await plant.submit(dialect="native")
        async with plant.working("CardEngine"):
            done, other, bare = [await plant.ended(task) for task in (marked, burned, plain)]
        assert (done.reason, other.clean, bare.clean) == ("", "", "")
        assert done.clean == f"clean/{done.id}/1.mp4"
        assert plant.stored() >= {done.video, done.cover, done.clean}
        facts = await fetched(plant, done)
        with_mark = list(read_frames(plant.folder / "out.mp4"))
        await plant.storage.download(done.clean, plant.folder / "clean.mp4")
        clean = probe_video(plant.folder / "clean.mp4")
        without = list(read_frames(plant.folder / "clean.mp4"))
        assert (clean.frames, clean.audio_track, clean.tags) == (facts.frames, facts.audio_track, facts.tags)
        apart = abs(with_mark[0].astype(int) - without[0]).max(axis=2)
        # The mark is in the lower right corner, and nowhere else does anything differ.
        assert apart[-60:, -300:].max() > 40
        assert apart[:300].max() < 12
        assert not (abs(without[0].astype(int) - without[0][0, 0]) > 12).any()

    asyncio.run(story())


def test_a_clean_copy_of_an_attempt_that_did_not_win_is_deleted(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(watermark=True, dialect="comfy")
        for kind, ending in (("videos", "mp4"), ("covers", "jpg"), ("clean", "mp4")):
            await plant.storage.put(f"{kind}/{task.id}/1.{ending}", b"left over")
        claim = plant.store.queue.claim("gone", 60)
        assert claim is not None
        plant.store.queue.requeue(claim.token)
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
            await comes_true(lambda: len(plant.stored()) == 3)
        assert plant.stored() == {done.video, done.cover, done.clean}
        assert done.attempt == 2

    asyncio.run(story())


def test_a_recommended_prompt_is_recorded_in_the_task(plant: Plant) -> None:
    async def story() -> None:
        images = ("#208040", "#c03010")
        tasks = [await plant.submit(is_rec=True, images=[image(each)], prompt="bug") for each in images]
        unasked = await plant.submit()
        async with plant.working("CardEngine"):
            first, second, plain = [await plant.ended(task) for task in (*tasks, unasked)]
        (note,), (other,) = first.notes, second.notes
        assert note.startswith("Recommended prompt: The camera ")
        assert "green" in note
        assert "red" in other or "orange" in other
        assert plain.notes == ()

    asyncio.run(story())


def test_the_recommended_prompt_takes_the_place_of_the_clients(plant: Plant) -> None:
    async def story() -> None:
        # This engine breaks when the prompt says "bug", and fails with another reason when it does not.
        task = await plant.submit(is_rec=True, prompt="bug")
        async with plant.working("FailingEngine"):
            done = await plant.ended(task)
        assert done.reason == "The image shows nothing that could move."

    asyncio.run(story())


def test_a_second_attempt_uses_the_same_recommended_prompt(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(is_rec=True)
        claim = plant.store.queue.claim("gone", 60)
        assert claim is not None
        plant.store.queue.save_step(claim.token, "recommended-prompt", "What an earlier attempt saw.")
        plant.store.queue.requeue(claim.token)
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert done.notes == ("Recommended prompt: What an earlier attempt saw.",)

    asyncio.run(story())
