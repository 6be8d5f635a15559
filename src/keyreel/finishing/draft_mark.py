"""The mark of drafts. It opens nothing: the worker names it, and finishing lays it."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from keyreel.order import ImageRef

DRAFT_MARK: Final = ImageRef(str(files("keyreel.finishing").joinpath("draft.png")))
