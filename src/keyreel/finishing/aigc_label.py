"""The label of generated content: the AIGC identifier as metadata of the MP4, and in an XMP box behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyreel.errors import RenderFailed
from keyreel.media.mux import remux
from keyreel.provenance import aigc_identifier, xmp

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.order import Order


def write_aigc_label(clip: Clip, order: Order, context: FinishingContext) -> Clip:
    """Write the label into the file's index (moov), and the index to the front: players start at once.

    Raises:
        RenderFailed: the identifier cannot be stored as it is.
    """
    out = context.folder / "labelled.mp4"
    value = aigc_identifier.build_identifier(order.label, context.task_id, context.producer)
    if "\0" in value:
        raise RenderFailed("The AIGC identifier contains the character U+0000, which an MP4 cannot store.")
    remux(clip.path, out, {aigc_identifier.AIGC_KEY: value})
    # A box at the end of the file moves nothing: the index's offsets stay right.
    with out.open("ab") as file:
        file.write(xmp.build_box(xmp.build_packet(value, clip.source)))
    return replace(clip, path=out)
