"""Whom a submit asks to be told of its task: the callback that is stored beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.tasks.webhooks.events import Callback

if TYPE_CHECKING:
    from keyreel.server.services import Services
    from keyreel.server.submission.submit import SubmitRequest
    from keyreel.wire.endpoints.endpoint import Endpoint


def build_callback(request: SubmitRequest, endpoint: Endpoint, services: Services) -> Callback | None:
    """Return the callback that a submit asks for; None where it names no URL.

    This is the only moment at which the submitting API key is known: where the format signs webhooks with it,
    it is stored sealed.
    """
    if not endpoint.webhook_url:
        return None
    policy = request.dialect.webhook_policy
    schedule = services.settings.callback_schedule or policy.schedule
    sealed_key = (
        services.vault.seal(request.api_key, request.caller.tenant) if policy.signs_with_api_key else ""
    )
    return Callback(
        url=endpoint.webhook_url,
        base_url=request.base_url,
        states=policy.states,
        sealed_key=sealed_key,
        wait_seconds=schedule[0],
    )
