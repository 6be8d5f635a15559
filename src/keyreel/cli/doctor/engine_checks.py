"""Checks of who renders: engines, workers, hosted services, a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.cli.doctor.findings import DoctorCheck, make_failed, make_passed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.settings import Settings
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_LOST_ORDER_DAYS: Final = 7
"""For so long lost orders are told."""
_MAX_LOST_ORDERS: Final = 5
"""Of them that are named."""


def check_lost_orders(settings: Settings) -> DoctorCheck:
    """Say which orders at hosted services may be paid for in vain."""
    from contextlib import closing
    from datetime import timedelta

    from keyreel.cli.local.task_store import locate_database
    from keyreel.clock import SystemClock
    from keyreel.tasks.accounts.engine_costs import list_lost_orders

    name = "orders at hosted services"
    if not locate_database(settings).exists():
        return make_passed(name, "none yet")
    with closing(locate_database(settings).open_read_only()) as database:
        lost = list_lost_orders(database, SystemClock().now() - timedelta(days=_LOST_ORDER_DAYS))
    if not lost:
        return make_passed(name, f"none was lost in the last {_LOST_ORDER_DAYS} days")
    told = "; ".join(
        f"task {each.task_id} to {each.engine}: {each.intent}" for each in lost[:_MAX_LOST_ORDERS]
    )
    return make_failed(
        name,
        f"{len(lost)} may be paid for although their tasks failed: {told}",
        "look for them at the service, using the token in their payload",
    )


def check_workers(settings: Settings) -> DoctorCheck:
    """Say which workers run."""
    from contextlib import closing

    from keyreel.cli.local.task_store import locate_database
    from keyreel.tasks.installation.workers import WorkerRegistry

    if not locate_database(settings).exists():
        return make_passed("workers", "none yet")
    with closing(locate_database(settings).open_read_only()) as database:
        found = WorkerRegistry(database).list_live()
    told = (f"{each.node} ({each.version})" for each in found)
    return make_passed("workers", ", ".join(told) or "none is running: accepted tasks wait")


def check_engines(settings: Settings) -> DoctorCheck:
    """Check the engines of the running server, which may have other settings; without one, those set here."""
    from keyreel.cli.local.running_engines import read_running_engines
    from keyreel.engines.health import check_engine
    from keyreel.engines.router import load_router
    from keyreel.wire.endpoints.catalogue import ENDPOINTS

    running = read_running_engines(settings.data)
    if running is not None:
        return judge_running_engines(running)
    router = load_router(settings.engine_settings)
    made = frozenset(each for each in ENDPOINTS if router.is_supported(each))
    health = {each.name: check_engine(each.engine) for each in router.engines}
    return _judge_engines({name: "" if found.ok else found.detail for name, found in health.items()}, made)


def judge_running_engines(engines: list[Json]) -> DoctorCheck:
    """Judge the engines of a server as /v1/admin/engines lists them: what they make, and which is unwell."""
    from keyreel.wire.endpoints.catalogue import ENDPOINTS
    from keyreel.wire.endpoints.naming import format_model_name, format_operation_name

    told = {
        (operation, model)
        for each in engines
        for operation, models in each["operations"].items()
        for model in models
    }
    made = frozenset(
        each for each in ENDPOINTS if (format_operation_name(each), format_model_name(each)) in told
    )
    return _judge_engines({each["name"]: "" if each["healthy"] else each["detail"] for each in engines}, made)


def _judge_engines(problems: Mapping[str, str], made: frozenset[type[Endpoint]]) -> DoctorCheck:
    """Say which endpoints of the catalogue the engines make, and what is wrong with one, by its name."""
    from keyreel.wire.endpoints.catalogue import ENDPOINTS

    missing = [each.name() for each in ENDPOINTS if each not in made]
    detail = f"{', '.join(problems)}: {len(ENDPOINTS) - len(missing)} of {len(ENDPOINTS)} endpoints of the "
    detail += "catalogue"
    if missing:
        detail += f"; no engine here makes {', '.join(missing)} (KEYREEL_ENGINES)"
    unwell = [f"{name}: {problem}" for name, problem in problems.items() if problem]
    if unwell:
        return make_failed("engines", f"{detail}. {' '.join(unwell)}", "keyreel engines check")
    return DoctorCheck("engines", ok=len(missing) < len(ENDPOINTS), detail=detail)


def check_ray(settings: Settings) -> DoctorCheck:
    """Check that the Ray cluster can be reached, if one is used."""
    from keyreel.engines.router import load_router
    from keyreel.worker.executors.choice import get_ray_address, is_ray_used
    from keyreel.worker.ray.diagnosis import describe_cluster, phrase_description

    engines = settings.engine_settings
    if not is_ray_used(load_router(engines).engines, engines):
        return make_passed("Ray", "not used: engines run on this machine")
    return make_passed("Ray", phrase_description(describe_cluster(get_ray_address(engines))))
