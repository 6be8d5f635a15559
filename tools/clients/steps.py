"""What a driver tells of its client: a line of JSON for each step. Runs where the client is installed."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

URL: Final = os.environ["TRY_URL"]
KEY: Final = os.environ["TRY_KEY"]
FOLDER: Final = Path(os.environ["TRY_FOLDER"])
IMAGE: Final = Path(os.environ["TRY_IMAGE"])
# The size that 540p is documented with for 16:9; the image has it as well.
SIZE: Final = "960x528"
PROMPT: Final = "The camera slowly moves in."
WORDS: Final = "A red kite flies over green hills, wind in the grass."
FAILING: Final = "The camera slowly moves in. [keyreel:fail=RenderFailed]"
"""A prompt by which a server in development mode lets the task fail."""
WHY: Final = "marker in the prompt"
"""Words of the reason that such a task ends with."""
PATIENCE_SECONDS: Final = 100


@dataclass(frozen=True)
class Video:
    """A file that a client saved, and the size and length that it is to have."""

    path: Path
    size: str = SIZE
    seconds: int = 1


def version(number: str) -> None:
    """Tell which version runs."""
    print(json.dumps({"version": number}), flush=True)


def take(step: str, work: Callable[[], Video | str | None]) -> None:
    """Take one step and tell what came of it."""
    try:
        found = work()
    except Exception as fault:  # noqa: BLE001 - whatever a client raises is what there is to tell
        tell(step, f"{type(fault).__name__}: {fault}", ok=False)
    else:
        tell(step, found or "", ok=True)


def tell(step: str, found: Video | str, *, ok: bool) -> None:
    """Print one line."""
    line: dict[str, object] = {"step": step, "ok": ok}
    if isinstance(found, Video):
        line |= {"told": "", "video": str(found.path), "size": found.size, "seconds": found.seconds}
    else:
        line["told"] = found
    print(json.dumps(line), flush=True)


def said(message: str, *words: str) -> str:
    """Return a message of which a person can make something: one that has these words."""
    missing = [word for word in words if word not in message]
    if missing:
        raise AssertionError(f"{message!r} does not say {missing}")
    return message


def raised(work: Callable[[], object], kind: type[Exception]) -> Exception:
    """Return the error by which a client tells of a refusal."""
    try:
        found = work()
    except kind as error:
        return error
    raise AssertionError(f"nothing was refused: {found!r}")


def data_uri() -> str:
    """Return the image as clients put it into a request."""
    return "data:image/png;base64," + base64.b64encode(IMAGE.read_bytes()).decode()


def saved(url: str, name: str) -> Path:
    """Download what a client only names."""
    if not url.startswith(f"{URL}/"):
        raise AssertionError(f"the address leads elsewhere: {url!r}")
    path = FOLDER / name
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - the server's own
        path.write_bytes(answer.read())
    return path
