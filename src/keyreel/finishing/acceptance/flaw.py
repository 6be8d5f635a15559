"""What is odd about a clip. The worker reads it without loading what looks at clips: codecs, NumPy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is odd about a clip, in words that follow "as": "it is black from 1.0 s to 2.5 s".

    A clip with a flaw that is not deliverable is none of what was ordered.
    """

    text: str
    is_deliverable: bool = True


def describe_flaws(flaws: tuple[Flaw, ...]) -> str:
    """Put flaws into one clause."""
    return "; ".join(flaw.text for flaw in flaws)


def describe_span(begin: float, end: float) -> str:
    """Say from when to when something lasts; times in seconds."""
    return f"from {begin:.1f} s to {end:.1f} s"
