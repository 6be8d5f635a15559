"""The public clients that are tried: where each comes from, what it needs, and who drives it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Registry(StrEnum):
    """Where a client is published."""

    PYPI = "pip"
    NPM = "npm"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Client:
    """One client. `newest` is what is asked for with --newest; without it the pins are installed."""

    name: str
    speaks: str
    driver: str
    registry: Registry
    newest: tuple[str, ...] = ()
    pinned: str = ""
    """The one pin of a client that has no dependencies; others have a file of pins."""
    least: tuple[int, int] = (3, 11)
    """The oldest Python or Node that runs it."""


CLIENTS: Final = (
    Client("novita-client", "/v3/async", "drive_novita.py", Registry.PYPI, ("novita-client",)),
    Client("seaart-sdk", "vtrix", "drive_seaart.py", Registry.PYPI, ("seaart-sdk",)),
    # In no registry: the driver sends what the program's source says, in its order and with its checks.
    Client("vtrix-cli", "vtrix", "drive_vtrix_cli.py", Registry.NONE),
    # 0.1.2 asks for any mcp, but its imports are those of mcp 1.
    Client(
        "vidu-mcp",
        "/ent/v2",
        "drive_vidu_mcp.py",
        Registry.PYPI,
        ("vidu-mcp", "mcp<2"),
        least=(3, 12),
    ),
    Client("comfy-cli", "/proxy/vidu", "drive_comfy.py", Registry.PYPI, ("comfy-cli",)),
    Client("openai", "/v1/videos", "drive_openai.py", Registry.PYPI, ("openai",)),
    Client(
        "openai-node",
        "/v1/videos",
        "drive_openai.mjs",
        Registry.NPM,
        ("openai",),
        pinned="openai@7.59.0",
        least=(20, 0),
    ),
)
