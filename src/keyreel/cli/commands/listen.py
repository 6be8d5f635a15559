"""`keyreel listen`: webhooks arrive on this machine, are checked, printed and passed on."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from keyreel.cli.commands.callbacks import SecretTenantOption, get_secret
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.operator_client import OperatorOptions
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    OperatorUrlOption,
)

_WELCOME: Final = """
  Listening at {url}

  Submit with      "callback_url": "{url}/"
  or               "extra": {{"webhook": {{"url": "{url}/"}}}}
  try it out with  "extra": {{"webhook": {{"url": "{url}/", "test_mode": {{"enabled": true}}}}}}

  The server must be allowed to reach this machine: start it with
  KEYREEL_EGRESS_ALLOW=127.0.0.0/8 keyreel up
  {forwarding}
  Ctrl-C ends it.
"""


def receive_webhooks(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    forward_to: Annotated[str, typer.Option(help="Forward every delivery to this URL.")] = "",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on. 0 picks a free port.")
    ] = 8788,
    tenant: SecretTenantOption = "default",
    api_key: Annotated[
        str,
        typer.Option(
            envvar="KEYREEL_API_KEY", help="API key that submits the tasks, to check native signatures."
        ),
    ] = "",
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
) -> None:
    """Receive webhooks on this machine: check their signatures, print them, and forward them."""
    from keyreel.cli.webhook_receiver import ReceiverSettings, open_receiver
    from keyreel.settings import read_settings

    folder = DataFolder.from_option(data)
    key = api_key or read_settings(data=data).api_key.get_secret_value() or folder.read_own_key()
    secret = get_secret(OperatorOptions(data, base_url, admin_token), tenant)
    receiver = open_receiver(ReceiverSettings(secret, key, forward_to), port)
    url = f"http://127.0.0.1:{receiver.server_port}"
    forwarding = f"Forwarding to {forward_to}.\n" if forward_to else ""
    print(_WELCOME.format(url=url, forwarding=forwarding), flush=True)
    with receiver:
        try:
            receiver.serve_forever()
        except KeyboardInterrupt:
            print()
