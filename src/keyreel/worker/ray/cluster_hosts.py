"""The hosts in a Ray cluster, as the driver reaches them: found by name, or made; asked for news; ended."""

# pyright: reportMissingImports=false
# Ray is an optional dependency: where it is checked it may be absent.

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NoReturn
from uuid import uuid4

import ray
from ray.exceptions import ActorUnavailableError, RayActorError, RayTaskError

from keyreel.errors import KeyreelError, RenderCrashed, Unavailable
from keyreel.worker.children.protocol import WorkDone
from keyreel.worker.executors.executor import EngineNotStarted
from keyreel.worker.guards import run_guarded
from keyreel.worker.ray.engine_host import EngineHost
from keyreel.worker.ray.messages import Shipment, WorkPending, WorkRaised

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from keyreel.worker.ray.messages import HostedWork, HostSetup

    Tell = Callable[[Shipment], Awaitable[None]]

_OPTIONS: Final = ("num_cpus", "num_gpus", "memory")
"""What Ray takes by these names; all else is a resource of the cluster's own."""
_DEFAULT_RESOURCES: Final = {"num_cpus": 1.0}
_PENDING_SECONDS: Final = 1.0
"""Between two messages that the cluster has no room yet."""
_RETRY_SECONDS: Final = 0.25
_MAX_DEATHS: Final = 40
"""A name that was freed by a host's death is taken again within some seconds."""
_CALL_SECONDS: Final = 30.0
"""A poll takes a second; a host that is silent for so long counts as dead."""
_KEEP_SECONDS: Final = 10.0
"""Between two greetings of each host, which ends 45 s after the last one."""


class ClusterHosts:
    """The hosts that this process has used."""

    def __init__(self) -> None:
        self._actors: dict[str, Any] = {}

    async def run(self, hosted: HostedWork, tell: Tell, answers: asyncio.Queue[Shipment]) -> None:
        """Have a host do a piece of work, and tell its news up to the result. Cancelling this ends the work.

        Raises:
            RayActorError, TimeoutError: the host died over it or fell silent, or the whole cluster is lost.
        """
        try:
            actor = await self._find_host(hosted, tell)
        except KeyreelError as error:
            await tell(Shipment(WorkRaised(error)))
            return
        number = uuid4().hex
        try:
            await actor.accept.remote(number, hosted)
            actor.run.remote(number)
            await run_guarded(_tell_news(actor, number, tell), _pass_answers(actor, number, answers))
        except RayTaskError as error:
            await tell(Shipment(WorkRaised(Unavailable(f"Its host aborted the render: {_shorten(error)}"))))
        finally:
            actor.stop.remote(number)

    async def keep(self) -> NoReturn:
        """Greet all hosts from time to time, so that they stay."""
        while True:
            await asyncio.sleep(_KEEP_SECONDS)
            for actor in self._actors.values():
                actor.greet.remote()

    async def close(self, seconds: float) -> None:
        """End all hosts, which have so long to do it in order."""
        ending = {asyncio.ensure_future(actor.end.remote()): actor for actor in self._actors.values()}
        if ending:
            _, left = await asyncio.wait(ending, timeout=seconds)
            for each in left:  # They are pending, or stuck.
                ray.kill(ending[each])

    async def _find_host(self, hosted: HostedWork, tell: Tell) -> Any:
        """Return the actor of a name once it answers; one of another setup is replaced.

        Raises:
            EngineNotStarted: it cannot be made, or has another version of Keyreel.
            RenderCrashed: it dies again and again.
        """
        deaths, since = 0, asyncio.get_running_loop().time()
        while deaths < _MAX_DEATHS:
            # Names are looked up at the cluster's head, which may be slow to answer.
            actor = await asyncio.to_thread(_get_actor, hosted.host, hosted.setup)
            try:
                version, setup = await _wait_for_greeting(actor, since, tell)
            except ActorUnavailableError:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            except RayActorError as error:
                if error.actor_init_failed:
                    raise EngineNotStarted(f"The engine's host cannot start: {_shorten(error)}") from error
                deaths += 1
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if version != hosted.setup.version:
                raise EngineNotStarted(
                    f"Keyreel {hosted.setup.version} runs here, and {version} on the Ray node of the engine: "
                    "install the same version on both."
                )
            if setup == hosted.setup:
                self._actors[hosted.host] = actor
                return actor
            await _end_actor(actor)
        raise RenderCrashed("The engine's host on the Ray cluster exits immediately after it starts.")


def _get_actor(name: str, setup: HostSetup) -> Any:
    resources = dict(setup.resources or _DEFAULT_RESOURCES)
    options = {key: resources.pop(key) for key in _OPTIONS if key in resources}
    options.setdefault("num_cpus", 0.0)
    if "memory" in options:
        options["memory"] = int(options["memory"])
    made = ray.remote(EngineHost).options(
        name=name,
        lifetime="detached",
        get_if_exists=True,
        max_restarts=0,  # A dead host frees its name, and the next piece of work makes another one.
        max_task_retries=0,
        resources=resources,
        **options,
    )
    return made.remote(setup)


async def _wait_for_greeting(actor: Any, since: float, tell: Tell) -> tuple[str, HostSetup]:
    loop = asyncio.get_running_loop()
    greeting = asyncio.ensure_future(actor.greet.remote())
    try:
        while True:
            done, _ = await asyncio.wait((greeting,), timeout=_PENDING_SECONDS)
            if done:
                greeted: tuple[str, HostSetup] = greeting.result()
                return greeted
            await tell(Shipment(WorkPending(loop.time() - since)))
    finally:
        greeting.cancel()


async def _end_actor(actor: Any) -> None:
    ending = asyncio.ensure_future(actor.end.remote())
    _, left = await asyncio.wait((ending,), timeout=_CALL_SECONDS)
    if left:
        ray.kill(actor)


async def _tell_news(actor: Any, number: str, tell: Tell) -> None:
    while True:
        for shipment in await _poll(actor, number):
            await tell(shipment)
            if isinstance(shipment.message, WorkDone | WorkRaised):
                return


async def _poll(actor: Any, number: str) -> list[Shipment]:
    """Return what is new.

    Raises:
        TimeoutError: the host is silent.
        RayActorError: it died.
    """
    async with asyncio.timeout(_CALL_SECONDS):
        news: list[Shipment] = await actor.poll.remote(number)
    return news


async def _pass_answers(actor: Any, number: str, answers: asyncio.Queue[Shipment]) -> NoReturn:
    while True:
        await actor.answer.remote(number, await answers.get())


def _shorten(error: Exception) -> str:
    """Return the last line of what Ray says, which holds its cause."""
    return str(error).strip().splitlines()[-1][:300]
