"""What a tenant has stored, and how much more it may: measured through the routes, in bytes on the disk."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from keyreel.cli.local.composition import Platform, open_platform
from keyreel.clock import ClockJumpDetector, SystemClock
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from keyreel.tasks.accounts.stored_files import sum_stored_bytes
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.tasks.database.tables import STORED_FILES
from keyreel.tasks.outcomes import Success
from keyreel.worker.janitor import Janitor
from support.requests import AUTH, KEY, data_uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PNG = b64decode(data_uri().partition(",")[2])
SUBMIT = "/v3/async/vidu-q2-pro-img2video"
DAY = 86400


def opened(data: Path, **settings: Any) -> Any:
    read = read_settings(
        data=data, api_key=KEY, engines=("keyreel.testing:CardEngine",), dev=True, worker=False, **settings
    )
    return open_platform(read, ("http://testserver",))


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Platform]:
    with opened(tmp_path) as platform:
        yield platform


@pytest.fixture
def user(dev: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(dev.services), headers=AUTH) as client:
        yield client


def operator(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def limit(client: TestClient, platform: Platform, storage_bytes: int, tenant: str = "default") -> None:
    answer = client.patch(
        f"/v1/admin/tenants/{tenant}", json={"storage_bytes": storage_bytes}, headers=operator(platform)
    )
    assert (answer.status_code, answer.json()["storage_bytes"]) == (200, storage_bytes)


def submit(client: TestClient, *shades: int, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    images = [data_uri(shade=shade) for shade in shades]
    return client.post(SUBMIT, json={"images": images, "prompt": "on", **fields}, headers=headers)


def put(client: TestClient, data: bytes = PNG, headers: dict[str, str] | None = None) -> Any:
    asked = client.post("/customers/storage", json={"file_name": "a.png"}, headers=headers)
    assert asked.status_code == 200, asked.text
    return client.put(asked.json()["upload_url"], content=data)


def on_disk(platform: Platform) -> int:
    files = platform.services.settings.data / "files"
    return sum(path.stat().st_size for path in files.rglob("*") if path.is_file())


def counted(platform: Platform) -> dict[str, int]:
    sums = sum_stored_bytes(platform.services.store.database)
    return {tenant: size for tenant, size in sums.items() if size}


def finish(platform: Platform, size: int) -> None:
    """Make the video of the task that waits longest, as the worker does."""
    services = platform.services
    claim = services.store.queue.claim("worker", 30)
    assert claim is not None
    video = f"videos/{claim.task.id}/1.mp4"
    asyncio.run(services.storage.put(video, bytes(size)))
    services.store.queue.settle(claim.token, Success(video, video, "ab", files={video: size}))


def advance_and_clean(client: TestClient, platform: Platform, seconds: float) -> None:
    """Let time go by, and the janitor do its round."""
    client.post("/v1/admin/clock/advance", json={"seconds": seconds}, headers=operator(platform))
    services = platform.services
    clock = JumpSafeClock(services.clock, ClockJumpDetector(SystemClock()))
    keep = services.settings.retention_periods
    asyncio.run(Janitor(services.store, services.pending_files, keep, clock).run_round())


def test_fifty_submits_without_credits_leave_no_byte(user: TestClient, dev: Platform) -> None:
    made = user.post(
        "/v1/admin/keys", json={"tenant": "poor", "new_tenant": True}, headers=operator(dev)
    ).json()
    user.post("/v1/admin/tenants/poor/grants", json={"credits": 1}, headers=operator(dev))
    mine = {"Authorization": f"Bearer {made['key']}"}
    statuses = {submit(user, shade, headers=mine).status_code for shade in range(50)}
    assert statuses == {400}
    assert (on_disk(dev), counted(dev)) == (0, {})


def test_submits_that_a_limit_refuses_leave_no_byte(user: TestClient, dev: Platform) -> None:
    user.patch("/v1/admin/tenants/default", json={"queued": 1}, headers=operator(dev))
    assert submit(user, 1).status_code == 200
    before = on_disk(dev)
    assert {submit(user, shade).status_code for shade in range(2, 12)} == {429}
    assert {submit(user, shade, prompt="x" * 9999).status_code for shade in range(2, 12)} == {400}
    assert on_disk(dev) == before == counted(dev)["default"]


def test_parallel_submits_leave_the_files_of_those_that_were_accepted(
    user: TestClient, dev: Platform
) -> None:
    user.patch("/v1/admin/tenants/default", json={"queued": 3}, headers=operator(dev))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: submit(user, number // 4), range(24)))
    assert sum(answer.status_code == 200 for answer in answers) == 3
    assert on_disk(dev) == counted(dev)["default"]
    store = dev.services.store
    for row in store.iterate([task.id for task in store.list("default")]):
        digest = row.submission.fields.partition("asset:")[2][:64]
        assert asyncio.run(dev.services.storage.get_size(f"assets/{digest}"))


def test_a_repeated_submit_and_one_under_a_used_key_leave_no_byte(user: TestClient, dev: Platform) -> None:
    headers = {**AUTH, "Idempotency-Key": "mine"}
    assert submit(user, 1, headers=headers).status_code == 200
    before = on_disk(dev)
    assert submit(user, 1, headers=headers).headers["Idempotent-Replayed"] == "true"
    assert submit(user, 2, headers=headers).status_code == 409
    assert on_disk(dev) == before == counted(dev)["default"]


def test_uploads_stop_at_the_quota_exactly(user: TestClient, dev: Platform) -> None:
    limit(user, dev, 3 * len(PNG))
    assert [put(user).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = put(user)
    assert str(3 * len(PNG)) in refused.json()["message"]
    assert int(refused.headers["Retry-After"]) > 0
    assert on_disk(dev) == counted(dev)["default"] == 3 * len(PNG)
    assert submit(user, 1).status_code == 429
    limit(user, dev, 4 * len(PNG) - 1)
    assert put(user).status_code == 429
    limit(user, dev, 4 * len(PNG))
    assert put(user).status_code == 200


def test_parallel_uploads_stop_at_the_quota_too(user: TestClient, dev: Platform) -> None:
    limit(user, dev, 3 * len(PNG))
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda _: put(user), range(12)))
    assert statuses == [200] * 3 + [429] * 9
    assert on_disk(dev) == counted(dev)["default"] == 3 * len(PNG)


def test_beyond_the_quota_polls_downloads_and_cancels_go_on(user: TestClient, dev: Platform) -> None:
    task = submit(user, 1).json()["task_id"]
    finish(dev, 5000)
    waiting = submit(user, 2).json()["task_id"]
    limit(user, dev, 1)
    assert submit(user, 2).status_code == 429
    polled = user.get("/v3/async/task-result", params={"task_id": task}).json()
    assert user.get(polled["videos"][0]["video_url"]).content == bytes(5000)
    assert user.post(f"/ent/v2/tasks/{waiting}/cancel", json={"id": waiting}).status_code == 200
    balance = user.get("/v1/user/balance").json()
    assert (balance["stored_bytes"], balance["storage_bytes"]) == (counted(dev)["default"], 1)


def test_what_expires_makes_room(user: TestClient, dev: Platform) -> None:
    assert submit(user, 1).status_code == 200
    finish(dev, 5000)
    assert put(user).status_code == 200
    used = counted(dev)["default"]
    assert used == on_disk(dev) > 5000
    limit(user, dev, used)
    assert put(user).status_code == 429
    advance_and_clean(user, dev, 8 * DAY)
    assert counted(dev) == {"default": 5000}
    assert put(user).status_code == 200
    advance_and_clean(user, dev, 31 * DAY)
    assert (on_disk(dev), counted(dev)) == (0, {})


def test_an_image_of_two_tenants_counts_for_both_and_is_stored_once(user: TestClient, dev: Platform) -> None:
    made = user.post(
        "/v1/admin/keys", json={"tenant": "other", "new_tenant": True}, headers=operator(dev)
    ).json()
    submit(user, 1)
    submit(user, 1)
    submit(user, 1, headers={"Authorization": f"Bearer {made['key']}"})
    size = on_disk(dev)
    assert counted(dev) == {"default": size, "other": size}


def test_a_restart_keeps_the_count_and_an_older_folder_is_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as platform, TestClient(create_app(platform.services), headers=AUTH) as client:
        submit(client, 1)
        finish(platform, 5000)
        put(client)
        before, files = counted(platform), on_disk(platform)
    with opened(tmp_path) as platform:
        assert counted(platform) == before == {"default": files}
        with platform.services.store.database.write() as connection:  # as a version without a count left it
            connection.execute(delete(STORED_FILES))
    with opened(tmp_path) as platform:
        assert counted(platform) == {"default": files - len(PNG), "": len(PNG)}


def test_what_a_killed_process_left_counts_for_nobody_and_goes(user: TestClient, dev: Platform) -> None:
    with closing(asyncio.Runner()) as runner:
        for key in ("assets/" + "ab" * 32, "uploads/" + "ab" * 16 + ".png"):
            runner.run(dev.services.storage.put(key, PNG))
    assert counted(dev) == {}
    advance_and_clean(user, dev, 600)
    assert on_disk(dev) == 2 * len(PNG)
    advance_and_clean(user, dev, 3600)
    assert on_disk(dev) == 0


def test_tasks_in_test_mode_store_no_image_and_go_after_a_day(user: TestClient, dev: Platform) -> None:
    hook = {"webhook": {"url": "http://8.8.8.8/hook", "test_mode": {"enabled": True}}}
    task = submit(user, 1, extra=hook).json()["task_id"]
    assert counted(dev) == {}
    assert not list((dev.services.settings.data / "files").glob("assets/*"))
    poll = {"task_id": task}
    assert user.get("/v3/async/task-result", params=poll).status_code == 200
    advance_and_clean(user, dev, DAY + 1)
    assert user.get("/v3/async/task-result", params=poll).status_code == 404
    verdict = user.get("/v1/admin/ledger/verify", headers=operator(dev)).json()
    assert (verdict["ok"], verdict["tasks"]) == (True, 0)


def test_addresses_to_put_files_at_are_rated_as_submits(user: TestClient, dev: Platform) -> None:
    user.patch("/v1/admin/tenants/default", json={"rpm": 2}, headers=operator(dev))
    asked = [user.post("/customers/storage", json={"file_name": "a.png"}) for _ in range(2)]
    assert [each.status_code for each in asked] == [200, 200]
    assert asked[1].headers["RateLimit-Remaining"] == "0"
    assert user.post("/customers/storage", json={"file_name": "a.png"}).status_code == 429
    assert user.post("/tools/v2/files/uploads", json={}).status_code == 429
    assert submit(user, 1).status_code == 429
