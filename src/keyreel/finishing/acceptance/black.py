"""Black stretches, where no image of the order is black itself and no prompt asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.finishing.acceptance.flaw import Flaw, describe_span
from keyreel.order import list_images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.finishing.acceptance.look import Look
    from keyreel.finishing.acceptance.miniatures import Miniature

_BLACK: Final = 16  # of 255: a pixel whose channels are all below
_BLACK_FRAME: Final = 0.95  # share of black pixels; the rest is left to a watermark
_DARK_INPUT: Final = 0.75  # share of black pixels of an image from which black frames may come
_LONGEST_SECONDS: Final = 0.4
_PROMPTED: Final = (
    r"\bblack(?:ness|out|s out)?\b|\bdark(?:ness)?\b|\bfad(?:e|es|ing)\b"
    r"|\blights? (?:go|goes) out\b|[黑暗]|淡[入出]"
)


def find_black(look: Look) -> Iterator[Flaw]:
    """Find the first black stretch of more than 0.4 s."""
    begin: float | None = None
    for each in look.miniatures:
        if _compute_black_share(each.image) >= _BLACK_FRAME:
            begin = each.seconds if begin is None else begin
        elif begin is not None and each.seconds - begin > _LONGEST_SECONDS:
            break
        else:
            begin = None
    else:
        each = None
    end = look.order.seconds if each is None else each.seconds
    if begin is not None and end - begin > _LONGEST_SECONDS and not _may_be_black(look):
        yield Flaw(f"it is black {describe_span(begin, end)}")


def _may_be_black(look: Look) -> bool:
    return look.is_prompted(_PROMPTED) or any(
        _compute_black_share(look.load_image(image)) >= _DARK_INPUT for image in list_images(look.order)
    )


def _compute_black_share(image: Miniature) -> float:
    return float((image.max(axis=2) < _BLACK).mean())
