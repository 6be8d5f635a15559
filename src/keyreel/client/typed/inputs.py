"""Inputs as programs may give them, as types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from keyreel.client.images import ImageLike

if TYPE_CHECKING:
    from typing import NotRequired

ImagesLike: TypeAlias = ImageLike | Sequence[ImageLike]
"""One image stands for a list of one."""


class KeyframeInput(TypedDict):
    """A keyframe, and the shot that leads to it."""

    key_image: ImageLike
    prompt: NotRequired[str]
    duration: NotRequired[int]


class SubjectInput(TypedDict):
    """A subject, which prompts call `@id`."""

    id: NotRequired[str]
    name: NotRequired[str]
    images: ImagesLike
    voice_id: NotRequired[str]
