"""Content Credentials, the last step: from here on every changed byte shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyreel.provenance.manifest import Claim, sign

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.workbench import Workbench
    from keyreel.order import Order


def credentials(clip: Clip, order: Order, workbench: Workbench) -> Clip:
    """Sign the video, where the workbench has something to sign with.

    Raises:
        RenderFailed: it cannot be signed.
    """
    del order
    if workbench.credentials is None:
        return clip
    out = workbench.folder / "signed.mp4"
    claim = Claim(workbench.task_id, workbench.producer, clip.source)
    sign(clip.path, out, claim, workbench.credentials)
    return replace(clip, path=out)
