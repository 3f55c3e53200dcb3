"""The page at /_paper/, in a browser: a section for each thing that it is to be good at."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Service, Windows, World, until
from PIL import Image
from playwright.sync_api import Page, expect

ROWS = "#requests .row"


def choose(page: Page, text: str) -> None:
    """Opens the latest request whose row has this text."""
    page.locator(ROWS).filter(has_text=text).first.click()
    page.wait_for_selector("#detail h4")


# 1. A request, whole: what was asked, answered and decided.


def test_a_request_is_explained_beside_the_list(page: Page, world: World) -> None:
    world.create(target_instance_id=None, traget_instance_id="x")
    choose(page, "target_instance_id is mandatory")
    detail, rows = page.locator("#detail"), page.locator("#requests")
    beside, list_box = detail.bounding_box(), rows.bounding_box()
    assert beside and list_box
    assert beside["x"] >= list_box["x"] + list_box["width"] - 1
    assert beside["y"] + 100 < 900, "it is in sight"
    text = detail.inner_text()
    for part in ("400", "DBS.200001", "did you mean", "curl -X POST", "traget_instance_id", "documented"):
        assert part in text, part
    assert "undefined" not in page.locator("body").inner_text()
    assert detail.locator("mark").inner_text().strip().startswith('"traget_instance_id"')
    detail.locator("summary").first.click()
    assert "content-type" in detail.inner_text()


def test_what_is_copied_is_the_corrected_request(
    windows: Windows, service: Service, world: World
) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    page = windows.open(f"{service.url}/_paper/", permissions=allowed)
    world.create(target_instance_id=None)
    choose(page, "mandatory")
    page.get_by_label("Copy corrected request").click()
    expect(page.get_by_label("Copy corrected request")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    ran = subprocess.run(["bash", "-c", copied], env={**os.environ, "TOKEN": "any"}, capture_output=True)
    assert b"job_id" in ran.stdout, copied


def test_rows_say_why(page: Page, world: World) -> None:
    world.control("POST", "/faults", {"id": "busy", "first": 1, "effect": {"throttle": 5}})
    world.create()
    world.create()
    world.create(target_instance_id=None)
    expect(page.locator(ROWS)).to_have_count(3)
    refused, warned, broken = page.locator(ROWS).all_inner_texts()
    assert "DBS.200001: target_instance_id is mandatory" in refused
    assert "adopted as" in warned
    assert "the fault busy hit before it was performed" in broken
    choose(page, "fault busy")
    assert "429" in page.locator("#detail h3").inner_text()


# 2. What changes is patched; nothing is lost and nothing moves.


def test_focus_and_selection_stay_while_requests_come(page: Page, world: World) -> None:
    world.create()
    choose(page, "CreateDbCacheMapping")
    page.locator("#detail .summary").select_text()
    page.locator(ROWS).first.focus()
    page.mouse.move(5, 5)
    chosen = page.evaluate("document.activeElement.parentElement.dataset.id")
    for _ in range(20):
        world.look()
    expect(page.locator(ROWS)).to_have_count(21)
    assert page.evaluate("document.activeElement.parentElement.dataset.id") == chosen
    assert page.evaluate("getSelection().toString()").startswith("CreateDbCacheMapping was performed")
    page.keyboard.press("ArrowUp")
    assert "ListJobs" in page.evaluate("document.activeElement.textContent")


def test_clicks_that_take_their_time_are_not_lost(page: Page, world: World) -> None:
    page.fill("#seconds", "1")
    for number in range(1, 31):
        world.look()
        page.locator("#forward").hover()
        page.mouse.down()
        world.look()
        page.wait_for_timeout(250)
        page.mouse.up()
        until(lambda at=number: world.now() == f"2026-01-01T09:00:{at:02}.000Z", 5)


def test_clicks_on_rows_are_not_lost_while_requests_come(page: Page, world: World) -> None:
    for _ in range(12):
        world.create()
    expect(page.locator(ROWS)).to_have_count(12)
    for at in range(10):
        row = page.locator(ROWS).nth(at)
        wanted = row.evaluate("row => row.parentElement.dataset.id")
        row.hover()
        page.mouse.down()
        for _ in range(3):
            world.look()
        page.wait_for_timeout(500)
        page.mouse.up()
        assert page.evaluate("location.hash").endswith(wanted)
        page.mouse.move(5, 5)
        expect(page.locator(ROWS)).to_have_count(15 + 3 * at)


def test_nothing_moves_under_the_pointer(page: Page, world: World) -> None:
    for _ in range(5):
        world.create()
    expect(page.locator(ROWS)).to_have_count(5)
    page.locator(ROWS).nth(2).hover()
    before = page.locator(ROWS).nth(2).bounding_box()
    for _ in range(20):
        world.look()
    expect(page.locator("#request-note")).to_contain_text("20 new")
    assert page.locator(ROWS).nth(2).bounding_box() == before
    page.mouse.move(5, 5)
    expect(page.locator(ROWS)).to_have_count(25)


def test_buttons_stand_where_they_stood(page: Page, world: World) -> None:
    names = ["freeze", "resume", "forward", "next", "auto", "reset", "tab-faults", "tab-report"]
    places = lambda: [page.locator(f"#{name}").bounding_box() for name in names]  # noqa: E731
    before = places()
    for _ in range(30):
        world.create()
    world.control("POST", "/clock/resume", {"scale": 1000})
    expect(page.locator("#mode")).to_have_text("× 1000")
    expect(page.locator("#tab-requests span")).to_have_text("30")
    assert places() == before


# 3. Many worlds: the newest first, searched, marked, and in pages.


def test_worlds_are_searched_and_marked(page: Page, service: Service, world: World) -> None:
    failed = service.world("failed", "test_with_a_failed_job")
    failed.freeze()
    _, job = failed.create()
    failed.control("POST", f"/jobs/{job['job_id']}/fail", {"reason": "disk full"})
    refused = service.world("refused", "test_with_a_refusal")
    refused.create(target_instance_id=None)
    service.world("quiet", "test_of_silence")
    names = page.locator("#worlds .row b")
    expect(names).to_have_count(4)
    expect(names.first).to_have_text("test_of_silence")
    row = lambda name: page.locator("#worlds .row").filter(has_text=name)  # noqa: E731
    expect(row("test_with_a_failed_job").get_by_label("1 failed job")).to_be_visible()
    expect(row("test_with_a_refusal").get_by_label("1 refused request")).to_be_visible()
    page.check("#world-marked")
    expect(names).to_have_count(2)
    page.fill("#world-search", "REFUSAL")
    expect(names).to_have_text(["test_with_a_refusal"])
    expect(page.locator("#world-note")).to_have_text("1 of 4 worlds")


def test_two_hundred_worlds_are_paged_and_only_changes_travel(page: Page, service: Service) -> None:
    for number in range(200):
        service.world(f"world-{number}", f"test_number_{number}")
    expect(page.locator("#world-note")).to_have_text("201 worlds")
    page.mouse.move(700, 5)
    expect(page.locator("#worlds .row")).to_have_count(100)
    expect(page.locator("#worlds .row b").first).to_have_text("test_number_199")
    page.click("#more-worlds")
    expect(page.locator("#worlds .row")).to_have_count(200)
    received = []
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.dataReceived", lambda event: received.append(event["dataLength"]))
    page.wait_for_timeout(1500)
    received.clear()
    page.wait_for_timeout(3000)
    assert sum(received) < 100, "nothing has changed, so nearly nothing travels"
    service.send("GET", "/v3/world-7/jobs")
    row = page.locator("#worlds .row").filter(has_text="test_number_7")
    expect(row.locator("small").last).to_contain_text("1 request")
    assert sum(received) < 2000, "one world has changed"


# 4. What can be done.


def test_the_clock_is_turned(page: Page, world: World) -> None:
    world.create()
    page.click("#next")
    until(lambda: world.now() == "2026-01-01T09:00:02.000Z")
    page.fill("#seconds", "90.5")
    page.click("#forward")
    until(lambda: world.now() == "2026-01-01T09:01:32.500Z")
    expect(page.locator("#now")).to_have_text("2026-01-01 09:01:32.500")
    page.check("#auto")
    until(lambda: world.control("GET", "/clock")["auto_advance"])
    page.fill("#scale", "60")
    page.click("#resume")
    until(lambda: world.control("GET", "/clock")["mode"] == "scaled")
    expect(page.locator("#mode")).to_have_text("× 60")
    page.click("#freeze")
    until(lambda: world.control("GET", "/clock")["mode"] == "frozen")


def test_a_fault_is_armed_and_disarmed(page: Page, world: World) -> None:
    page.click("#tab-faults")
    page.wait_for_selector("#fault-operation option[value*=CreateDbCacheMapping]", state="attached")
    page.select_option("#fault-operation", label="CreateDbCacheMapping")
    page.select_option("#fault-when", "first")
    page.fill("#fault-count", "2")
    page.select_option("#fault-effect", "error")
    page.select_option("#fault-error", "WrongState")
    page.select_option("#fault-phase", "after")
    page.click("#arm button")
    [armed] = until(lambda: world.control("GET", "/faults")["faults"])
    assert armed["effect"] == {"error": "WrongState"}
    assert (armed["operation"], armed["first"], armed["phase"]) == ("CreateDbCacheMapping", 2, "after")
    world.create()
    expect(page.locator("#faults .card")).to_contain_text("1 hit")
    page.get_by_role("button", name="Disarm").click()
    until(lambda: world.control("GET", "/faults")["count"] == 0)
    expect(page.locator("#no-faults")).to_be_visible()


EFFECTS = {
    "status": {"status": 503},
    "throttle": {"throttle": 5},
    "latency_ms": {"latency_ms": 500},
    "reset": {"reset": True},
    "truncate": {"truncate": True},
    "malformed": {"malformed": True},
    "slow_body": {"slow_body": 2000},
    "fail": {"job": "fail", "percent": 50, "reason": "disk full"},
    "hold": {"job": "hold", "percent": 50},
}


def test_every_effect_of_the_form_is_taken(page: Page, world: World) -> None:
    page.click("#tab-faults")
    page.wait_for_selector("#fault-operation option[value*=CreateDbCacheMapping]", state="attached")
    page.select_option("#fault-operation", label="CreateDbCacheMapping")
    for count, (name, effect) in enumerate(EFFECTS.items(), 1):
        page.select_option("#fault-effect", name)
        if name == "fail":
            page.fill("#fault-reason", "disk full")
        page.click("#arm button")
        until(lambda: world.control("GET", "/faults")["count"] == count)  # noqa: B023
        assert world.control("GET", "/faults")["faults"][-1]["effect"] == effect
    for when in ("nth", "every", "probability"):
        page.select_option("#fault-when", when)
        page.fill("#fault-count", "1")
        page.click("#arm button")
        count += 1
        until(lambda: world.control("GET", "/faults")["count"] == count)  # noqa: B023
        assert world.control("GET", "/faults")["faults"][-1][when] == 1
    page.fill("#fault-count", "2")
    page.click("#arm button")
    expect(page.locator("#said")).to_contain_text("probability must")


def test_a_request_leads_to_a_fault_for_the_next_one(page: Page, world: World) -> None:
    world.create()
    choose(page, "CreateDbCacheMapping")
    page.get_by_role("button", name="Break the next one like it").click()
    expect(page.locator("#fault-rule")).to_contain_text('"operation": "CreateDbCacheMapping"')
    page.click("#arm button")
    until(lambda: world.control("GET", "/faults")["count"] == 1)
    assert world.create()[0] == 503


def test_a_job_is_failed_with_a_reason_and_held(page: Page, world: World) -> None:
    _, job = world.create()
    path = f"/jobs/{job['job_id']}"
    page.click("#tab-resources")
    page.get_by_role("button", name="Fail…").click()
    page.fill("#ask [name=reason]", "disk full")
    page.fill("#ask [name=percent]", "40")
    page.click("#ask-yes")
    planned = until(lambda: world.control("GET", path).get("planned"))
    assert planned == {"job": "fail", "percent": 40, "stage": "creating", "reason": "disk full"}
    page.get_by_role("button", name="Hold").click()
    until(lambda: world.control("GET", path)["held"])
    expect(page.locator(".timeline small").first).to_contain_text("held")
    page.get_by_role("button", name="Release").click()
    until(lambda: not world.control("GET", path)["held"])
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".card .pill").first).to_have_text("Completed")


def test_a_world_is_labelled_exported_cleared_and_reset(
    page: Page, service: Service, world: World
) -> None:
    world.create()
    page.click("#label")
    page.fill("#ask [name=label]", "another name")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_text("another name")
    with page.expect_download() as download:
        page.click("#export")
    exported = json.loads(Path(download.value.path()).read_text())
    assert exported["label"] == "another name"
    page.click("#reset")
    page.click("#ask-no")
    page.click("#clear")
    page.click("#ask-yes")
    until(lambda: world.control("GET", "/requests")["count"] == 0)
    expect(page.locator(ROWS)).to_have_count(0)
    page.click("#tab-resources")
    expect(page.locator(".timeline")).to_have_count(1)
    page.click("#reset")
    page.click("#ask-yes")
    expect(page.locator(".timeline")).to_have_count(0)
    assert service.ask("GET", "/_paper/worlds")["count"] == 0


# 5. What exists.


def test_what_has_ended_stays_in_sight(page: Page, world: World) -> None:
    world.create()
    world.control("POST", "/clock/advance", {"seconds": 1})
    page.click("#tab-resources")
    expect(page.locator(".timeline small")).to_have_text("50 %")
    expect(page.locator("#kind-memory_mapping .pill")).to_have_text("creating")
    world.control("POST", "/clock/advance", {"seconds": 1})
    expect(page.locator("#kind-job .pill")).to_have_text("Completed")
    expect(page.locator("#kind-memory_mapping .pill")).to_have_text("normal")
    expect(page.locator(".track")).to_have_attribute("aria-label", "100 %, creating, normal")
    times = page.locator(".timeline time")
    expect(times).to_have_text(["09:00:00.000", "09:00:02.000"])
    expect(page.locator("#kind-instance .card")).to_have_count(2)


def test_the_report_names_requests(page: Page, world: World) -> None:
    world.create(unread="x")
    page.click("#tab-report")
    card = page.locator("#findings .card").filter(has_text="unread")
    expect(card).to_contain_text("is not a parameter of this call")
    card.get_by_role("button").click()
    expect(page.locator("#detail h3")).to_contain_text("CreateDbCacheMapping")
    page.click("#tab-report")
    expect(page.locator("#leaks")).to_contain_text("unfinished")


def test_coverage_has_the_rule_for_what_was_never_seen(page: Page, world: World) -> None:
    world.create()
    page.click("#tab-coverage")
    expect(page.locator("#coverage-sum")).to_contain_text("documented answers")
    card = page.locator("#coverage .card").filter(has_text="CreateDbCacheMapping")
    card.locator("summary").click()
    gap = card.locator("li").filter(has_text="WrongState")
    expect(gap.locator("code")).to_contain_text("world.fault(")
    gap.get_by_role("button", name="Arm it").click()
    until(lambda: world.control("GET", "/faults")["count"] == 1)
    world.create()
    page.mouse.move(5, 5)
    expect(gap).to_have_count(0)


# 6. Nothing there yet.


def test_first_steps_have_the_real_address(windows: Windows, service: Service) -> None:
    page = windows.open(f"{service.url}/_paper/")
    expect(page.locator("#welcome .code")).to_have_count(3)
    shell, pytest_file, sdk = page.locator("#welcome pre").all_inner_texts()
    assert all(service.url in text for text in (shell, pytest_file, sdk))
    for name in ("openapi.json", "rules", "catalogue", "metrics"):
        assert page.locator(f"nav a[href='{name}']").is_visible()
    ran = subprocess.run(["bash", "-c", shell], capture_output=True)
    assert b"job_id" in ran.stdout, shell
    expect(page.locator(ROWS)).to_contain_text("CreateDbCacheMapping")
    expect(page.locator("#welcome")).to_be_hidden()


# 7. A telephone.


def test_nothing_scrolls_sideways_on_a_telephone(
    windows: Windows, service: Service, world: World
) -> None:
    world.control("PUT", "/label", {"label": "a_label_without_any_space_" * 9})
    world.control("POST", "/faults", {"id": "f" * 60, "operation": "ListJobs", "effect": {"status": 500}})
    world.create(target_instance_id="y" * 300, **{"z" * 200: 1})
    world.create()
    page = windows.open(f"{service.url}/_paper/", 390, 844, has_touch=True, is_mobile=True)

    def fits() -> None:
        wide = page.evaluate(
            "[...document.querySelectorAll('body, body *')].filter(one => one.checkVisibility()"
            " && one.getBoundingClientRect().right > innerWidth + 1"
            " && !one.closest('pre')).map(one => one.outerHTML.slice(0, 80))"
        )
        assert wide == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.locator("#worlds .row").first.wait_for()
    fits()
    page.locator("#worlds .row").first.tap()
    page.locator(ROWS).first.wait_for()
    fits()
    for tab in ("resources", "faults", "report", "coverage", "requests"):
        page.tap(f"#tab-{tab}")
        page.wait_for_selector(f"#{tab}-panel:not([hidden])")
        page.wait_for_timeout(300)
        fits()
    page.locator(ROWS).last.tap()
    page.wait_for_selector("#detail h4")
    fits()
    page.get_by_role("button", name="Close").tap()
    page.tap("#back")
    expect(page.locator("#worlds .row").first).to_be_visible()


# 8. A wrong token, and a service that has gone.


def test_a_token_is_asked_for_and_a_wrong_one_is_said(windows: Windows) -> None:
    service = Service("--control-token", "right", token="right")
    try:
        service.world("one", "behind a token").create()
        page = windows.open(f"{service.url}/_paper/")
        expect(page.locator("#state")).to_have_text("A control token is wanted.")
        expect(page.locator("#access-reason")).to_contain_text("no token was sent")
        expect(page.locator("#content")).to_be_hidden()
        page.fill("#token", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#access-reason")).to_contain_text("another token was sent")
        page.fill("#token", "right")
        page.keyboard.press("Enter")
        expect(page.locator("#name")).to_have_text("behind a token")
        expect(page.locator("#access")).to_be_hidden()
        page.locator(ROWS).first.click()
        page.wait_for_selector("#detail h4")
        page.reload()
        expect(page.locator("#name")).to_have_text("behind a token")
    finally:
        service.stop()


def test_a_service_that_has_gone_is_said_and_its_data_dimmed(
    page: Page, service: Service, world: World
) -> None:
    world.create()
    expect(page.locator(ROWS)).to_have_count(1)
    stopping = time.monotonic()
    service.stop()
    assert time.monotonic() - stopping < 3, "an open page holds nothing up"
    expect(page.locator("#state")).to_contain_text("Papercloud does not answer. What you see is from")
    assert float(page.locator("#content").evaluate("it => getComputedStyle(it).opacity")) < 0.6
    expect(page.locator(ROWS)).to_have_count(1)
    page.click("#freeze")
    expect(page.locator("#said")).to_have_text("Papercloud does not answer.")
    again = Service(port=service.port)
    try:
        expect(page.locator("#state")).to_contain_text("live")
        assert page.locator("#content").evaluate("it => getComputedStyle(it).opacity") == "1"
        expect(page.locator(ROWS)).to_have_count(0)
    finally:
        again.stop()


# What is sent is text.


def test_hostile_strings_stay_text(page: Page, service: Service, world: World) -> None:
    hostile = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>"
    world.control("PUT", "/label", {"label": hostile})
    world.control("POST", "/faults", {"operation": "ListJobs", "effect": {"status": 500, "message": hostile}})
    world.create(target_instance_id=hostile, **{hostile: hostile})
    world.look()
    path = f"/v3/{world.project_id}/%3Cimg%20src=x%20onerror=window.hacked=1%3E"
    service.send("GET", path + "?q=<script>")
    expect(page.locator("#name")).to_have_text(hostile)
    expect(page.locator(ROWS)).to_have_count(2)
    for row in range(page.locator(ROWS).count()):
        page.locator(ROWS).nth(row).click()
        page.wait_for_selector("#detail h4")
    choose(page, "CreateDbCacheMapping")
    expect(page.locator("#detail")).to_contain_text("<img src=x onerror=")
    for tab in ("resources", "faults", "report", "coverage"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"#{tab}-panel:not([hidden])")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, #content script, #content b b").count() == 0


# Much.


@pytest.fixture
def roomy() -> Iterator[Service]:
    started = Service("--journal-bytes", str(100 << 20))
    yield started
    started.stop()


def test_ten_thousand_requests_stay_responsive(windows: Windows, roomy: Service) -> None:
    world = roomy.world("busy")
    page = windows.open(f"{roomy.url}/_paper/#busy/requests")
    page.wait_for_selector("#world:not([hidden])")
    world.create(target_instance_id=None)
    many = f"{roomy.url}/v3/busy/jobs?limit=10&offset=[0-9998]"
    silent = ["-sS", "-o", "/dev/null", "-H", "X-Auth-Token: any"]
    subprocess.run(["curl", "--noproxy", "*", *silent, many], check=True, stdout=subprocess.DEVNULL)
    expect(page.locator("#request-note")).to_have_text("10,000 requests", timeout=60_000)
    assert page.locator(ROWS).count() <= 400, "only a page of them is in the document"
    page.evaluate(
        "window.longest = 0; new PerformanceObserver(all => all.getEntries().forEach("
        "one => window.longest = Math.max(window.longest, one.duration))).observe({type: 'longtask'})"
    )
    started = time.monotonic()
    page.fill("#request-search", "mandatory")
    expect(page.locator(ROWS)).to_have_count(1)
    page.fill("#request-search", "")
    page.click("#kinds [value=refused]")
    expect(page.locator(ROWS)).to_have_count(1)
    page.click("#kinds [value=all]")
    expect(page.locator(ROWS)).to_have_count(200)
    page.click("#older")
    expect(page.locator(ROWS)).to_have_count(400)
    world.create(target_instance_id=None)
    page.mouse.move(5, 5)
    expect(page.locator(ROWS).first).to_contain_text("mandatory")
    assert time.monotonic() - started < 10
    assert page.evaluate("window.longest") < 500, "milliseconds in which nothing could be clicked"


# For everybody.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    windows: Windows, service: Service, world: World, scheme: str
) -> None:
    script = ROOT / "tests/clients/page/node_modules/axe-core/axe.min.js"
    if not script.exists():
        assert os.environ.get("CI") != "true", "axe-core is missing"
        pytest.skip("no axe-core: npm ci --prefix tests/clients/page")
    axe = script.read_text()

    def check(page: Page, where: str) -> None:
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], where

    page = windows.open(f"{service.url}/_paper/#empty/requests", color_scheme=scheme)
    page.wait_for_selector("#world:not([hidden])")
    demonstrate(service, world)
    page.goto(f"{service.url}/_paper/#{world.project_id}/requests")
    choose(page, "target_instance_id is mandatory")
    page.wait_for_timeout(2000)
    check(page, "requests")
    for tab in ("resources", "faults", "report", "coverage"):
        page.click(f"#tab-{tab}")
        page.wait_for_timeout(1000)
        check(page, tab)
    page.click("#label")
    check(page, "dialogue")
    page.click("#ask-no")
    phone = windows.open(f"{service.url}/_paper/", 390, 844, color_scheme=scheme)
    phone.locator("#worlds .row").first.wait_for()
    check(phone, "worlds on a telephone")
    locked = Service("--control-token", "x", token="x")
    try:
        page = windows.open(f"{locked.url}/_paper/", color_scheme=scheme)
        page.wait_for_selector("#access:not([hidden])")
        check(page, "token")
        page.fill("#token", "x")
        page.keyboard.press("Enter")
        page.wait_for_selector("#welcome:not([hidden])")
        check(page, "first steps")
    finally:
        locked.stop()


# How it looks.


def demonstrate(service: Service, world: World) -> None:
    """A morning's work: what the pictures show."""
    names = [
        "test_region_is_looked_up", "test_backup_is_imported", "test_a_delete_is_idempotent",
        "test_wrong_state_is_retried", "test_the_quota_is_kept", "test_clickhouse_catches_up",
        "test_polling_backs_off", "test_orders_survive_a_restart", "test_migration_is_resumed",
        "test_a_failed_job_is_seen", "test_a_lost_answer_is_asked_for_again",
    ]
    for number, name in enumerate(names):
        other = service.world(f"{number:02}5e292c9880d4992f02c0196d3ea4{number:02}", name)
        other.freeze()
        for _ in range(1 + number % 4):
            other.create(target_instance_id=None if number in (3, 7) else "2bb234c7175c400aab91de7c62174c0ein12")
        if number == 9:
            [job] = other.control("GET", "/jobs")["jobs"][:1]
            other.control("POST", f"/jobs/{job['job_id']}/fail", {"reason": "disk full"})
        if number % 2:
            other.control("POST", "/clock/advance", {"seconds": 3})
    # Made last, so that it stands first.
    world.control("DELETE")
    world.control("PUT", "/label", {"label": "test_move_to_the_new_cluster"})
    world.freeze()
    path = f"/v3/{world.project_id}"
    world.control("POST", "/faults", {"operation": "CreateDbCacheMapping", "first": 1, "phase": "after", "effect": {"reset": True}})
    world.control("POST", "/faults", {"operation": "ShowMigrationTask", "every": 2, "effect": {"throttle": 5}})
    world.create()
    world.create()
    world.control("POST", "/clock/advance", {"seconds": 1.4})
    world.look()
    _, job = world.create(target_instance_id="3bb234c7175c400aab91de7c62174c0ein12")
    world.control("POST", f"/jobs/{job['job_id']}/fail", {"percent": 40, "reason": "disk full"})
    world.control("POST", "/clock/advance", {"seconds": 1.2})
    world.look()
    service.send("GET", f"{path}/dbcache/mappings?offset=0&limit=10")
    body = {"source_instance_id": "e73893ef73754465a8bd2e0857bbf13ein07", "source_database": "orders"}
    service.send("POST", f"{path}/instances/0f2c1a7e9b8d4c6fa1b2c3d4e5f60718in16/clickhouse/replication", body)
    world.control("POST", "/clock/advance", {"seconds": 1})
    task = f"/v2/{world.project_id}/migration/90754308-a156-406f-a837-8f852f38a646/task"
    source = {"addrs": "192.168.1.10:6379"}
    target = {"id": "f1ee4b5d-1f5a-4d0c-9d55-8c2a8b1c2d3e"}
    settings = {"migration_method": "full_amount_migration", "resume_mode": "auto", "bandwidth_limit_mb": 100}
    service.send("POST", task, {**settings, "source_instance": source, "target_instance": target})
    for _ in range(2):
        service.send("GET", f"/v2/{world.project_id}/migration-task/90754308-a156-406f-a837-8f852f38a646")
    world.control("POST", "/clock/advance", {"seconds": 0.7})
    world.look()
    world.create(target_instance_id=None, traget_instance_id="2bb234c7175c400aab91de7c62174c0ein12")
    world.look()


def test_pictures_for_the_documents(
    windows: Windows, service: Service, world: World, tmp_path: Path
) -> None:
    update = os.environ.get("UPDATE_SCREENSHOTS") == "1"
    folder = ROOT / "docs/images" if update else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    demonstrate(service, world)

    def picture(page: Page, name: str) -> None:
        page.mouse.move(0, 0)
        page.wait_for_timeout(2000)
        taken = Image.open(io.BytesIO(page.screenshot()))
        # 256 colours are enough for a page of text, and half as many bytes.
        few = taken.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3)
        few.save(folder / name, optimize=True)
        assert (folder / name).stat().st_size < 200_000, name

    for scheme, name in (("light", "page.png"), ("dark", "page-dark.png")):
        page = windows.open(f"{service.url}/_paper/", 1440, 880, color_scheme=scheme)
        choose(page, "target_instance_id is mandatory")
        picture(page, name)
    page = windows.open(f"{service.url}/_paper/#{world.project_id}/resources", 1440, 880)
    page.wait_for_selector(".timeline")
    picture(page, "page-resources.png")
    page = windows.open(f"{service.url}/_paper/#{world.project_id}/requests", 390, 844)
    page.wait_for_selector(ROWS)
    picture(page, "page-phone.png")
