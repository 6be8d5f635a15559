"""`keyreel verify`: what a file says about its making, and whether it is true."""

from __future__ import annotations

import json
import sys
from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.errors import InvalidRequest, MissingKey, RemoteError

if TYPE_CHECKING:
    from keyreel.provenance.verification import Evidence, TaskMatch


def verify_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    file: Annotated[Path, typer.Argument(help="Video file to verify.")],
    root: Annotated[
        Path | None, typer.Option(help="PEM file of an additional root certificate to trust.")
    ] = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Verify a video: whether it is untouched, who made it, and which task. Exits with 1 if altered.

    With --base-url, that server's root certificate is trusted and its tasks are searched.
    The file stays here.
    """
    from keyreel.provenance import report
    from keyreel.provenance.sandboxed_examine import read_evidence_sandboxed
    from keyreel.provenance.verification import Verdict, make_report

    if not file.is_file():
        raise InvalidRequest(f"{file} is not a file.")
    folder = DataFolder.from_option(data)
    anchors = _fetch_anchors(base_url) if base_url else _read_anchors(folder)
    if root:
        anchors += b"\n" + root.read_bytes()
    evidence = read_evidence_sandboxed(file.resolve(), anchors)
    options = OperatorOptions(folder.path, base_url, admin_token)
    findings = make_report(evidence, _find_matches(options, evidence))
    if as_json:
        print(json.dumps(report.to_json(findings), indent=2, ensure_ascii=False))
    else:
        for heading, line in report.to_text_lines(findings):
            print(f"{heading:<9}  {line}")
    raise typer.Exit(0 if findings.verdict is Verdict.UNTOUCHED else 1)


def _read_anchors(folder: DataFolder) -> bytes:
    from keyreel.cli.local.node.installation import get_trust_anchors
    from keyreel.settings import read_settings

    return get_trust_anchors(read_settings(data=folder.path))


def _fetch_anchors(base_url: str) -> bytes:
    """Fetch the root certificate that a server shows to everybody.

    Raises:
        RemoteError: it does not answer, or has none.
    """
    import httpx

    try:
        answer = httpx.get(f"{base_url.rstrip('/')}/.well-known/keyreel-c2pa.pem", trust_env=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RemoteError(f"The server at {base_url} has no root certificate: {error}.") from None
    return answer.content


def _find_matches(options: OperatorOptions, evidence: Evidence) -> tuple[TaskMatch, ...]:
    """Find the tasks that made this video; where there is no database here, there are none."""
    from keyreel.cli.local.task_store import locate_database
    from keyreel.provenance.verification import TaskMatch
    from keyreel.settings import read_settings

    if not options.base_url and not locate_database(read_settings(data=options.data)).exists():
        return ()
    body = {"sha256": evidence.sha256, "fingerprint": evidence.fingerprint}
    try:
        with connect_for_reading(options) as server:
            found = server.request("POST", "/v1/admin/matches", body)
    except MissingKey as error:
        print(f"keyreel: the tasks of the server are not searched: {error.message}", file=sys.stderr)
        return ()
    return tuple(TaskMatch(**match) for match in found["matches"])
