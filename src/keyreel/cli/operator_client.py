"""An operator's requests: to a running server, or to its application opened here over the data folder.

Commands import it when they are declared, so it loads what it needs only when a request is sent.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import DataFolderLocked, InvalidSetting, MissingKey, RemoteError
from keyreel.system.private_folder import private_umask

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    import httpx

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.json_types import Json

_TIMEOUT_SECONDS: Final = 5.0
"""As httpx has it, for connecting and for each read."""
_READING_TIMEOUT_SECONDS: Final = 600.0
"""Adding up a long ledger takes its time."""
_LOCK_TIMEOUT_SECONDS: Final = 10.0
_LOCK_PAUSE_SECONDS: Final = 0.1
_IN_PROCESS_URL: Final = "http://keyreel"
"""No name of a machine: requests under it stay in this process."""
_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class OperatorOptions:
    """The options that say where an operator's requests go; empty where they were not given."""

    data: Path | None
    base_url: str = ""
    admin_token: str = ""


class OperatorClient:
    """Sends an operator's requests; `server_name` stands in the sentences about errors."""

    def __init__(self, http: httpx.Client, server_name: str, url: str = "") -> None:
        self._http = http
        self._url = url
        self._server_name = server_name

    def request(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request and return the JSON of the response.

        Raises:
            RemoteError: the server refuses, or does not answer.
        """
        with self._stream(method, path, body) as response:
            return self._parse(response.read())

    @contextmanager
    def stream_lines(self, path: str) -> Generator[Iterator[str]]:
        """Send a GET request and lend the lines of the response.

        Raises:
            RemoteError: the server refuses, or does not answer.
        """
        with self._stream("GET", path, None) as response:
            yield response.iter_lines()

    @contextmanager
    def _stream(self, method: str, path: str, body: Json | None) -> Generator[httpx.Response]:
        import httpx

        try:
            with self._http.stream(method, path, json=body) as response:
                if not response.is_success:
                    message = self._parse(response.read()).get("message", response.reason_phrase)
                    raise RemoteError(message, status=response.status_code)
                yield response
        except httpx.ConnectError as error:
            from keyreel.client.sansio.absence import phrase_absence

            raise RemoteError(phrase_absence(self._url, str(error))) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RemoteError(f"{self._server_name} does not respond: {error}.") from None

    def _parse(self, content: bytes) -> Json:
        try:
            parsed = json.loads(content)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise RemoteError(f"{self._server_name} is not a Keyreel server: its response is malformed.")
        return parsed


@contextmanager
def connect(options: OperatorOptions, *, may_create: bool = False) -> Generator[OperatorClient]:
    """Connect to the server that is named or, else, has the data folder open; where none has, open it here.

    `may_create` makes an installation where there is none: for commands that a new one begins with.

    Raises:
        MissingKey: a server elsewhere is named, and no admin token is given.
        InvalidSetting: there is no installation in the folder, and none may be made.
    """
    if options.base_url:
        with connect_to_server(options) as client:
            yield client
        return
    folder = DataFolder.from_option(options.data)
    if not may_create:
        require_installation(folder)
    with ExitStack() as stack:
        stack.enter_context(private_umask())
        folder.create()
        stores = stack.enter_context(_open_unless_served(folder))
        yield stack.enter_context(
            _connect_in_process(folder, stores) if stores else connect_to_server(options)
        )


@contextmanager
def _open_unless_served(folder: DataFolder) -> Generator[tuple[TaskStore, ApiKeyStore] | None]:
    """Open the folder's database; None where a server has it.

    A server that starts, and another command, are waited for: both are soon done.

    Raises:
        DataFolderLocked: another process has it, and answers no request.
    """
    from keyreel.cli.local.task_store import locate_database, open_store
    from keyreel.settings import read_settings

    location = locate_database(read_settings(data=folder.path))
    deadline = time.monotonic() + _LOCK_TIMEOUT_SECONDS
    with ExitStack() as stack:
        stores = None
        while stores is None:
            try:
                stores = stack.enter_context(open_store(location))
            except DataFolderLocked:
                if is_served(folder):
                    break
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOCK_PAUSE_SECONDS)
        yield stores


@contextmanager
def connect_for_reading(options: OperatorOptions) -> Generator[OperatorClient]:
    """Connect as `connect` does; where no server answers, read the folder and change nothing in it.

    Another process may have the folder then: a server that starts or ends, or another command.
    """
    folder = DataFolder.from_option(options.data)
    if options.base_url or is_served(folder):
        with connect_to_server(options, timeout_seconds=_READING_TIMEOUT_SECONDS) as client:
            yield client
        return
    from keyreel.cli.local.task_store import locate_database, open_read_only_store
    from keyreel.settings import read_settings

    require_installation(folder)
    with (
        open_read_only_store(locate_database(read_settings(data=folder.path))) as stores,
        _connect_in_process(folder, stores, read_only=True) as client,
    ):
        yield client


def require_installation(folder: DataFolder) -> None:
    """Return if a folder holds an installation, perhaps a damaged one.

    Raises:
        InvalidSetting: there is nothing in it, as where its name is misspelt.
    """
    from keyreel.cli.local.task_store import locate_database
    from keyreel.settings import read_settings

    if not (locate_database(read_settings(data=folder.path)).exists() or folder.files.is_dir()):
        raise InvalidSetting(
            f"data: {folder.path} has no installation. Create one with `keyreel up`, or choose another "
            "folder with --data or KEYREEL_DATA."
        )


@contextmanager
def connect_to_server(
    options: OperatorOptions, timeout_seconds: float = _TIMEOUT_SECONDS
) -> Generator[OperatorClient]:
    """Connect to the running server that is named, else to the data folder's.

    Raises:
        MissingKey: a server elsewhere is named, and no admin token is given.
        RemoteError: its URL is none, or no server has ever run on the folder.
    """
    import httpx

    folder = DataFolder.from_option(options.data)
    url = options.base_url or folder.read_server_url()
    if not url:
        raise RemoteError(
            f"No server is running with {folder.path}: start one with `keyreel up`, or set --base-url."
        )
    name = f"The server at {url}" if options.base_url else f"The server that holds {folder.path}"
    headers = {"Authorization": f"Bearer {_choose_admin_token(options, folder)}"}
    try:
        http = httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=timeout_seconds)
    except httpx.InvalidURL as error:
        raise RemoteError(f"{name} does not respond: {error}.") from None
    with http:
        yield OperatorClient(http, name, url)


def _choose_admin_token(options: OperatorOptions, folder: DataFolder) -> str:
    """Return the token that is given, else the folder's, which is for no server but those on this machine."""
    if options.admin_token or not options.base_url:
        return options.admin_token or folder.read_admin_token()
    is_own = options.base_url.rstrip("/") == folder.read_server_url()
    if is_own or urlsplit(options.base_url).hostname in _LOOPBACK_HOSTS:
        token = folder.read_admin_token()
        if token:
            return token
    raise MissingKey(f"{options.base_url} needs an admin token: set --admin-token or KEYREEL_ADMIN_TOKEN.")


def is_served(folder: DataFolder) -> bool:
    """Say whether a server has the folder open and takes connections."""
    from keyreel.tasks.database.folder_lock import is_held

    if not is_held(folder.path):
        return False
    import httpx

    try:
        httpx.get(f"{folder.read_server_url()}/health/live", trust_env=False)
    except (httpx.ConnectError, httpx.UnsupportedProtocol):
        return False
    except httpx.HTTPError:
        return True  # it is there: what is wrong with it, the request itself will tell
    return True


@contextmanager
def _connect_in_process(
    folder: DataFolder, stores: tuple[TaskStore, ApiKeyStore], *, read_only: bool = False
) -> Generator[OperatorClient]:
    from secrets import token_urlsafe

    import httpx

    from keyreel.cli.in_process_transport import InProcessTransport
    from keyreel.cli.local.installation_secrets import open_secrets
    from keyreel.cli.local.operator_app import build_operator_app
    from keyreel.cli.local.webhook_secrets import make_unkept_webhook_secrets, open_webhook_secrets
    from keyreel.cli.logs import configure_logs
    from keyreel.settings import read_settings
    from keyreel.settings.operations import LogLevel

    # A command's output is its own: lines of requests that it sends to itself are not for it.
    configure_logs(LogLevel.WARNING)
    settings, token = read_settings(data=folder.path), token_urlsafe(32)
    webhook_secrets = (
        make_unkept_webhook_secrets()
        if read_only
        else open_webhook_secrets(settings, open_secrets(settings, stores[0].database, stores[0].clock))
    )
    app = build_operator_app(settings, *stores, webhook_secrets=webhook_secrets, admin_token=token)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=_IN_PROCESS_URL, headers=headers, transport=InProcessTransport(app)) as http:
        yield OperatorClient(http, f"The server's application over {folder.path}")
