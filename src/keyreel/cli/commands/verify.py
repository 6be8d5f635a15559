"""`keyreel verify`: what a file says about its making, and whether it is true."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.provenance.verification import Evidence, Match
    from keyreel.tasks.accounts.api_keys import Keys
    from keyreel.tasks.store import TaskStore


def run(file: Path, data: Path | None, *, root: Path | None, as_json: bool) -> int:
    """Print the findings; return 0 for a file that is untouched, else 1."""
    from keyreel.provenance import report
    from keyreel.provenance.sandboxed_examine import evidence_of
    from keyreel.provenance.verification import Verdict, concluded

    if not file.is_file():
        raise InvalidRequest(f"{file} is not a file.")
    folder = DataFolder.at(data)
    evidence = evidence_of(file.resolve(), _anchors(folder, root))
    findings = concluded(evidence, _matches(folder, evidence))
    if as_json:
        print(json.dumps(report.as_json(findings), indent=2, ensure_ascii=False))
    else:
        for heading, line in report.as_text(findings):
            print(f"{heading:<9}  {line}")
    return 0 if findings.verdict is Verdict.UNTOUCHED else 1


def _anchors(folder: DataFolder, root: Path | None) -> bytes:
    from keyreel.cli.local.composition import own_anchors
    from keyreel.settings import read_settings

    own = own_anchors(read_settings(data=folder.path))
    return own + b"\n" + root.read_bytes() if root else own


def _matches(folder: DataFolder, evidence: Evidence) -> tuple[Match, ...]:
    """Ask the data folder's tasks; where there is no data folder, there are none."""
    from keyreel.cli.local.operator import ask
    from keyreel.provenance.verification import Known, Match, matches_of

    if not folder.path.is_dir():
        return ()
    asked = {"sha256": evidence.sha256, "fingerprint": evidence.fingerprint}

    def here(store: TaskStore, _: Keys) -> dict[str, Any]:
        known = (Known(*each) for each in store.fingerprints())
        return {"matches": [asdict(match) for match in matches_of(**asked, known=known)]}

    found = ask(folder.path, here, "POST", "/v1/admin/matches", body=asked)
    return tuple(Match(**each) for each in found["matches"])
