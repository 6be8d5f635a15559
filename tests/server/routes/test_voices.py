from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from keyreel.sound.speech.installed_voices import find_model_parts, list_named_voices

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def test_lists_the_named_voices_without_a_key(client: TestClient) -> None:
    del client.headers["Authorization"]
    listed = client.get("/v1/voices").json()
    assert len(listed) == 16
    heart = {"id": "heart", "name": "Heart", "language": "en", "gender": "female", "available": True}
    assert listed[0] == heart
    assert {each["language"] for each in listed} == {"en", "zh"}
    assert all(each["available"] for each in listed) == bool(find_model_parts())


def test_says_which_voices_the_base_install_lacks() -> None:
    assert [card.id for card in list_named_voices(()) if card.available] == ["heart"]


def test_the_server_loads_no_voice_to_answer() -> None:
    code = (
        "import sys, keyreel.server.routes.voices as voices;"
        "voices.list_named_voices(voices.find_model_parts());"
        "print(*{'numpy', 'hibari', 'onnxruntime', 'pypinyin', 'av'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
