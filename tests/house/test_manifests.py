"""What the manifests refer to, there is: settings, commands, ports, volumes, hosts, metrics."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from keyreel.cli.app import app
from keyreel.settings.model import Settings
from keyreel.settings.nodes import DEFAULT_HEALTH_PORT

DEPLOY = Path(__file__).parents[2] / "deploy"
OF_COMPOSE_ALONE = {"KEYREEL_IMAGE"}
"""What compose.yaml asks for itself: no setting."""
PORTS = {"serve": Settings.model_fields["port"].default, "work": DEFAULT_HEALTH_PORT}


def read_manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / "keyreel.yaml").read_text()))


def read_compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.mark.parametrize("role", PORTS)
def test_prometheus_is_told_where_each_role_has_its_metrics(role: str) -> None:
    (spec,) = [
        each["spec"]["template"]
        for each in read_manifests()
        if (each["kind"], each["metadata"]["name"]) == ("Deployment", f"keyreel-{role}")
    ]
    (container,) = spec["spec"]["containers"]
    scraped = spec["metadata"]["annotations"]
    assert (scraped["prometheus.io/scrape"], scraped["prometheus.io/path"]) == ("true", "/metrics")
    listening = {each["containerPort"] for each in container["ports"]}
    told_apart = [each["value"] for each in container["env"] if each["name"] == "KEYREEL_METRICS_PORT"]
    assert scraped["prometheus.io/port"] == (told_apart[0] if told_apart else str(PORTS[role]))
    assert {PORTS[role], int(scraped["prometheus.io/port"])} == listening


def test_every_variable_of_ours_is_a_setting() -> None:
    named = {
        name
        for path in DEPLOY.rglob("*.*")
        if path.suffix != ".json"
        for name in re.findall(r"KEYREEL_[A-Z0-9_]+", path.read_text())
    }
    settings = {f"KEYREEL_{name.upper()}" for name in Settings.model_fields}
    assert named - OF_COMPOSE_ALONE - settings == set()


def list_commands() -> list[list[str]]:
    composed = [each["command"] for each in read_compose()["services"].values() if "command" in each]
    pods = [each["spec"]["template"]["spec"] for each in read_manifests() if each["kind"] == "Deployment"]
    manifested = [container["args"] for pod in pods for container in pod["containers"]]
    units = [
        re.findall(r"ExecStart=\S+/(keyreel .*)", path.read_text())[0].split()
        for path in sorted((DEPLOY / "systemd").iterdir())
    ]
    return [words for words in (*composed, *manifested, *units) if words[0] == "keyreel"]


def test_every_command_is_one_that_keyreel_has_with_its_options() -> None:
    commands = list_commands()
    assert len(commands) == 6
    for _, *words in commands:
        parsed = CliRunner().invoke(app, [*words, "--help"])
        assert parsed.exit_code == 0, f"{words}: {parsed.output}"


def test_whatever_a_manifest_refers_to_is_in_it() -> None:
    manifests = read_manifests()
    deployed = {each["metadata"]["name"]: each["spec"] for each in manifests if each["kind"] == "Deployment"}
    ports: dict[str, set[int]] = {}
    for name, spec in deployed.items():
        labels, pod = spec["template"]["metadata"]["labels"], spec["template"]["spec"]
        assert spec["selector"]["matchLabels"] == labels == {"app": name}
        volumes = {each["name"] for each in pod["volumes"]}
        for container in pod["containers"]:
            mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
            assert mounts.keys() <= volumes
            values = {each["name"]: each.get("value") for each in container["env"]}
            assert values["KEYREEL_DATA"] in mounts.values()
            ports[name] = {each["containerPort"] for each in container["ports"]}
    for service in (each["spec"] for each in manifests if each["kind"] == "Service"):
        assert {each["targetPort"] for each in service["ports"]} <= ports[service["selector"]["app"]]


def test_whatever_compose_refers_to_is_in_it() -> None:
    text, composed = (DEPLOY / "compose.yaml").read_text(), read_compose()
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    told = set(re.findall(r"(\w+)=", text.partition("x-keyreel")[0]))
    assert asked == told, "what must be in the .env file is what its first lines say"
    volumes = {
        volume.partition(":")[0]
        for service in composed["services"].values()
        for volume in service.get("volumes", ())
        if not volume.startswith("/")
    }
    assert volumes == composed["volumes"].keys()
    hosts = set(re.findall(r"(?:@|http://)([a-z]+)[:/]", yaml.safe_dump(composed["services"])))
    assert hosts <= composed["services"].keys()
    for role in PORTS:
        service = composed["services"][role]
        assert service["environment"]["KEYREEL_DATA"] in service["volumes"]
