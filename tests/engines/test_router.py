from __future__ import annotations

import subprocess
import sys

import pytest

from keyreel.engines.router import EngineRouter, load_router
from keyreel.errors import InvalidSetting, UnsupportedOrder
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot
from keyreel.testing import CardEngine
from keyreel.wire.endpoints.catalogue import ENDPOINTS

ORDER = Order(Operation.IMG2VIDEO, "q2-pro", (Shot("on", 5, ImageRef("a.png")),), Resolution.P720, 7)


class Picky(CardEngine):
    name = "picky"

    def accepts(self, order: Order) -> bool:
        return order.operation is Operation.TEXT2VIDEO


def test_chooses_the_first_engine_that_accepts() -> None:
    assert EngineRouter({"a": Picky(), "b": CardEngine(), "c": CardEngine()}).choose_engine(ORDER) == "b"


def test_refuses_an_order_that_no_engine_accepts() -> None:
    said = r"^No engine here can make img2video videos .*; configure one that can: KEYREEL_ENGINES\.$"
    with pytest.raises(UnsupportedOrder, match=said):
        EngineRouter({"a": Picky()}).require_supported(ORDER)


def test_tells_which_endpoints_can_be_had() -> None:
    router = load_router(("motion",))
    unable = {kind.name() for kind in ENDPOINTS if not router.is_supported(kind)}
    assert unable == {kind.name() for kind in ENDPOINTS if kind.name().endswith("template2video")}
    assert all(EngineRouter({"a": CardEngine()}).is_supported(kind) for kind in ENDPOINTS)


def test_finds_engines_by_entry_point_and_by_class() -> None:
    router = load_router(("motion", "keyreel.testing:CardEngine"))
    assert [engine.name for engine in router.engines] == ["motion", "card"]
    assert router.slots_by_engine == {"motion": 1, "keyreel.testing:CardEngine": 1}


@pytest.mark.parametrize(
    "name", ["none-such", "keyreel.testing:NoEngine", "no.such.module:Engine", ":", "keyreel.testing:"]
)
def test_refuses_a_name_that_leads_to_no_engine(name: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_router((name,))
    assert repr(name) in caught.value.message
    assert "motion" in caught.value.message


def test_asking_what_engines_accept_loads_nothing_heavy() -> None:
    program = (
        "import sys; from keyreel.engines.router import load_router; load_router(['motion'])\n"
        "print([name for name in ('numpy', 'cv2', 'openvino', 'av', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
