"""The operator's day without a terminal: credits, keys, limits, callbacks, books, engines, the clock."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from recorder import PICTURES
from support.receivers import OK, Receiver, Reply, receiving
from support.servers import KEY, Server
from test_screens import check, reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

SECTIONS = ("Queue", "Engines", "Tenants", "Keys", "Usage", "Callbacks", "Clock")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in development mode that tries a callback once."""
    running = Server.start(
        tmp_path_factory.mktemp("operated"),
        KEYREEL_DEV="1",
        KEYREEL_ENGINES="keyreel.testing:CardEngine",
        KEYREEL_EGRESS_ALLOW="127.0.0.0/8",
        KEYREEL_CALLBACK_SCHEDULE="0",
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving(lambda number: OK if number else Reply(503)) as opened:
        yield opened


@pytest.fixture(scope="module")
def task(server: Server, receiver: Receiver) -> str:
    """A finished task whose callback was refused."""
    picture = base64.b64encode((PICTURES / "lighthouse.jpg").read_bytes()).decode()
    body = {"model": "viduq2-pro", "images": [picture], "duration": 1, "resolution": "540p"}
    made = server.call("POST", "/ent/v2/img2video", json=body | {"callback_url": receiver.url}).json()
    server.finished(made["task_id"])
    return str(made["task_id"])


@pytest.fixture
def operate(open_studio: Callable[..., Page], server: Server, task: str) -> Callable[..., Page]:
    """Open the studio with the admin token, after a task has ended."""
    token = read_token(server)

    def open_page(**options: object) -> Page:
        page = open_studio(f"/#key={token}", **options)
        expect(page.get_by_role("heading", name="Operate")).to_be_visible()
        expect(page.locator(".rows")).to_contain_text(task)
        return page

    return open_page


def read_token(server: Server) -> str:
    return (server.data / "admin.token").read_text().strip()


def row_of(page: Page, text: str) -> Locator:
    return page.locator(".rows tbody tr").filter(has_text=text)


def turn_to(page: Page, section: str) -> None:
    page.get_by_role("navigation", name="Operate").get_by_role("link", name=section).click()


def make_tenant_with_credits(page: Page) -> None:
    """Make the tenant acme with 500 credits, and take back 250 more."""
    turn_to(page, "Tenants")
    page.get_by_role("button", name="New tenant").click()
    page.get_by_role("textbox", name="Name").fill("acme")
    page.get_by_role("button", name="Create tenant").click()
    acme = row_of(page, "acme")
    acme.get_by_role("button", name="Grant credits").click()
    page.get_by_role("textbox", name="Credits").fill("500")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(acme).to_contain_text(re.compile("acme *500"))
    acme.get_by_role("button", name="Grant credits").click()
    page.get_by_role("textbox", name="Credits").fill("250")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(acme).to_contain_text(re.compile("acme *750"))
    page.get_by_role("button", name="Undo").click()
    expect(acme).to_contain_text(re.compile("acme *500"))


def test_an_operator_grants_credits_limits_a_key_and_replays_a_callback(
    operate: Callable[..., Page], server: Server, receiver: Receiver, task: str
) -> None:
    page = operate()
    navigation = page.get_by_role("navigation", name="Keyreel")
    expect(navigation.get_by_role("link")).to_have_text(["Operate", "API"])
    make_tenant_with_credits(page)

    turn_to(page, "Keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("website")
    page.get_by_role("combobox", name="Tenant").select_option("acme")
    page.get_by_role("button", name="Create key").click()
    key = page.get_by_role("dialog").locator("code").inner_text()
    mine = {"Authorization": f"Bearer {key}"}
    page.get_by_role("button", name="Close").first.click()
    website = row_of(page, "website")
    website.get_by_role("button", name="Limits").click()
    page.get_by_role("textbox", name="Submits per minute").fill("7")
    page.get_by_role("button", name="Save limits").click()
    expect(website).to_contain_text("7 /min")
    assert server.call("GET", "/v1/whoami", headers=mine).json()["credits"]["balance"] == 500

    turn_to(page, "Callbacks")
    hook = row_of(page, task).last
    expect(hook).to_contain_text("Failed")
    hook.locator("summary").click()
    expect(hook).to_contain_text("503")
    hook.get_by_role("button", name="Send again").click()
    expect(hook).to_contain_text("Delivered")
    assert receiver.got[-1].json["id"] == task

    turn_to(page, "Keys")
    website.get_by_role("button", name="Revoke").click()
    expect(website).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(website).to_be_visible()
    assert server.call("GET", "/v1/whoami", headers=mine).status_code == 200
    website.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Close").last.click()
    page.get_by_role("switch", name="Show revoked keys").check()
    expect(website).to_contain_text("Revoked")
    assert server.call("GET", "/v1/whoami", headers=mine).status_code in {401, 403}


def test_a_name_that_cannot_be_is_told_beside_its_field(browser_page: Page, server: Server) -> None:
    page = browser_page
    page.goto(f"{server.url}/#key={read_token(server)}")
    turn_to(page, "Tenants")
    page.get_by_role("button", name="New tenant").click()
    name = page.get_by_role("textbox", name="Name")
    name.fill("a b")
    page.get_by_role("button", name="Create tenant").click()
    expect(page.get_by_role("alert")).to_contain_text("letters, digits")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("a b")


def test_the_books_are_proved_and_the_clock_is_moved(operate: Callable[..., Page]) -> None:
    page = operate()
    turn_to(page, "Usage")
    expect(page.get_by_role("heading", name=re.compile("credits for 1 tasks"))).to_be_visible()
    page.get_by_role("button", name="Check the ledger").click()
    expect(page.locator(".proof")).to_contain_text("adds up")
    expect(page.locator(".proof")).to_contain_text("intact")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the ledger").click()
    assert '"kind":"charge"' in download.value.path().read_text().replace(" ", "")
    turn_to(page, "Engines")
    expect(page.locator(".card").first).to_contain_text("Working")
    turn_to(page, "Clock")
    page.get_by_role("button", name="Forward by 1 hour").click()
    expect(page.locator(".time")).to_contain_text(re.compile("(60|61) min ahead"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE])
def test_every_section_keeps_the_rules_of_accessibility(
    operate: Callable[..., Page], theme: str, size: dict[str, int]
) -> None:
    page = operate(color_scheme=theme, viewport=size)
    found = []
    for section in SECTIONS:
        turn_to(page, section)
        expect(page.locator(".rows:not(.shimmer), .card, .notice").first).to_be_visible()
        found += check(page, section)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), section
    turn_to(page, "Tenants")
    page.get_by_role("button", name="Grant credits").first.click()
    found += check(page, "grant")
    assert found == []


def test_credits_are_granted_by_keyboard_alone(operate: Callable[..., Page]) -> None:
    page = operate()
    reach(page, "Tenants")
    page.keyboard.press("Enter")
    reach(page, "New tenant")
    page.keyboard.press("Enter")
    page.keyboard.type("keys-only")
    page.keyboard.press("Enter")
    tenant = row_of(page, "keys-only")
    expect(tenant).to_be_visible()
    tenant.get_by_role("button", name="Grant credits").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(tenant).to_contain_text(re.compile("keys-only *12"))


def test_a_key_that_may_not_operate_sees_no_way_there(open_studio: Callable[..., Page]) -> None:
    page = open_studio(f"/#key={KEY}")
    expect(page.locator(".empty-stage")).to_be_visible()
    expect(page.get_by_role("link", name="Operate")).to_have_count(0)


def test_the_queue_is_narrowed_and_read_back_page_by_page(
    operate: Callable[..., Page], server: Server, task: str
) -> None:
    body = {"model": "viduq2", "prompt": "a lake", "duration": 1, "resolution": "540p"}
    for _ in range(3):
        server.finished(server.call("POST", "/ent/v2/text2video", json=body).json()["task_id"])
    page = operate()
    # Pages of two: a hundred tasks take long to make.
    shorten = re.compile("limit=100")
    page.route(shorten, lambda route: route.continue_(url=shorten.sub("limit=2", route.request.url)))
    rows = page.locator(".rows tbody tr")
    page.get_by_role("radio", name="Ready").check()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Show older videos").click()
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text(task)
    page.get_by_role("combobox", name="Operation").select_option("img2video")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(task)
    page.get_by_role("radio", name="Failed").check()
    expect(page.get_by_text("No matches.")).to_be_visible()


def save_video(server: Server, task: str) -> Path:
    link = server.call("GET", f"/v1/tasks/{task}").json()["video_url"]
    return server.download(link, server.data / "take.mp4")


def test_a_file_is_verified_with_the_admin_token(
    operate: Callable[..., Page], server: Server, task: str
) -> None:
    page = operate()
    turn_to(page, "Verify")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a video").click()
    chooser.value.set_files(save_video(server, task))
    expect(page.locator(".drop .card")).to_contain_text(f"{task} the same file")


def test_a_file_is_verified_by_a_key_that_operates_and_reads(
    open_studio: Callable[..., Page], server: Server, task: str
) -> None:
    token = read_token(server)
    asked = {"tenant": "default", "name": "all", "scopes": ["submit", "read", "admin"]}
    headers = {"Authorization": f"Bearer {token}"}
    key = server.call("POST", "/v1/admin/keys", json=asked, headers=headers).json()["key"]
    file = save_video(server, task)
    page = open_studio(f"/#key={key}")
    page.get_by_role("link", name="Operate").click()
    turn_to(page, "Verify")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a video").click()
    chooser.value.set_files(file)
    expect(page.locator(".drop .card")).to_contain_text(f"{task} the same file")
    assert check(page, "verify") == []
