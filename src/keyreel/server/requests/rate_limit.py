"""The rate limit of submits, reported in headers: counted in memory, or as several servers have counted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from keyreel.errors import RateLimited
from keyreel.tasks.accounts.quotas import Quotas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from keyreel.clock import Clock
    from keyreel.settings import Settings
    from keyreel.tasks.accounts.quotas import OwnerQuotas
    from keyreel.tasks.accounts.submit_counts import OwnerRate

WINDOW_SECONDS: Final = 60
"""Rate limits are submits in a window of this length that ends now."""
_WINDOW: Final = timedelta(seconds=WINDOW_SECONDS)
_MAX_TRACKED_CALLERS: Final = 10_000
"""Beyond this many, keys and tenants without a submit in the window are forgotten."""


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """A caller's rate: `limit` submits a minute, `remaining` of them now, one more in `reset_seconds`."""

    owner: OwnerQuotas
    limit: int
    remaining: int
    reset_seconds: int
    allowed: bool = True

    def require_allowed(self) -> None:
        """Return if the submit may go on.

        Raises:
            RateLimited: it is one too many.
        """
        if not self.allowed:
            raise RateLimited(
                f"This {self.owner.owner_kind} can submit {self.limit} times a minute: try again in "
                f"{self.reset_seconds} s. Polls don't count.",
                retry_after_seconds=self.reset_seconds,
            )

    def to_headers(self) -> dict[str, str]:
        """Write the headers of the IETF draft, and those of its earlier versions, which most clients read."""
        return {
            "RateLimit-Policy": f'"submits";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"submits";r={self.remaining};t={self.reset_seconds}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class RateLimiter:
    """The submits of the last minute where one server gets all of them, in memory: a restart forgets them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._submit_times: dict[tuple[str, str], deque[datetime]] = {}

    def count_submit(self, quotas: tuple[OwnerQuotas, ...]) -> RateLimitStatus | None:
        """Count a submit against every owner with a rate limit; return the tightest, None if there is none.

        A submit that one owner's limit does not allow counts against none.
        """
        now = self._clock.now()
        limited = [
            (owner, owner.quotas.rpm, self._get_recent_submits(owner, now))
            for owner in quotas
            if owner.quotas.rpm
        ]
        full = [
            _build_status(owner, limit, times, now) for owner, limit, times in limited if len(times) >= limit
        ]
        if full:
            return max(full, key=lambda each: each.reset_seconds)
        for _, _, times in limited:
            times.append(now)
        statuses = [_build_status(owner, limit, times, now, allowed=True) for owner, limit, times in limited]
        return min(statuses, key=lambda each: each.remaining, default=None)

    def _get_recent_submits(self, owner: OwnerQuotas, now: datetime) -> deque[datetime]:
        if len(self._submit_times) > _MAX_TRACKED_CALLERS:
            used = {
                key: times for key, times in self._submit_times.items() if times and times[-1] > now - _WINDOW
            }
            self._submit_times = used
        times = self._submit_times.setdefault((owner.owner_kind, owner.owner_id), deque())
        # Future times too: the clock may have been set back.
        while times and not now - _WINDOW < times[0] <= now:
            times.popleft()
        return times


def _build_status(
    owner: OwnerQuotas, limit: int, times: deque[datetime], now: datetime, *, allowed: bool = False
) -> RateLimitStatus:
    # One more is allowed when enough submits have left the window.
    until = times[max(0, len(times) - limit)] + _WINDOW - now
    return RateLimitStatus(owner, limit, limit - len(times), max(1, ceil(until.total_seconds())), allowed)


def choose_rate(rates: Sequence[OwnerRate]) -> RateLimitStatus | None:
    """Return the tightest of the rates that all servers have counted, None if there is none.

    If the submit is one too many, it is the one that lets it through last.
    """
    refused = [each for each in rates if not each.is_counted]
    if refused:
        full = [each for each in refused if each.recent >= each.limit] or refused
        slowest = max(full, key=lambda each: each.next_seconds)
        return RateLimitStatus(slowest.owner, slowest.limit, 0, slowest.next_seconds, allowed=False)
    statuses = [
        RateLimitStatus(each.owner, each.limit, max(0, each.limit - each.recent), each.next_seconds)
        for each in rates
    ]
    return min(statuses, key=lambda each: each.remaining, default=None)


def get_default_limits(settings: Settings) -> Quotas:
    """Return the quotas of API keys that have none of their own."""
    return Quotas(settings.rpm, settings.running, settings.queued, settings.daily_credits)
