"""The manifests as their readers' models take them: every key is known, every value of its type."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from compose_spec import PyCompose
from kubernetes.client import ApiClient

DEPLOY = Path(__file__).parents[1] / "deploy"


def read_compose() -> dict[str, object]:
    """Return the file as compose has it once the variables are set."""
    text = (DEPLOY / "compose.yaml").read_text()
    text = re.sub(r"\$\{(\w+):([-?])(\w*)\}", lambda found: found[3] or "set", text)
    return yaml.safe_load(text.replace("$$", "$"))


def test_the_compose_file_keeps_the_specification() -> None:
    composed = PyCompose.from_json(json.dumps(read_compose()))
    assert set(composed.to_spec().services or ()) == {"serve", "work", "proxy", "postgres", "minio", "bucket"}


def test_a_key_that_compose_does_not_know_would_be_found() -> None:
    composed = read_compose()
    composed["services"]["serve"]["helthcheck"] = {}  # type: ignore[index]
    with pytest.raises(ValueError, match="helthcheck"):
        PyCompose.from_json(json.dumps(composed))


MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "keyreel.yaml").read_text()))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_kubernetes_loses_nothing_of_a_manifest(manifest: dict[str, object]) -> None:
    with ApiClient() as api:
        found = api.deserialize(SimpleNamespace(data=json.dumps(manifest)), f"V1{manifest['kind']}")
        # A key that its models do not know is gone here.
        assert api.sanitize_for_serialization(found) == manifest
