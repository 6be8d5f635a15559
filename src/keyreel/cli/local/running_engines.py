"""What a running server says about its engines: its worker has met what this process cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.operator_client import OperatorOptions, connect_to_server, is_served

if TYPE_CHECKING:
    from pathlib import Path


def read_running_problems(data: Path) -> dict[str, str]:
    """Return what is wrong with the engines of the server that has a data folder open, by name.

    Only engines with a problem are in it, so that it is empty where no server runs.

    Raises:
        RemoteError: the server does not say.
    """
    if not is_served(DataFolder(data)):
        return {}
    with connect_to_server(OperatorOptions(data)) as server:
        engines = server.request("GET", "/v1/admin/engines")["engines"]
    return {each["name"]: each["detail"] for each in engines if not each["healthy"]}
