"""The rules of settings that are patterns, and how error messages put them in words."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

PATTERN_RULES: Final = {
    **dict.fromkeys(("host", "metrics_host"), "must be an address such as 127.0.0.1 or ::1, or a host name"),
    "public_url": "must be a URL such as https://video.example.com, without ? and #",
    "producer": (
        "must be 1 to 127 printable ASCII characters, without spaces, quotation marks, or backslashes"
    ),
    **dict.fromkeys(
        ("keep_inputs", "keep_videos", "keep_records", "engine_wait"),
        "must be a period such as 12h or 7d, or forever",
    ),
    "node": "must be 1 to 64 letters, digits and . _ : -",
}
"""The rules that patterns hold, in words."""
SECRET_RULES: Final = {
    "api_key": (re.compile(r"[!-~]{1,256}"), "must be 1 to 256 printable ASCII characters without a space"),
    "secret": (
        re.compile(r"[!-+\--~]{32,256}(,[!-+\--~]{32,256}){0,3}"),
        (
            "must be 32 to 256 printable ASCII characters without spaces and commas, such as from "
            "`openssl rand -hex 32`; up to three older ones can follow, separated by commas"
        ),
    ),
    "database": (
        re.compile(r"postgres(ql)?://[!-~]+"),
        "must be a URL such as postgresql://user:password@host/name, without a space",
    ),
    "webhook_secret": (
        re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}"),
        "must be whsec_ and base64 of 24 to 64 bytes",
    ),
}

HOST_PATTERN: Final = r"^([A-Za-z0-9_:%-]{1,63}\.?)+$"
PERIOD_PATTERN: Final = r"^([0-9]{1,5}[smhd]|forever)$"
EngineWait = Annotated[
    str,
    Field(
        pattern=PERIOD_PATTERN,
        description="How long a task waits if all its engines are unavailable (a server is down, a key is "
        "refused, a budget is used up) before it fails and is refunded. `forever`: until one is available.",
    ),
]
