"""The rules that texts in settings keep: their patterns, and what is said where one is broken."""

from __future__ import annotations

import re
from typing import Final

PATTERN_RULES: Final = {
    **dict.fromkeys(
        ("host", "metrics_host"), "must be an address such as 127.0.0.1 or ::1, or a host's name"
    ),
    "public_url": "must be an address such as https://video.example.com, without ? and #",
    "producer": "must be 1 to 127 printable ASCII characters, without space, quotation mark and backslash",
    **dict.fromkeys(("keep_inputs", "keep_videos", "keep_records"), "must be such as 12h or 7d, or forever"),
}
"""The rules that patterns hold, in words."""
SECRET_RULES: Final = {
    "api_key": (re.compile(r"[!-~]{1,256}"), "must be 1 to 256 printable ASCII characters without a space"),
    "webhook_secret": (
        re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}"),
        "must be whsec_ and base64 of 24 to 64 bytes",
    ),
}

PERIOD_PATTERN: Final = r"^([0-9]{1,5}[smhd]|forever)$"
HOST_PATTERN: Final = r"^([A-Za-z0-9_:%-]{1,63}\.?)+$"
