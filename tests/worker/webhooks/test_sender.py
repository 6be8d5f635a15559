"""The webhook sender and real receivers: what arrives, when it is retried, and who waits for whom."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete as delete_from

from keyreel.clock import SystemClock
from keyreel.intake.egress import EgressClient
from keyreel.storage.signed_urls import LinkSigner
from keyreel.task import Submission, Task
from keyreel.tasks.database.tables import POSTINGS, TASKS
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.store import TaskStore
from keyreel.tasks.webhooks.deliveries import Delivery, DeliveryStore
from keyreel.tasks.webhooks.events import Callback
from keyreel.tasks.webhooks.secrets import WebhookSecrets
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.dialects.webhooks import has_native_signature
from keyreel.worker.webhooks.requests import LinkSettings, WebhookRequestBuilder
from keyreel.worker.webhooks.sender import WebhookSender, WebhookSenderSettings
from support.hanging_names import HangingNames
from support.hostile import OPENED
from support.plant import comes_true
from support.receivers import Receiver, Reply, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ssrfguard import Resolver

KEY = "kr_ann"
QUICK = WebhookSenderSettings(schedule=(0.0, 0.05, 0.05), timeout_seconds=0.4, poll_seconds=0.02)
FIELDS = '{"images":["https://example.com/a.png"],"prompt":"x","callback_url":"https://example.com/hook"}'


@dataclass
class Office:
    """A store with tasks that end when a test says so, and webhook senders."""

    store: TaskStore
    vault: WebhookSecrets
    public_url: str = ""
    resolver: Resolver = socket.getaddrinfo

    @property
    def deliveries(self) -> DeliveryStore:
        return DeliveryStore(self.store.database, self.store.clock)

    def task(self, url: str, name: str = "async_v3", tenant: str = "ann") -> Task:
        reporting = find_dialect(name).webhook_policy
        sealed = self.vault.seal(KEY, tenant) if reporting.signs_with_api_key else ""
        submission = Submission(tenant, "key_1", name, "q2-pro-img2video", FIELDS, seed=7, seconds=5)
        return self.store.accept(submission, Callback(url, "http://me.test", reporting.states, sealed))

    def end(self, outcome: Success | Failure | None = None) -> None:
        claim = self.store.queue.claim("me", 30)
        assert claim is not None
        video, cover = f"videos/{claim.task.id}/1.mp4", f"covers/{claim.task.id}/1.jpg"
        self.store.queue.settle(claim.token, outcome or Success(video, cover, "00"))

    def deliver(self, until: Any, settings: WebhookSenderSettings = QUICK, *, clock: Any = None) -> None:
        """Run a webhook sender until something is true."""
        signer = LinkSigner([b"s" * 32], clock or SystemClock())
        requests = WebhookRequestBuilder(
            LinkSettings(signer, 60, self.public_url), self.vault, SystemRandom()
        )
        egress = EgressClient(OPENED, resolver=self.resolver, failure_seconds=0)
        sender = WebhookSender(self.store, egress, requests, settings=settings, random=SystemRandom())

        async def working() -> None:
            async with asyncio.TaskGroup() as group:
                running = group.create_task(sender.run())
                await comes_true(until, within_seconds=20)
                running.cancel()

        asyncio.run(working())

    def statuses(self) -> dict[str, int]:
        return Counter(each.status.value for each in self.deliveries.list(limit=500))

    def only(self) -> Delivery:
        (delivery,) = self.deliveries.list()
        return delivery

    def settled(self) -> bool:
        return not self.statuses().get("pending")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    store = TaskStore.open(tmp_path, SystemClock(), SystemRandom())
    yield Office(store, WebhookSecrets(b"v" * 32))
    store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.mark.parametrize("name", ["async_v3", "vtrix", "openai_videos"])
def test_a_success_is_told_once_signed_with_fresh_links(
    office: Office, receiver: Receiver, name: str
) -> None:
    task = office.task(f"{receiver.url}/hook?a=1&b=%20", name)
    office.end()
    office.deliver(office.settled)
    (got,) = receiver.got
    got.verify(office.vault.get_secret("ann"))
    assert got.path == "/hook?a=1&b=%20"
    assert got.headers["Content-Type"] == "application/json"
    assert f"http://me.test/files/videos/{task.id}/1.mp4" in got.body.decode()
    assert office.only().status == "delivered"
    signed = has_native_signature(KEY, receiver.url + got.path, got.headers)
    assert signed == find_dialect(name).webhook_policy.signs_with_api_key


def test_the_native_format_tells_the_start_and_the_end(office: Office, receiver: Receiver) -> None:
    office.task(receiver.url, "native")
    office.end(Failure("No luck.", "RenderFailed"))
    office.deliver(office.settled)
    assert [got.json["state"] for got in receiver.got] == ["processing", "failed"]
    assert [got.json["err_code"] for got in receiver.got] == ["", "BadRequest"]
    assert all(has_native_signature(KEY, receiver.url, got.headers) for got in receiver.got)
    assert len({got.id for got in receiver.got}) == len(
        {got.headers["x-request-nonce"] for got in receiver.got}
    )


def test_a_public_address_goes_before_that_of_the_submit(office: Office, receiver: Receiver) -> None:
    office.public_url = "https://videos.example.com"
    office.task(receiver.url)
    office.end()
    office.deliver(office.settled)
    (video,) = receiver.got[0].json["payload"]["videos"]
    assert video["video_url"].startswith("https://videos.example.com/files/videos/")


def test_failures_are_tried_again_under_the_same_id_with_a_fresh_time(office: Office) -> None:
    replies = [Reply(500), Reply(302, {"Location": "/elsewhere"}), Reply(204)]
    with receiving(lambda number: replies[number]) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(office.settled)
        assert len({got.id for got in receiver.got}) == 1
        gaps = [later.at - got.at for got, later in zip(receiver.got, receiver.got[1:], strict=False)]
        assert all(gap >= 0.05 for gap in gaps)
        assert [got.path for got in receiver.got] == ["/"] * 3
        for got in receiver.got:
            got.verify(office.vault.get_secret("ann"))
    attempts = office.only().attempts
    assert [attempt.status for attempt in attempts] == [500, 302, 204]
    assert "redirects are not followed" in attempts[1].error
    assert office.only().status == "delivered"


def test_a_receiver_that_never_takes_it_is_given_up_and_can_be_replayed(office: Office) -> None:
    with receiving(lambda _: Reply(503)) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(office.settled)
        receiver.answering = lambda _: Reply()
        kept = office.only()
        assert (kept.status, len(kept.attempts)) == ("failed", 3)
        office.deliveries.replay(kept.id)
        office.deliver(office.settled)
        assert {got.id for got in receiver.got} == {kept.id}
    assert (office.only().status, len(office.only().attempts)) == ("delivered", 4)


@pytest.mark.parametrize("reply", [Reply(drip=True), Reply(hang=True)], ids=["drip", "hang"])
def test_an_attempt_is_bounded_in_all(office: Office, reply: Reply) -> None:
    with receiving(lambda _: reply) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(office.settled, replace(QUICK, schedule=(0.0,)))
    (attempt,) = office.only().attempts
    assert 350 <= attempt.milliseconds <= 2000
    assert attempt.error == "No response within 0.4 s."


def test_gone_ends_it_at_once(office: Office) -> None:
    with receiving(lambda _: Reply(410)) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(office.settled)
        assert len(receiver.got) == 1
    assert office.only().status == "disabled"


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_a_receiver_that_asks_for_time_gets_it(office: Office, *, as_date: bool) -> None:
    asked = 7200
    moment = office.store.clock.now() + timedelta(seconds=asked)
    value = format_datetime(moment, usegmt=True) if as_date else str(asked)
    with receiving(lambda _: Reply(429, {"Retry-After": value})) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(lambda: office.only().attempts != ())
    waits = (office.only().next_at - office.store.clock.now()).total_seconds()
    assert asked - 10 < waits <= asked


def test_an_endless_wait_is_not_believed(office: Office) -> None:
    with receiving(lambda _: Reply(503, {"Retry-After": "9" * 30})) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(lambda: office.only().attempts != ())
    assert office.only().next_at < office.store.clock.now() + timedelta(hours=11)


def test_the_default_schedule_has_jitter_and_the_operators_has_none(office: Office) -> None:
    waits: list[float] = []
    with receiving(lambda _: Reply(500)) as receiver:
        for settings in [WebhookSenderSettings(poll_seconds=0.02)] * 4 + [
            WebhookSenderSettings((0.0, 300.0), poll_seconds=0.02)
        ]:
            task = office.task(receiver.url)
            office.end()
            office.deliver(lambda task=task: office.deliveries.list(task.id)[0].attempts != (), settings)
            delivery = office.deliveries.list(task.id)[0]
            ended = delivery.attempts[0].at + timedelta(milliseconds=delivery.attempts[0].milliseconds)
            waits.append((delivery.next_at - ended).total_seconds())
    assert all(4.4 < wait < 5.7 for wait in waits[:4])
    assert len({round(wait, 3) for wait in waits[:4]}) > 1
    assert waits[4] == pytest.approx(300, abs=0.2)


def test_twenty_hanging_deliveries_hold_up_nobody_else(office: Office) -> None:
    patient = replace(QUICK, timeout_seconds=30.0)
    with receiving(lambda _: Reply(hang=True)) as slow, receiving() as fine:
        for _ in range(20):
            office.task(slow.url)
            office.end()
        office.task(fine.url, tenant="bob")
        office.end()
        office.task(fine.url)
        office.end()
        office.deliver(lambda: office.statuses()["delivered"] == 2, patient)
        assert len(slow.got) <= 4
    assert {got.headers["Host"] for got in fine.got} == {f"127.0.0.1:{fine.server_port}"}


def test_fifty_hanging_deliveries_of_one_tenant_hold_up_no_other_tenant(office: Office) -> None:
    """Half of them hang in the name lookup, half at a receiver that drips."""
    with (
        HangingNames.answered_at_the_end() as names,
        receiving(lambda _: Reply(drip=True)) as slow,
        receiving() as fine,
    ):
        office.resolver = names.resolve
        for number in range(50):
            office.task(f"http://{number}.hang.test/" if number % 2 else slow.url, tenant="flood")
            office.end()
        patient = replace(QUICK, timeout_seconds=30.0)
        bobs: list[Task] = []

        def told_bob() -> bool:
            if not bobs and len(slow.got) >= 4:
                bobs.append(office.task(fine.url.replace("127.0.0.1", "loop.test"), tenant="bob"))
                office.end()
            return bool(fine.got)

        office.deliver(told_bob, patient)
        (delivery,) = office.deliveries.list(bobs[0].id)
        assert fine.got[0].id == delivery.id
        waited = (office.store.clock.now() - delivery.created).total_seconds()
        assert waited < 2


def test_lookups_of_one_tenant_that_hang_for_good_fail_its_own_deliveries_alone(office: Office) -> None:
    """Sixteen and more hang on when their attempts are over: each attempt leaves its lookup behind."""
    with HangingNames.answered_at_the_end() as names, receiving() as fine:
        office.resolver = names.resolve
        for number in range(50):
            office.task(f"http://{number}.hang.test/", tenant="flood")
            office.end()
        bobs: list[Task] = []

        def told_bob() -> bool:
            if not bobs and office.statuses()["failed"] >= 20:
                bobs.append(office.task(fine.url.replace("127.0.0.1", "loop.test"), tenant="bob"))
                office.end()
            return bool(bobs) and office.deliveries.list(bobs[0].id)[0].status == "delivered"

        office.deliver(told_bob, replace(QUICK, schedule=(0.0,), timeout_seconds=3.0))
        (delivery,) = office.deliveries.list(bobs[0].id)
        assert len(delivery.attempts) == 1
        assert (delivery.attempts[0].at - delivery.created).total_seconds() < 2


def test_what_was_under_way_at_the_end_is_sent_again_at_the_next_start(office: Office) -> None:
    with receiving(lambda number: Reply(hang=number == 0)) as receiver:
        office.task(receiver.url)
        office.end()
        office.deliver(lambda: len(receiver.got) == 1, replace(QUICK, timeout_seconds=30.0))
        assert office.only().status == "pending"
        office.deliver(office.settled)
        assert receiver.got[0].id == receiver.got[1].id


def test_a_receiver_inside_is_never_reached(office: Office) -> None:
    office.task("http://10.0.0.7/hook")
    office.end()
    office.deliver(office.settled)
    kept = office.only()
    assert (kept.status, len(kept.attempts)) == ("failed", 3)
    assert {attempt.error for attempt in kept.attempts} == {"The URL could not be reached."}


def test_a_task_that_is_deleted_meanwhile_is_let_go(office: Office) -> None:
    tasks: list[Task] = []

    def delete(_: int) -> Reply:
        with office.store.database.write() as connection:
            connection.execute(delete_from(POSTINGS).where(POSTINGS.c.task == int(tasks[0].id)))
            connection.execute(delete_from(TASKS).where(TASKS.c.id == int(tasks[0].id)))
        return Reply()

    with receiving(delete) as deleting, receiving() as other:
        tasks.append(office.task(deleting.url))
        office.end()
        office.deliver(lambda: not office.deliveries.list())
        office.task(other.url)
        office.end()
        office.deliver(lambda: office.statuses() == {"delivered": 1})
