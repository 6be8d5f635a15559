"""Drives comfy-cli: `comfy generate upload`, `vidu-i2v`, `vidu` and `resume`, as commands with JSON to read.

Calls: POST /customers/storage, PUT to the address that it answers, POST /proxy/vidu/{operation} and
GET /proxy/vidu/tasks/{id}/creations. The key is of a kind that it sends as X-API-Key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from steps import (
    FAILING,
    FOLDER,
    IMAGE,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    SIZE,
    URL,
    WHY,
    WORDS,
    Video,
    said,
    take,
    version,
)

COMFY = Path(sys.executable).with_name("comfy")
SMALL = ("--duration", "1", "--resolution", "540p", "--movement_amplitude", "small")
I2V = ("vidu-i2v", "--model", "viduq2-pro", *SMALL)
T2V = ("vidu", "--model", "viduq2", *SMALL, "--aspect_ratio", "16:9")


def comfy(*words: str, key: str = KEY) -> dict[str, Any]:
    """Run `comfy generate …` and return what it printed."""
    # Its answers are JSON when nobody watches; --yes is the consent to spend credits.
    done = subprocess.run(
        [COMFY, "--skip-prompt", "generate", *words],
        env={**os.environ, "COMFY_API_BASE_URL": URL, "COMFY_API_KEY": key},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"exit {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}") from None
    return told


def generated(*words: str, key: str = KEY) -> dict[str, Any]:
    """Submit, wait and download as the client does."""
    return comfy(*words, "--yes", "--timeout", str(PATIENCE_SECONDS), key=key)


def uploaded() -> str:
    """Upload the image and return its address, as the client's users hand it on."""
    return json.dumps([comfy("upload", str(IMAGE), "--json")["url"]])


def saved(told: dict[str, Any]) -> Video:
    """Return the video that the client saved; it saves the cover as well."""
    if not told["ok"]:
        raise AssertionError(error_of(told))
    files = [Path(name) for name in told["data"]["saved"]]
    if [file.suffix for file in files] != [".mp4", ".jpg"]:
        raise AssertionError(f"saved {files}")
    return Video(files[0], SIZE)


def resumed() -> Video:
    """Submit without waiting, and fetch the video by the job's id afterwards."""
    job = comfy(*I2V, "--images", uploaded(), "--async", "--json", "--yes")["task_id"]
    return saved(comfy("resume", "vidu-i2v", job, "--download", f"{FOLDER}/resumed/"))


def extended() -> Video:
    """Let a video of four seconds go on for one more, which is all that is made."""
    longer = (*I2V, "--duration", "4", "--images", uploaded(), "--prompt", PROMPT)
    told = generated(*longer)["data"]["result"]["creations"][0]["id"]
    asked = ("--video_creation_id", told, "--prompt", PROMPT, "--duration", "1", "--resolution", "540p")
    return saved(
        generated("vidu-extend", "--model", "viduq2-pro", *asked, "--download", f"{FOLDER}/extended/")
    )


def error_of(told: dict[str, Any]) -> str:
    """Return all that the client shows of an error."""
    if told["ok"]:
        raise AssertionError("nothing was refused")
    return " ".join(str(told["error"][name]) for name in ("code", "message", "details"))


def refused() -> str:
    """Ask for a model that is not there."""
    told = generated("vidu-i2v", "--model", "viduq9", "--images", uploaded())
    return said(error_of(told), "API error 400", "viduq9")


def wrong_key() -> str:
    """Come with a key that nobody has."""
    return said(error_of(generated(*T2V, "--prompt", WORDS, key="nobody")), "API error 401")


def failed() -> str:
    """Submit what is accepted and cannot be made."""
    told = generated(*I2V, "--images", uploaded(), "--prompt", FAILING)
    return said(error_of(told), "generate_job_failed", WHY)


def image() -> Video:
    """Make a video of the uploaded image."""
    asked = ("--images", uploaded(), "--prompt", PROMPT, "--download", f"{FOLDER}/image/")
    return saved(generated(*I2V, *asked))


version(version_of("comfy-cli"))
take("image", image)
take("words", lambda: saved(generated(*T2V, "--prompt", WORDS, "--download", f"{FOLDER}/words/")))
take("resume", resumed)
take("extend", extended)
take("refused", refused)
take("wrong key", wrong_key)
take("failed", failed)
