"""The manifests name commands, paths and ports that there are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from keyreel.settings.model import Settings
from keyreel.settings.nodes import DEFAULT_HEALTH_PORT

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "image" / "Dockerfile"
STEPS = [
    line.split(maxsplit=1)
    for line in re.sub(r"\\\n\s*", "", DOCKERFILE.read_text()).splitlines()
    if line and not line.startswith("#")
]
PORTS = {"serve": Settings.model_fields["port"].default, "work": DEFAULT_HEALTH_PORT}


@pytest.mark.parametrize("role", PORTS)
def test_each_role_has_its_probes_and_a_disruption_budget(role: str) -> None:
    manifests = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "keyreel.yaml").read_text()))
    by_name = {(each["kind"], each["metadata"]["name"]): each for each in manifests}
    spec = by_name["Deployment", f"keyreel-{role}"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"][:2] == ["keyreel", role]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": PORTS[role]}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": PORTS[role]}
    assert not pod["enableServiceLinks"]
    budget = by_name["PodDisruptionBudget", f"keyreel-{role}"]["spec"]
    assert budget["selector"] == spec["selector"]
    assert budget["minAvailable"] < spec["replicas"]


@pytest.mark.parametrize("role", PORTS)
def test_each_role_has_a_unit(role: str) -> None:
    unit = (DEPLOY / "systemd" / f"keyreel-{role}.service").read_text()
    assert f"/keyreel {role}\n" in unit


def test_compose_runs_two_of_each_role_with_settings_that_there_are() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for role, port in PORTS.items():
        service = services[role]
        assert service["command"][:2] == ["keyreel", role]
        assert service["deploy"]["replicas"] == 2
        assert f"127.0.0.1:{port}/readyz" in service["healthcheck"]["test"][-1]
        named = {name for name in service["environment"] if name.startswith("KEYREEL_")}
        assert {name.removeprefix("KEYREEL_").lower() for name in named} <= set(Settings.model_fields)
    assert services["proxy"]["command"][-1] == f"serve:{PORTS['serve']}"
    depended = {name for service in services.values() for name in service.get("depends_on", ())}
    assert depended <= set(services)
    assert services["serve"]["environment"]["KEYREEL_DATABASE"].endswith("@postgres/keyreel")


def list_steps(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def read_environment() -> dict[str, str]:
    return dict(each.split("=", 1) for line in list_steps("ENV") for each in line.split())


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    program = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([program, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_built_from_files_that_there_are_and_nothing_else() -> None:
    copied = [
        source
        for line in list_steps("COPY")
        if not line.startswith("--from=")
        for source in line.split()[:-1]
    ]
    assert "src" in copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored == ["*", *(f"!{source}" for source in copied), "**/__pycache__"]


def test_the_image_installs_only_what_the_lock_has_by_its_hashes() -> None:
    installs = [part for line in list_steps("RUN") for part in line.split("&&") if " install " in part]
    assert len([each for each in installs if "pip" in each]) == 3
    for each in installs:
        if "pip" in each:
            assert "--no-deps" in each
            assert "--require-hashes" in each or "--no-index dist/*.whl" in each
    locked = (ROOT / "requirements.lock").read_text().replace(" \\\n", "").splitlines()
    for name in ("requirements.txt", "requirements-build.txt"):
        pins = (DEPLOY / "image" / name).read_text().replace(" \\\n", "").splitlines()
        assert pins
        assert {pin.split(" ;")[0].split("    ")[0] for pin in pins} <= {
            line.split(" ;")[0].split("    ")[0] for line in locked
        }


def test_the_image_runs_as_a_user_of_its_own_on_the_default_port_and_one_volume() -> None:
    environment = read_environment()
    (user,) = list_steps("USER")
    assert int(user) > 0
    assert list_steps("EXPOSE") == [str(PORTS["serve"])]
    assert list_steps("VOLUME") == [environment["KEYREEL_DATA"]]
    assert any(
        f"install -d -o keyreel -g keyreel -m 0700 {environment['KEYREEL_DATA']}" in each
        for each in list_steps("RUN")
    )
    named = {name.removeprefix("KEYREEL_").lower() for name in environment if name.startswith("KEYREEL_")}
    assert named <= set(Settings.model_fields)
    assert json.loads(list_steps("CMD")[-1]) == ["keyreel", "up"]


def test_one_machine_runs_one_container_that_only_it_reaches() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.single.yaml").read_text())
    (service,) = composed["services"].values()
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DOCKERFILE
    assert service["ports"] == [f"127.0.0.1:{PORTS['serve']}:{PORTS['serve']}"]
    (volume,) = composed["volumes"]
    assert service["volumes"] == [f"{volume}:{read_environment()['KEYREEL_DATA']}"]
    assert {name.removeprefix("KEYREEL_").lower() for name in service["environment"]} <= set(
        Settings.model_fields
    )
