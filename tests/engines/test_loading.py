from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.engines.router import load_engines, load_router
from keyreel.errors import InvalidSetting
from keyreel.settings import read_settings
from keyreel.settings.engines import EngineSettings
from support.commands import keyreel
from support.engine_types import PYTHONPATH, TYPE

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = '[engine.a]\ntype = "T"\n'
ROUTE = '[[route]]\nmatch = { tenant = "a" }\nengines = ["motion"]\n'


def build_route(match: str) -> str:
    return f'[[route]]\nmatch = {{ {match} }}\nengines = ["motion"]\n'


WRONG = {
    "engine = 1": "engine: got 1; must be tables such as [engine.wan].",
    "engine.a = 1": "engine.a: got 1; must be a table [engine.a].",
    '[engine."A b"]\ntype = "T"': "[engine.NAME]: got the name 'A b'; must be 1 to 64 of a-z, 0-9, - and _",
    "[engine.a]\nslots = 1": "[engine.a] type: is required.",
    "[engine.a]\ntype = 1": "[engine.a] type: got 1; must be the name of a type.",
    '[engine.a]\ntype = "none"': "[engine.a] type: got 'none'; must be one of diffusers, motion, relay, ",
    '[engine.a]\ntype = "no.such:Type"': "[engine.a] type: got 'no.such:Type'; must be one of",
    '[engine.a]\ntype = "keyreel.testing:CardEngine"': "must be a class derived from EngineTable.",
    ENGINE + "slots = 0": "[engine.a] slots: got 0; must be greater than or equal to 1.",
    ENGINE + 'slots = "2"': "[engine.a] slots: got '2'; must be a valid integer.",
    ENGINE + "slots = true": "[engine.a] slots: got True; must be a valid integer.",
    ENGINE + "slts = 2": "[engine.a]: there is no 'slts'; did you mean slots?",
    ENGINE + 'mode = "odd"': "[engine.a] mode: got 'odd'; must be 'well', 'unloadable',",
    ENGINE + "colours = 4": "[engine.a] colours: got 4; must be less than or equal to 3.",
    ENGINE + 'base_url = "http://a"': "base_url: got 'http://a'; must go with an api_key.",
    ENGINE + 'api_key = "sk-secret"': "[engine.a] api_key: must be env: and the name",
    ENGINE + "api_key = 5": "[engine.a] api_key: must be env: and the name",
    ENGINE + 'api_key = "env:KEYREEL_API_KEY"': "does not start with KEYREEL_",
    ENGINE + 'api_key = "env:NOT_THERE"': "api_key: the variable NOT_THERE is not set.",
    ENGINE + 'api_key = "env:BAD_KEY"': "the variable BAD_KEY must contain printable ASCII",
    "route = 1": "route: got 1; must be tables [[route]].",
    '[[route]]\nmatch = {}\nengines = ["motion"]': "[[route]] number 1 match: got {}; must contain at leas",
    '[[route]]\nengines = ["motion"]': "[[route]] number 1 match: is required.",
    '[[route]]\nmatch = { tenant = "a" }': "[[route]] number 1 engines: is required.",
    '[[route]]\nmatch = { tenant = "a" }\nengines = []': "engines: got []; must have at least 1",
    '[[route]]\nmatch = { tenant = "a" }\nengines = ["b"]': "[[route]] number 1 engines: 'b' is not a",
    '[[route]]\nmatch = { modle = "a" }\nengines = ["b"]': "[[route]] number 1 match: there is no 'modle'",
    build_route('model = "wan["'): "match.model: got 'wan['; must match a model",
    build_route('operation = "b"'): "match.operation: got 'b'; must be 'img2video'",
    build_route("off_peak = 1"): "match.off_peak: got 1; must be a valid boolean.",
    ROUTE + "share = 1.5": "share: got 1.5; must be less than",
    ROUTE + "share = -1": "share: got -1; must be greater than",
    ROUTE + "share = nan": "share: got nan; must be a finite",
    ROUTE + "sahre = 1": "there is no 'sahre'; did you mean share?",
    'engines = ["motion", "motion"]': "must name at least one engine, and each",
}


@pytest.mark.parametrize(("text", "told"), WRONG.items())
def test_each_wrong_table_is_one_sentence(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAD_KEY", "two words")
    file = tmp_path / "settings.toml"
    file.write_text(text.replace('"T"', f'"{TYPE}"'))
    with pytest.raises(InvalidSetting) as refused:
        load_router(read_settings(config=file).engine_settings)
    message = refused.value.message
    assert message.startswith(f"{file}: ")
    assert told in message
    assert "sk-secret" not in message
    assert len(message.splitlines()) == 1


def test_a_table_is_an_engine_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_KEY", "sk-1")
    file = tmp_path / "settings.toml"
    file.write_text(
        f'engines = ["b", "a"]\n[engine.a]\ntype = "motion"\nslots = 3\n'
        f'[engine.b]\ntype = "{TYPE}"\napi_key = "env:PROBE_KEY"\n[engine.spare]\ntype = "motion"\n'
    )
    settings = read_settings(config=file).engine_settings
    assert load_router(settings).slots_by_engine == {"b": 1, "a": 3}
    engines = load_engines(settings)
    assert {name: each.type for name, each in engines.items()} == {
        "b": TYPE,
        "a": "motion",
        "spare": "motion",
    }
    assert engines["b"].engine.table.api_key.get_secret_value() == "sk-1"  # type: ignore[attr-defined]


def test_finds_engines_by_entry_point_and_by_class() -> None:
    router = load_router(EngineSettings(("motion", "keyreel.testing:CardEngine")))
    assert [each.engine.name for each in router.engines] == ["motion", "card"]
    assert router.slots_by_engine == {"motion": 1, "keyreel.testing:CardEngine": 1}


@pytest.mark.parametrize(
    "name", ["none-such", "keyreel.testing:NoEngine", "no.such.module:Engine", ":", "keyreel.testing:"]
)
def test_refuses_a_name_that_leads_to_no_engine(name: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_router(EngineSettings((name,)))
    assert repr(name) in caught.value.message
    assert "motion" in caught.value.message


def test_a_package_offers_types_by_its_entry_points(tmp_path: Path) -> None:
    installed = tmp_path / "site"
    package = installed / "probe-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[keyreel.engine_types]\nprobe = {TYPE}\n")
    (tmp_path / "keyreel.toml").write_text('engines = ["a"]\n[engine.a]\ntype = "probe"\nslots = 4\n')
    path = {"PYTHONPATH": f"{installed}:{PYTHONPATH}"}
    listed = keyreel("engines", "list", "--data", tmp_path, **path)
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[1].split()[:2] == ["a", "probe"]
