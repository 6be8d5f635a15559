"""The last step, Content Credentials: from here on every changed byte can be detected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.clock import SystemClock
from keyreel.errors import RenderFailed
from keyreel.provenance import x509
from keyreel.provenance.c2pa_manifest import ProvenanceClaim, sign_video

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.order import Order
    from keyreel.provenance.signing_certificates import SigningCredentials

_UNSIGNED_NOTE: Final = "The video has no Content Credentials: it could not be signed."
_OUT_OF_DATE_NOTE: Final = (
    "The video has no Content Credentials: the server's certificate is valid {validity}, and its clock "
    "shows {today:%Y-%m-%d}."
)

_log = structlog.stdlib.get_logger(__name__)


def sign_credentials(clip: Clip, order: Order, context: FinishingContext) -> Clip:
    """Sign the video where the context has credentials to sign with.

    A certificate that has expired, or is not valid yet, must not stop all production: the video is delivered
    unsigned then, with a note for the client and a warning in the log.
    """
    del order
    if context.credentials is None:
        return clip
    out = context.folder / "signed.mp4"
    claim = ProvenanceClaim(context.task_id, context.producer, clip.source)
    try:
        sign_video(clip.path, out, claim, context.credentials)
    except RenderFailed as error:
        _log.warning("video not signed", task=context.task_id, reason=str(error.__cause__))
        return replace(clip, notes=(*clip.notes, _explain_unsigned(context.credentials)))
    return replace(clip, path=out)


def _explain_unsigned(credentials: SigningCredentials) -> str:
    # The library goes by the machine's clock as well.
    today = SystemClock().now()
    if x509.is_valid(credentials.chain, today):
        return _UNSIGNED_NOTE
    return _OUT_OF_DATE_NOTE.format(validity=x509.describe_validity(credentials.chain), today=today)
