"""Which executor runs an engine, by its table and the settings. Opens none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engine import RemoteEngine
from keyreel.engines.engine_table import ExecutorName
from keyreel.worker.ray.settings_checks import AUTO, check_ray_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.settings.engines import EngineSettings


def choose_executor(configured: ConfiguredEngine, settings: EngineSettings) -> ExecutorName | None:
    """Return what runs an engine; None for one whose videos are made elsewhere."""
    if isinstance(configured.engine, RemoteEngine):
        return None
    return configured.executor or (ExecutorName.RAY if settings.ray else ExecutorName.PROCESS)


def get_ray_address(settings: EngineSettings) -> str:
    """Return where the Ray cluster is."""
    return settings.ray or AUTO


def is_ray_used(engines: Iterable[ConfiguredEngine], settings: EngineSettings) -> bool:
    """Say whether any of the engines runs in a Ray cluster."""
    return any(choose_executor(each, settings) is ExecutorName.RAY for each in engines)


def check_executors(engines: Iterable[ConfiguredEngine], settings: EngineSettings) -> None:
    """Return if what runs the engines is installed and may be used.

    Raises:
        InvalidSetting: with a sentence that says what to do.
    """
    if is_ray_used(engines, settings):
        check_ray_settings(get_ray_address(settings))
