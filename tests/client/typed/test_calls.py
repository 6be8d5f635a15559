"""What a type checker says of calls: a wrong model or field is an error before anything runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
GOOD = """
from pathlib import Path

from keyreel import AsyncClient, Client


def make(client: Client) -> str:
    client.submit("vidu-q2-pro-multiframe", images=["a.png", Path("b.png"), b""], prompts=["go", "stop"])
    client.draft("q2-pro-reference2video", prompt="@cat jumps", subjects=[{"id": "cat", "images": "cat.png"}])
    client.quote("vidu-q2-text2video", prompt="rain", seed=None)
    return client.generate("vidu-q2-pro-img2video", image="a.png", prompt="x", timeout=60.0).url


async def make_too(client: AsyncClient) -> None:
    task = await client.submit("vidu-2.0-img2video", image="a.png", prompt="x", duration=8)
    await (await task.wait(timeout=9)).save("out.mp4")
"""
WRONG = {
    'client.submit("vidu-q9-dream", prompt="x")': "call-overload",
    'client.submit("vidu-q2-text2video", promt="x")': "call-overload",
    'client.generate("vidu-q2-text2video", prompt="x", images=["a.png"])': "call-overload",
    'client.generate("vidu-q2-text2video", prompt="x", resolution="4k")': "call-overload",
    'client.submit("vidu-q2-text2video", prompt="x", timeout=5)': "call-overload",
    'client.submit("vidu-q2-text2video", prompt="x").url': "attr-defined",
}


def check(folder: Path, program: str) -> list[str]:
    file = folder / "program.py"
    file.write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--hide-error-context", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def test_what_is_right_passes_and_each_mistake_is_found(tmp_path: Path) -> None:
    wrong = "".join(f"    {each}\n" for each in WRONG)
    errors = check(tmp_path, f"{GOOD}\n\ndef fail(client: Client) -> None:\n{wrong}")
    first = GOOD.count("\n") + 4
    found = {int(line.split(":")[1]): line.rpartition("[")[2].rstrip("]") for line in errors}
    assert found == {first + index: code for index, code in enumerate(WRONG.values())}
