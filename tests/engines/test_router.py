from __future__ import annotations

import subprocess
import sys

import pytest

from keyreel.engines.loading import ConfiguredEngine
from keyreel.engines.router import EngineRouter, load_router
from keyreel.engines.routing import RoutedTask
from keyreel.errors import UnsupportedOrder
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot
from keyreel.settings.engines import EngineSettings
from keyreel.testing import CardEngine, DescribingEngine
from keyreel.wire.endpoints.catalogue import ENDPOINTS

ORDER = Order(Operation.IMG2VIDEO, "q2-pro", (Shot("on", 5, ImageRef("a.png")),), Resolution.P720, 7)
TASK = RoutedTask("q2-pro-img2video", "ann")


class Picky(CardEngine):
    name = "picky"

    def accepts(self, order: Order) -> bool:
        return order.operation is Operation.TEXT2VIDEO


def router(**engines: CardEngine) -> EngineRouter:
    return EngineRouter(
        [ConfiguredEngine(name, "", engine, 1) for name, engine in engines.items()], tuple(engines)
    )


def test_chooses_the_engines_that_accept_in_the_order_of_preference() -> None:
    choice = router(a=Picky(), b=CardEngine(), c=CardEngine()).route(ORDER, TASK)
    assert choice.list_engines("1") == ("b", "c")


def test_prompts_are_recommended_by_the_first_engine_that_can() -> None:
    able = router(a=CardEngine(), b=DescribingEngine())
    assert able.choose_recommender(ORDER, ("a", "b")) == "b"
    assert able.choose_recommender(ORDER, ("a",)) is None


def test_refuses_an_order_that_no_engine_accepts() -> None:
    said = (
        r"^No engine on this server can make img2video videos .*\. To configure one, set KEYREEL_ENGINES\.$"
    )
    with pytest.raises(UnsupportedOrder, match=said):
        router(a=Picky()).route(ORDER, TASK)


def test_tells_which_endpoints_can_be_had() -> None:
    motion = load_router(EngineSettings())
    unable = {kind.name() for kind in ENDPOINTS if not motion.is_supported(kind)}
    assert unable == {kind.name() for kind in ENDPOINTS if kind.name().endswith("template2video")}
    assert all(router(a=CardEngine()).list_makers(kind) == ("a",) for kind in ENDPOINTS)


def test_asking_what_engines_accept_loads_nothing_heavy() -> None:
    program = (
        "import sys; from keyreel.engines.router import load_router\n"
        "from keyreel.settings.engines import EngineSettings; load_router(EngineSettings())\n"
        "print([name for name in ('numpy', 'cv2', 'openvino', 'av', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
