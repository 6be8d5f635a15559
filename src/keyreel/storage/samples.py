"""The sample pictures that ship with the studio: the reference's examples name them by URL."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SAMPLES_PATH: Final = "/studio/samples/"
"""Where a server has them."""


def find_sample(url: str) -> Traversable | None:
    """Return the file behind the URL of a sample; None for any other URL, and for what is none.

    The host does not matter: the same pictures ship with every server, which knows only some of the names by
    which it is reached, and must not connect to itself.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    _, found, name = parts.path.rpartition(SAMPLES_PATH)
    if not found or "/" in name or parts.query:
        return None
    picture = files("keyreel").joinpath("server", "static", "studio", "samples", name)
    return picture if name.endswith(".webp") and picture.is_file() else None
