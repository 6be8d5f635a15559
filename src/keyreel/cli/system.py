"""What a server needs of its machine before it starts: the operating system, and a folder to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.errors import DataFolderLocked, InvalidSetting

if TYPE_CHECKING:
    from pathlib import Path


def check_system(family: str) -> None:
    """Make sure that the operating system, as `os.name` calls it, can run the server.

    Raises:
        InvalidSetting: it has no POSIX locks, process groups and limits.
    """
    if family != "posix":
        raise InvalidSetting(
            "The server needs POSIX file locks, process groups and resource limits, which Windows does not "
            "have. Run it in WSL 2 or on Linux; `keyreel generate --base-url …` works from here."
        )


def check_vacancy(data: Path | None) -> None:
    """Make sure that no server runs with the data folder: that is asked before a port is tried.

    It is cheap, so that the answer comes before anything heavy is imported; the folder's lock decides.

    Raises:
        DataFolderLocked: one does; naming its address.
    """
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.cli.operator_client import is_served

    folder = DataFolder.from_option(data)
    if is_served(folder):
        raise DataFolderLocked(
            f"Keyreel is already running with the data folder {folder.path}, at "
            f"{folder.read_server_url()}. Use that server or stop it first. A second server needs its "
            "own folder and port: --data and --port."
        )
