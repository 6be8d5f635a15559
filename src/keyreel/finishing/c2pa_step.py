"""Content Credentials, the last step: from here on every changed byte shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.errors import RenderFailed
from keyreel.provenance.c2pa_manifest import Claim, sign

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.context import Workbench
    from keyreel.order import Order

_UNSIGNED: Final = "The video carries no Content Credentials: it could not be signed."

_log = structlog.stdlib.get_logger(__name__)


def credentials(clip: Clip, order: Order, workbench: Workbench) -> Clip:
    """Sign the video, where the workbench has something to sign with.

    A certificate that has come to its end must not stop all production: then the video says less of itself,
    and the client and the log are told.
    """
    del order
    if workbench.credentials is None:
        return clip
    out = workbench.folder / "signed.mp4"
    claim = Claim(workbench.task_id, workbench.producer, clip.source)
    try:
        sign(clip.path, out, claim, workbench.credentials)
    except RenderFailed as error:
        _log.warning("video not signed", task=workbench.task_id, reason=str(error.__cause__))
        return replace(clip, notes=(*clip.notes, _UNSIGNED))
    return replace(clip, path=out)
