"""The reference at /docs: a form made from the server's schemas, code that runs, requests that are sent."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from keyreel.wire.dialects.registry import DIALECTS
from recorder import PICTURES, VIDEO_MS
from support.servers import KEY, Server
from test_screens import check, reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

PHONE = {"width": 390, "height": 844}
SENTENCES = Path(__file__).parents[1] / "studio" / "src" / "screens" / "docs" / "sentences_zh.ts"
WORDS = {
    "en-US": {
        "title": "API reference",
        "send": "Send request",
        "choose": "Choose a file",
        "optional": re.compile(r"^\d+ optional fields$"),
        "result": "Result",
        "response": "Response",
    },
    "zh-CN": {
        "title": "API 参考",
        "send": "发送请求",
        "choose": "选择文件",
        "optional": re.compile(r"^\d+ 个可选字段$"),
        "result": "结果",
        "response": "响应",
    },
}
"""What the person sees, in each language."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose engine is quick."""
    running = Server.start(
        tmp_path_factory.mktemp("reference"), KEYREEL_DEV="1", KEYREEL_ENGINES="keyreel.testing:CardEngine"
    )
    yield running
    running.stop()


@pytest.fixture
def open_docs(open_studio: Callable[..., Page], server: Server) -> Callable[..., Page]:
    """Open the reference, signed in, at a place in it."""

    def open_page(place: str, **options: object) -> Page:
        page = open_studio(f"/#key={KEY}", **options)
        expect(page.get_by_role("navigation")).to_be_visible()
        page.goto(f"{server.url}/docs#{place}")
        expect(page.locator(".docs-about")).to_be_visible()
        return page

    return open_page


def body_of(page: Page) -> Locator:
    return page.locator(".docs-form")


def read_code(page: Page, language: str) -> str:
    """Copy the code that is shown."""
    page.get_by_role("radio", name=language).check()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied").last).to_be_visible()
    return str(page.evaluate("() => navigator.clipboard.readText()"))


@pytest.mark.parametrize("language", WORDS)
def test_a_video_is_ordered_with_a_form_and_played(open_docs: Callable[..., Page], language: str) -> None:
    words = WORDS[language]
    page = open_docs("native/q2-pro-multiframe", locale=language)
    expect(page.get_by_role("heading", name=words["title"])).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words["choose"]).first.click()
    chooser.value.set_files(PICTURES / "start.jpg")
    start = page.get_by_label(re.compile("^start_image: ")).first
    expect(start).to_have_value(re.compile("^ssupload:"))
    code = page.locator("pre.code")
    expect(code).to_contain_text(start.input_value())
    first = page.locator(".docs-list > li").first
    first.get_by_role("slider", name="duration").fill("2")
    expect(code).to_contain_text('"duration": 2')
    page.locator("summary", has_text=words["optional"]).last.click()
    page.get_by_role("radio", name="540p").check()
    page.get_by_role("switch", name="bgm").check()
    expect(code).to_contain_text('"bgm": true')

    page.get_by_role("button", name=words["send"]).click()
    expect(page.get_by_role("region", name=words["response"])).to_contain_text('"task_id"')
    result = page.get_by_role("region", name=words["result"])
    expect(result.locator(".player video")).to_be_visible(timeout=VIDEO_MS)
    expect(page.locator(".docs-card").last).to_contain_text('"state": "success"')


def test_what_breaks_a_rule_is_told_beside_its_field_and_not_sent_in_vain(
    open_docs: Callable[..., Page], browser_page: Page, server: Server
) -> None:
    page = open_docs("vtrix/q2-text2video")
    page.get_by_role("textbox", name="prompt").fill("")
    problem = page.locator(".docs-field", has=page.locator("code", has_text="prompt")).get_by_role("alert")
    expect(problem.first).to_be_visible()
    expect(page.get_by_text("One field breaks a rule")).to_be_visible()
    # Browsers tell refused requests as errors.
    page = browser_page
    page.goto(f"{server.url}/#key={KEY}")
    expect(page.locator(".empty-stage")).to_be_visible()
    page.goto(f"{server.url}/docs#native/native_list")
    page.get_by_label("created_at.from").fill("yesterday")
    page.get_by_role("button", name="Send request").click()
    expect(page.locator(".docs-card .status")).to_have_text("400")
    field = page.locator(".docs-field", has=page.locator("code", has_text="created_at.from"))
    expect(field.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("dialect", [each.name for each in DIALECTS])
def test_the_code_beside_the_form_runs(open_docs: Callable[..., Page], server: Server, dialect: str) -> None:
    place = f"{dialect}/q2-text2video"
    page = open_docs(place, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("textbox", name="prompt").fill('it\'s a "lake" 湖')
    seconds = "seconds" if dialect == "openai_videos" else "duration"
    if seconds == "duration":
        page.locator("summary", has_text="optional fields").click()
    page.get_by_role("textbox" if seconds == "seconds" else "slider", name=seconds).fill("1")
    environment = {**os.environ, "KEYREEL_API_KEY": KEY, "NO_PROXY": "127.0.0.1", "PYTHONIOENCODING": "utf-8"}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ordered = json.loads(run("sh", "-c", read_code(page, "curl").replace("curl ", "curl -sSf ", 1)))
    task = ordered.get("task_id") or ordered["id"]
    assert server.call("GET", f"/v1/tasks/{task}").json()["prompt"] == 'it\'s a "lake" 湖'
    link = run(sys.executable, "-c", read_code(page, "Python")).strip()
    assert httpx.get(link, trust_env=False).content[4:8] == b"ftyp"
    if node := shutil.which("node"):
        link = run(node, "--input-type=module", "-e", read_code(page, "JavaScript")).strip()
        assert link.startswith(server.url)


def make_key(server: Server) -> str:
    admin = {"Authorization": f"Bearer {(server.data / 'admin.token').read_text().strip()}"}
    asked = {"tenant": "default", "name": "other"}
    return str(server.call("POST", "/v1/admin/keys", json=asked, headers=admin).json()["key"])


def test_a_new_key_keeps_what_was_typed(
    open_docs: Callable[..., Page], browser_page: Page, server: Server
) -> None:
    page = open_docs("async_v3/q2-pro-img2video", viewport=PHONE)
    prompt = page.get_by_role("textbox", name="prompt")
    prompt.fill("a gull lands")
    key = page.get_by_label("API key")
    expect(key).to_be_visible()
    key.fill(make_key(server))
    key.press("Enter")
    expect(page.get_by_text("Signed in: default")).to_be_visible()
    expect(prompt).to_have_value("a gull lands")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("region", name="Response")).to_contain_text("task_id")
    page.get_by_role("button", name="Sign out").click()
    expect(key).to_have_value("")
    expect(prompt).to_have_value("a gull lands")
    # A refused key is told by browsers as an error.
    page = browser_page
    page.goto(f"{server.url}/docs#native/q2-text2video")
    prompt = page.get_by_role("textbox", name="prompt")
    prompt.fill("a gull")
    expect(page.get_by_text("Enter an API key to send this request.")).to_be_visible()
    page.get_by_label("API key").fill("kr_wrong")
    prompt.click()
    expect(page.get_by_role("alert")).to_have_text("This key is not valid on this server.")
    expect(prompt).to_have_value("a gull")


def test_code_is_copied_where_there_is_no_clipboard(open_docs: Callable[..., Page]) -> None:
    page = open_docs("async_v3/q2-pro-img2video")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    search = page.get_by_role("searchbox")
    search.press("Control+v")
    expect(search).to_have_value(re.compile("^curl 'http://127"))


def test_what_was_typed_goes_along_to_other_formats_and_models(open_docs: Callable[..., Page]) -> None:
    page = open_docs("native/q2-pro-img2video")
    page.get_by_role("textbox", name="prompt").fill("the boat turns")
    page.get_by_role("combobox", name="Format").select_option("vtrix")
    expect(page.locator(".docs-about")).to_contain_text("/model/v1/generation")
    expect(page.locator("pre.code")).to_contain_text("the boat turns")
    page.get_by_role("combobox", name="Model").select_option("q3-pro-img2video")
    expect(page.locator("pre.code")).to_contain_text("the boat turns")
    page.get_by_role("combobox", name="Format").select_option("openai_videos")
    expect(page.get_by_role("textbox", name="prompt")).to_have_value("the boat turns")
    page.get_by_role("link", name="Create").click()
    expect(page.locator(".empty-stage")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("textbox", name="prompt")).to_have_value("the boat turns")
    page.get_by_role("button", name="Reset to the example").click()
    expect(page.get_by_role("textbox", name="prompt")).not_to_have_value("the boat turns")


def test_addresses_from_before_lead_to_the_same_operations(open_docs: Callable[..., Page]) -> None:
    page = open_docs("async_v3_vidu_q2_pro_img2video")
    expect(page.locator(".docs-about")).to_contain_text("/v3/async/vidu-q2-pro-img2video")


def test_an_operation_is_found_by_a_word_and_sent_by_keyboard_alone(open_docs: Callable[..., Page]) -> None:
    page = open_docs("")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("voices")
    page.keyboard.press("Enter")
    expect(page.locator(".docs-about")).to_contain_text("/v1/voices")
    reach(page, "Send request")
    page.keyboard.press("Enter")
    expect(page.locator(".docs-card .status")).to_have_text("200")


def test_whoever_has_no_key_reads_and_tries_what_needs_none(open_studio: Callable[..., Page]) -> None:
    page = open_studio("/docs#keyreel/keyreel_get_v1_models")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("region", name="Response")).to_contain_text("viduq2-pro")
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="Make videos from images and text")).to_be_visible()


@pytest.mark.timeout(300)
def test_every_operation_is_drawn(open_docs: Callable[..., Page], server: Server) -> None:
    page = open_docs("")
    document = server.call("GET", "/openapi.json").json()
    operations = [(*at, path) for path, methods in document["paths"].items() for at in methods.items()]
    for method, given, path in operations:
        content = given.get("requestBody", {}).get("content", {}).get("application/json", {})
        names = [name for name in content.get("examples", {}) if name != "usual"] or [given["operationId"]]
        page.evaluate("place => { location.hash = place; }", f"{given['tags'][0]}/{names[-1]}")
        expect(page.locator(".docs-about .verb")).to_have_text(
            "DEL" if method == "delete" else method.upper()
        )
        expect(page.locator(".docs-about h2 code")).to_have_text(path)


@pytest.mark.parametrize(
    "options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}]
)
def test_the_reference_keeps_the_rules_of_accessibility(
    open_docs: Callable[..., Page], options: dict[str, object]
) -> None:
    page = open_docs("native/q2-pro-multiframe", **options)
    page.locator("summary", has_text="optional fields").last.click()
    expect(page.get_by_text(re.compile("Sending makes a video"))).to_be_visible()
    found = check(page, "form")
    page.get_by_role("searchbox").fill("callback")
    found += check(page, "search")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("radio", name="JSON").check()
    found += check(page, "json")
    page.evaluate("() => { location.hash = 'native/native_list'; }")
    page.get_by_role("button", name="Send request").click()
    expect(page.locator(".docs-card .status")).to_have_text("200")
    found += check(page, "answer")
    assert found == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def list_sentences(document: dict[str, Any]) -> set[str]:
    """List what the document says in sentences, as far as the page shows it."""
    schemas = document["components"]["schemas"]
    found: set[str] = set()
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        answers = operation["responses"]
        found |= {operation["summary"], operation.get("description", "")}
        found |= {each.get("description", "") for each in operation.get("parameters", [])}
        found |= {each for answer in answers.values() for each in split_sentences(answer["description"])}
        good = [answer.get("content", {}) for status, answer in answers.items() if status.startswith("2")]
        for part in (operation.get("requestBody", {}), *good):
            found |= set(iterate_descriptions(part, schemas, frozenset()))
    return found - {""}


def split_sentences(text: str) -> list[str]:
    return re.split(r"(?<=\.) (?=[A-Z])", text)


def iterate_descriptions(part: Any, schemas: dict[str, Any], seen: frozenset[str]) -> Iterator[str]:
    """Yield the descriptions of a schema and of what it refers to."""
    if isinstance(part, list):
        for each in part:
            yield from iterate_descriptions(each, schemas, seen)
    if not isinstance(part, dict):
        return
    name = str(part.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from iterate_descriptions(schemas[name], schemas, seen | {name})
    if isinstance(part.get("description"), str):
        yield part["description"]
    for key, value in part.items():
        if key not in {"description", "example", "examples", "default"}:
            yield from iterate_descriptions(value, schemas, seen)


def test_every_sentence_of_the_document_has_its_chinese(server: Server) -> None:
    text = SENTENCES.read_text()
    translated = json.loads(text[text.index("= {") + 2 : text.rindex(",\n}")] + "}")
    assert list_sentences(server.call("GET", "/openapi.json").json()) - set(translated) == set()
    assert all(re.search("[一-鿿]", each) for each in translated.values())
