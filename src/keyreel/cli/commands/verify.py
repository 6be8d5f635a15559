"""`keyreel verify`: what a file says about its making, and whether it is true."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from keyreel.provenance.verification import Evidence, TaskMatch


def verify_video(
    file: Annotated[Path, typer.Argument(help="Video file to verify.")],
    root: Annotated[
        Path | None, typer.Option(help="PEM file of an additional root certificate to trust.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a video: whether it is untouched, who made it, and which task. Exits with 1 if altered."""
    from keyreel.provenance import report
    from keyreel.provenance.sandboxed_examine import read_evidence_sandboxed
    from keyreel.provenance.verification import Verdict, make_report

    if not file.is_file():
        raise InvalidRequest(f"{file} is not a file.")
    folder = DataFolder.from_option(data)
    evidence = read_evidence_sandboxed(file.resolve(), _read_anchors(folder, root))
    findings = make_report(evidence, _find_matches(folder, evidence))
    if as_json:
        print(json.dumps(report.to_json(findings), indent=2, ensure_ascii=False))
    else:
        for heading, line in report.to_text_lines(findings):
            print(f"{heading:<9}  {line}")
    raise typer.Exit(0 if findings.verdict is Verdict.UNTOUCHED else 1)


def _read_anchors(folder: DataFolder, root: Path | None) -> bytes:
    from keyreel.cli.local.node.installation import get_trust_anchors
    from keyreel.settings import read_settings

    own = get_trust_anchors(read_settings(data=folder.path))
    return own + b"\n" + root.read_bytes() if root else own


def _find_matches(folder: DataFolder, evidence: Evidence) -> tuple[TaskMatch, ...]:
    """Find the data folder's tasks that made this video; where there is no database, there are none."""
    from keyreel.cli.local.task_store import locate_database
    from keyreel.provenance.verification import TaskMatch
    from keyreel.settings import read_settings

    if not locate_database(read_settings(data=folder.path)).exists():
        return ()
    body = {"sha256": evidence.sha256, "fingerprint": evidence.fingerprint}
    with connect_for_reading(OperatorOptions(folder.path)) as server:
        found = server.request("POST", "/v1/admin/matches", body)
    return tuple(TaskMatch(**match) for match in found["matches"])
