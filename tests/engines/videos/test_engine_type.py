from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.engines.health import check_engine
from keyreel.engines.loading import load_engine
from keyreel.errors import InvalidSetting
from keyreel.order import Operation, Order, Resolution, Shot
from keyreel.settings.engines import EngineSpec
from keyreel.testing.video_server import FakeVideoServer

if TYPE_CHECKING:
    from typing import Any

TABLE: dict[str, Any] = {"type": "videos", "flavour": "sglang", "base_url": "http://127.0.0.1:9"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "flavour": (
        {"flavour": "sora"},
        "[engine.wan] flavour: got 'sora'; must be 'sglang', 'vllm-omni', 'fastvideo' or 'plain'.",
    ),
    "operation": (
        {"operations": ["reference2video"]},
        (
            "[engine.wan] operations: got 'reference2video'; must be some of text2video, img2video, "
            "start_end2video, which sglang servers support."
        ),
    ),
    "rule": (
        {"max_frames": 2},
        "[engine.wan] max_frames: no 4n + 1 up to 2 is enough for two frames at 24 fps.",
    ),
}


def load(**changes: Any) -> Any:
    return load_engine(EngineSpec("wan", TABLE | changes)).engine


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_refused_in_one_sentence(case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(InvalidSetting) as refused:
        load(**changes)
    assert refused.value.message == message


@pytest.mark.parametrize(
    "url", ["10.0.0.7:30000", "ftp://host", "http://user:pass@host", "http://host/v1", "http://host?key=1"]
)
def test_an_address_that_cannot_be_asked_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(InvalidSetting, match="base_url: must be a URL such as") as refused:
        load(base_url=url)
    assert "pass" not in refused.value.message


@pytest.mark.parametrize(("seconds", "accepted"), [(3, True), (9, False)])
def test_words_alone_are_made_up_to_the_length_of_a_call(seconds: int, *, accepted: bool) -> None:
    order = Order(Operation.TEXT2VIDEO, "m", (Shot("a street", seconds),), Resolution.P360, 1)
    assert load(operations=["text2video"]).accepts(order) is accepted
    assert load().accepts(order)


def test_an_engine_is_as_healthy_as_its_server() -> None:
    assert check_engine(load()).detail == "The video server cannot be reached."
    with FakeVideoServer("plain") as fake:
        engine = load(flavour="plain", base_url=fake.url)
        assert check_engine(engine).ok
        fake.is_well = False
        assert check_engine(engine).detail == "The video server returned 503."
