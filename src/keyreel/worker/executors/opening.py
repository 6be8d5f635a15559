"""Executors opened for engines. It runs nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engines.engine_table import ExecutorName
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.executors.choice import choose_executor, get_ray_address
from keyreel.worker.ray.cluster import RayCluster
from keyreel.worker.ray.pool import RayPool

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.worker.executors.executor import Executor
    from keyreel.worker.settings import WorkerSettings


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
