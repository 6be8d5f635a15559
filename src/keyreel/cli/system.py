"""What the server needs of an operating system."""

from keyreel.errors import InvalidSetting


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
