from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyreel.bench.finishing import MAX_FINISHING_SHARE, FinishingCosts, StepCost

if TYPE_CHECKING:
    from pathlib import Path


def test_finishings_share_is_of_the_whole_tasks_time() -> None:
    found = FinishingCosts(3.0, (StepCost("soundtrack", 0.75), StepCost("label", 0.25)))
    assert found.finishing_seconds == pytest.approx(1.0)
    assert found.share == pytest.approx(0.25)
    assert 0 < MAX_FINISHING_SHARE < 1


@pytest.mark.slow
def test_the_command_measures_every_step_and_writes_json(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "keyreel", "bench", "finishing", "--resolution", "360p", "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=True)
    assert "soundtrack" in done.stdout
    found = json.loads(out.read_text())
    steps = [step["step"] for step in found["steps"]]
    assert steps[1:-1] == ["watermark", "soundtrack", "label", "credentials"]
    assert all(step["cpu_seconds"] >= 0 for step in found["steps"])
    # 360p renders in a quarter of 720p's time, and sounds as long.
    assert 0 < found["share"] < 0.6
