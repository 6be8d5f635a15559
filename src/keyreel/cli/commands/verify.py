"""`keyreel verify`: what a file says about its making, and whether it is true."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.provenance.verification import Evidence, TaskMatch
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore


def run(file: Path, data: Path | None, *, root: Path | None, as_json: bool) -> int:
    """Print the findings; return 0 for a file that is untouched, else 1."""
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
    return 0 if findings.verdict is Verdict.UNTOUCHED else 1


def _read_anchors(folder: DataFolder, root: Path | None) -> bytes:
    from keyreel.cli.local.composition import get_trust_anchors
    from keyreel.settings import read_settings

    own = get_trust_anchors(read_settings(data=folder.path))
    return own + b"\n" + root.read_bytes() if root else own


def _find_matches(folder: DataFolder, evidence: Evidence) -> tuple[TaskMatch, ...]:
    """Ask the data folder's tasks; where there is no data folder, there are none."""
    from keyreel.cli.local.operator import run_operation
    from keyreel.provenance.verification import KnownVideo, TaskMatch, find_matches

    if not folder.path.is_dir():
        return ()
    asked = {"sha256": evidence.sha256, "fingerprint": evidence.fingerprint}

    def here(store: TaskStore, _: ApiKeyStore) -> dict[str, Any]:
        known = (KnownVideo(*each) for each in store.iterate_fingerprints())
        return {"matches": [asdict(match) for match in find_matches(**asked, known=known)]}

    found = run_operation(folder.path, here, "POST", "/v1/admin/matches", body=asked)
    return tuple(TaskMatch(**each) for each in found["matches"])
