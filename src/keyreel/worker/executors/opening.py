"""Which executor runs an engine, by its table and the settings, and their opening. Runs nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engine import RemoteEngine
from keyreel.engines.engine_table import ExecutorName
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.ray.cluster import RayCluster
from keyreel.worker.ray.pool import RayPool
from keyreel.worker.ray.settings_checks import AUTO, check_ray_settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AsyncExitStack

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.settings.engines import EngineSettings
    from keyreel.worker.executors.executor import Executor
    from keyreel.worker.settings import WorkerSettings


def choose_executor(configured: ConfiguredEngine, settings: EngineSettings) -> ExecutorName | None:
    """Return what runs an engine; None for one whose videos are made elsewhere."""
    if isinstance(configured.engine, RemoteEngine):
        return None
    return configured.executor or (ExecutorName.RAY if settings.ray else ExecutorName.PROCESS)


def get_ray_address(settings: EngineSettings) -> str:
    """Return where the Ray cluster is."""
    return settings.ray or AUTO


def check_executors(engines: Iterable[ConfiguredEngine], settings: EngineSettings) -> None:
    """Return if what runs the engines is installed and may be used.

    Raises:
        InvalidSetting: with a sentence that says what to do.
    """
    if any(choose_executor(each, settings) is ExecutorName.RAY for each in engines):
        check_ray_settings(get_ray_address(settings))


class ExecutorOpener:
    """Opens executors, which a stack closes; none costs anything before its first work."""

    def __init__(self, settings: WorkerSettings, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._cluster: RayCluster | None = None

    async def open(self, configured: ConfiguredEngine) -> Executor:
        """Open the executor of an engine."""
        settings = self._settings
        spec = settings.engines.get_spec(configured.name)
        if choose_executor(configured, settings.engines) is ExecutorName.RAY:
            return RayPool(await self._open_cluster(), configured, spec, settings)
        pool = ChildPool.for_engine(
            spec, configured.slots, settings.render_timeout_seconds, kernel_guards=settings.kernel_guards
        )
        return await self._stack.enter_async_context(pool)

    async def _open_cluster(self) -> RayCluster:
        """Return the cluster, which all engines share."""
        if self._cluster is None:
            cluster = RayCluster(
                get_ray_address(self._settings.engines), kernel_guards=self._settings.kernel_guards
            )
            self._cluster = await self._stack.enter_async_context(cluster)
        return self._cluster
