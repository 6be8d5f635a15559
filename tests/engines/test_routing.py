from __future__ import annotations

from typing import Any

import pytest

from keyreel.engines.loading import ConfiguredEngine
from keyreel.engines.router import EngineRouter
from keyreel.engines.routing import RoutedTask
from keyreel.errors import InvalidSetting, UnsupportedOrder
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot
from keyreel.settings.engines import parse_routing_rules
from keyreel.testing import CardEngine

ORDER = Order(Operation.IMG2VIDEO, "q2-pro", (Shot("on", 5, ImageRef("a.png")),), Resolution.P720, 7)
ACME = RoutedTask("q2-pro-img2video", "acme", off_peak=True)
IDS = [str(7_300_000_000_000_000_000 + 4099 * number) for number in range(10_000)]


class Unable(CardEngine):
    def accepts(self, order: Order) -> bool:
        del order
        return False


def router(*rules: dict[str, Any], preferred: tuple[str, ...] = ("usual",)) -> EngineRouter:
    engines = {"usual": CardEngine(), "new": CardEngine(), "next": CardEngine(), "unable": Unable()}
    configured = [ConfiguredEngine(name, "", engine, 1) for name, engine in engines.items()]
    return EngineRouter(configured, preferred, parse_routing_rules(list(rules)))


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        ({"model": "vidu-q2-pro-*"}, True),
        ({"model": "VIDUQ2-PRO"}, True),
        ({"model": "vidu-q1-*"}, False),
        ({"tenant": "acme"}, True),
        ({"tenant": "ann"}, False),
        ({"operation": "img2video"}, True),
        ({"operation": "extend"}, False),
        ({"off_peak": True}, True),
        ({"off_peak": False}, False),
        ({"tenant": "acme", "off_peak": False}, False),
    ],
)
def test_a_rule_is_for_the_tasks_that_it_matches(match: dict[str, Any], *, matches: bool) -> None:
    choice = router({"match": match, "engines": ["new", "next"]}).route(ORDER, ACME)
    assert choice.list_engines("1") == (("new", "next") if matches else ("usual",))


def test_the_first_rule_that_matches_decides_alone() -> None:
    first = {"match": {"tenant": "acme"}, "engines": ["unable"]}
    second = {"match": {"operation": "img2video"}, "engines": ["new"]}
    with pytest.raises(UnsupportedOrder):
        router(first, second).route(ORDER, ACME)
    assert router(second, first).route(ORDER, ACME).list_engines("1") == ("new",)


@pytest.mark.parametrize(("share", "taken"), [(0, 0), (0.1, 1022), (0.5, 4967), (1, 10_000)])
def test_a_share_takes_the_same_tasks_always(share: float, taken: int) -> None:
    rule = {"match": {"operation": "img2video"}, "engines": ["new"], "share": share}
    choices = [router(rule).route(ORDER, ACME), router(rule).route(ORDER, ACME)]
    found = [[choice.list_engines(task_id)[0] == "new" for task_id in IDS] for choice in choices]
    assert found[0] == found[1]
    assert sum(found[0]) == taken


def test_the_shares_of_two_rules_are_independent() -> None:
    rules = [{"match": {"tenant": "acme"}, "engines": [name], "share": 0.5} for name in ("new", "next")]
    choice = router(*rules).route(ORDER, ACME)
    counts = {
        name: sum(choice.list_engines(each)[0] == name for each in IDS) for name in ("new", "next", "usual")
    }
    assert abs(counts["new"] - 5000) < 150
    assert abs(counts["next"] - 2500) < 150


def test_behind_a_shares_engines_stand_the_usual_ones() -> None:
    rule = {"match": {"tenant": "acme"}, "engines": ["unable", "new"], "share": 0.999999}
    assert router(rule).route(ORDER, ACME).list_engines("1") == ("new", "usual")
    rule["engines"] = ["unable"]
    assert router(rule).route(ORDER, ACME).list_engines("1") == ("usual",)


def test_refuses_a_rule_about_models_that_there_are_not() -> None:
    with pytest.raises(InvalidSetting, match=r"number 1 match\.model: got 'wan-\*'; must match a model of"):
        router({"match": {"model": "wan-*"}, "engines": ["new"]})
