"""The status page in a real browser: charts are drawn and move, nothing is fetched from elsewhere and nothing
is complained of, a level is changed and reads back, an exporter that is gone and back is told of, and
nothing sticks out of its box, be the page light, dark, or as narrow as a phone's.

usage: status_page.py PATH-OF-HOSTPULSE [DIRECTORY-FOR-SCREENSHOTS]
"""

import base64
import contextlib
import json
import os
import pathlib
import signal
import sys
import tempfile

import harness

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select
except ImportError:
    harness.skip("python3-selenium is not installed")

BINARY = os.path.abspath(sys.argv[1])
SCREENSHOTS = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
WIDE = (1280, 900)
PHONE = (390, 844)
EVIL = '<img src=x onerror="document.title=1">'


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


@contextlib.contextmanager
def browser(size=WIDE, dark=False, scripts=True):
    """A headless Chromium that keeps what the page logs and asks for."""
    options = webdriver.ChromeOptions()
    options.binary_location = harness.find_tool("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     "--hide-scrollbars", *(["--force-dark-mode"] if dark else [])):
        options.add_argument(argument)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(harness.find_tool("chromedriver")), options=options)
    try:
        # A window does not get as narrow as a phone; its viewport does.
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
        if dark:
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        driver.set_page_load_timeout(30)
        yield driver
    finally:
        driver.quit()


@contextlib.contextmanager
def exporter(port, *arguments):
    argv = [BINARY, f"--web.listen-address=127.0.0.1:{port}", *arguments]
    with harness.Process(argv) as process:
        yield process.wait_listening(port)


def text_of(driver, identifier):
    return driver.find_element(By.ID, identifier).text


def wait_live(driver):
    harness.wait_until(lambda: text_of(driver, "live") == "live", "a live page", 15)


def charts(driver):
    """The ids of the charts that are shown."""
    return [figure.get_attribute("id") for figure in driver.find_elements(By.CSS_SELECTOR, "#charts figure")]


PIXELS = """
return [...document.querySelectorAll('#charts figure')].map(figure => {
  const canvas = figure.querySelector('canvas');
  if (!canvas) return [figure.id, 0, 0];
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    sum = (sum * 31 + data[i] + 7 * data[i + 1] + 13 * data[i + 2] + i) % 1000000007;
  }
  return [figure.id, colours.size, sum];
});
"""

BOXES = """
const out = [];
const inside = (inner, outer) => {
  const a = inner.getBoundingClientRect(), b = outer.getBoundingClientRect();
  return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
};
const figures = [...document.querySelectorAll('#charts figure')];
for (const figure of figures) {
  for (const part of figure.querySelectorAll('canvas, .legend, figcaption, select')) {
    if (!inside(part, figure)) out.push(figure.id + ': ' + part.tagName + ' sticks out');
  }
}
figures.forEach((one, i) => figures.slice(i + 1).forEach(other => {
  const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
  const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  if (!apart) out.push(one.id + ' and ' + other.id + ' overlap');
}));
if (document.documentElement.scrollWidth > innerWidth) out.push('the page is wider than its window');
return out;
"""


def expect_painted_and_moving(driver):
    def painted():
        pixels = driver.execute_script(PIXELS)
        return pixels if pixels and all(count >= 2 for _, count, _ in pixels) else None
    first = harness.wait_until(painted, "every chart painted", 15, every=0.2)

    def moved():
        return all(one != other for (_, _, one), (_, _, other) in zip(first, driver.execute_script(PIXELS)))
    harness.wait_until(moved, "every chart moved", 10, every=0.2)


def expect_clean(driver, base, complaints_allowed=()):
    """Nothing in the console, and no request to any other place."""
    complaints = [entry["message"] for entry in driver.get_log("browser")]
    # The one about reading pixels back is this test's own doing.
    allowed = ("willReadFrequently", *complaints_allowed)
    unexpected = [text for text in complaints if not any(word in text for word in allowed)]
    expect(not unexpected, "the console:", unexpected)
    asked = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    strangers = [url for url in asked if not url.startswith((base, "data:"))]
    expect(asked and not strangers, "asked of elsewhere:", strangers)


def screenshot(driver, name):
    if SCREENSHOTS is None:
        return
    height = driver.execute_script("return document.documentElement.scrollHeight")
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": driver.execute_script("return innerWidth"), "height": height, "scale": 1}})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def looks_right(base, name, size, dark):
    with browser(size, dark) as driver:
        driver.get(base)
        wait_live(driver)
        expect_painted_and_moving(driver)
        expect(not driver.execute_script(BOXES), driver.execute_script(BOXES))
        text = driver.execute_script("return getComputedStyle(document.body).color")
        expect(text == ("rgb(255, 255, 255)" if dark else "rgb(0, 0, 0)"), name, "has text of", text)
        screenshot(driver, name)
        expect_clean(driver, base)


# In one go: the page makes its rows anew when what they say changes.
LEVEL = """
for (const row of document.querySelectorAll('#loggers tr')) {
  if (row.cells[0].textContent === arguments[0]) return row.cells[1].textContent;
}
return null;
"""


def shown_level(driver, name):
    return driver.execute_script(LEVEL, name)


def choose_level(driver, name, value):
    """As a user does; once more where the rows were made anew under his hand."""
    def chosen():
        with contextlib.suppress(StaleElementReferenceException):
            found = driver.find_elements(By.CSS_SELECTOR, f"#loggers select[aria-label='Level of {name}']")
            if found:
                Select(found[0]).select_by_value(value)
            return bool(found)
        return False
    harness.wait_until(chosen, f"a choice of levels for {name}")


def level_is_changed(base):
    with browser() as driver:
        driver.get(base)
        wait_live(driver)

        def level():
            return json.loads(harness.request(base + "loggers/http").text)["effectiveLevel"]

        choose_level(driver, "http", "DEBUG")
        harness.wait_until(lambda: level() == "DEBUG", "DEBUG read back")
        harness.wait_until(lambda: shown_level(driver, "http") == "DEBUG", "DEBUG on the page")
        choose_level(driver, "http", "")
        harness.wait_until(lambda: level() == "INFO", "INFO read back")
        harness.wait_until(lambda: shown_level(driver, "http") == "INFO", "INFO on the page")
        expect(text_of(driver, "message") == "", text_of(driver, "message"))
        expect_clean(driver, base)


def levels_are_read_only(port):
    base = f"http://127.0.0.1:{port}/"
    with exporter(port, "--web.loggers=read"), browser() as driver:
        driver.get(base)
        wait_live(driver)
        expect("switched off" in text_of(driver, "guard"), text_of(driver, "guard"))
        expect(not driver.find_elements(By.CSS_SELECTOR, "#loggers select"), "a choice of levels")


def destination_in_words(driver):
    text = text_of(driver, "destinations")
    expect("retrying in" in text and "because" in text and "backlog" in text, text)


def gone_and_back(port, arguments):
    """The page says that nobody answers, and lives again, without a spike from counters that began anew."""
    base = f"http://127.0.0.1:{port}/"
    with browser() as driver:
        with exporter(port, *arguments) as process:
            driver.get(base)
            wait_live(driver)
            expect_painted_and_moving(driver)
            harness.wait_until(lambda: "retrying in" in text_of(driver, "destinations"), "a destination that fails", 20)
            destination_in_words(driver)
            process.signal(signal.SIGKILL)
            process.wait()
            harness.wait_until(lambda: "no answer for" in text_of(driver, "live"), "a stale page", 15)
        with exporter(port, *arguments):
            wait_live(driver)
        expect_clean(driver, base, complaints_allowed=("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE",
                                                       "ERR_CONNECTION_RESET"))


def hostile_names(port, directory):
    """A device that calls itself markup is shown as text."""
    proc = directory / "proc"
    (proc / "net").mkdir(parents=True)
    (proc / "self" / "net").mkdir(parents=True)
    name = EVIL.replace(" ", "\u00a0")
    lines = "Inter-|   Receive |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|" \
            "bytes packets errs drop fifo colls carrier compressed\n" \
            f"{name}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    for place in (proc / "net" / "dev", proc / "self" / "net" / "dev"):
        place.write_text(lines)
    base = f"http://127.0.0.1:{port}/"
    arguments = (f"--path.procfs={proc}", "--collector.disable-defaults", "--collector.netdev",
                 "--no-collector.netdev.netlink")
    with exporter(port, *arguments), browser() as driver:
        driver.get(base)
        wait_live(driver)
        options = harness.wait_until(
            lambda: [option.text for option in driver.find_elements(By.CSS_SELECTOR, "#chart-network option")][1:],
            "the device", 10)
        expect(options == [EVIL] or options == [name], options)
        expect(not driver.find_elements(By.TAG_NAME, "img"), "an element out of a name")
        expect_clean(driver, base)


def without_scripts(base):
    with browser(scripts=False) as driver:
        driver.get(base)
        expect("need JavaScript" in driver.find_element(By.TAG_NAME, "main").text, "a word about JavaScript")
        expect(driver.find_elements(By.LINK_TEXT, "Metrics"), "the link to the metrics")
        expect(not driver.find_element(By.ID, "live").is_displayed(), "a badge that tells nothing")


def values_agree(base):
    """What the page is told is what /metrics says."""
    live = json.loads(harness.request(base + "-/live?filesystems").text)["figures"]
    families = harness.parse_exposition(harness.request(base + "metrics").text)

    def one(name):
        return next(iter(families[name].samples.values()))
    expect(live["memory"]["total"] == one("node_memory_MemTotal_bytes"), live["memory"])
    received = sum(families["node_network_receive_bytes_total"].samples.values())
    expect(0 <= received - sum(each["received"] for each in live["networks"].values()) < 1e8, live["networks"])
    idle = sum(value for (_, labels), value in families["node_cpu_seconds_total"].samples.items()
               if ("mode", "idle") in labels)
    expect(abs(idle - live["cpu"]["idle"]) < 60, live["cpu"], idle)
    cpus = {dict(labels)["cpu"] for _, labels in families["node_cpu_seconds_total"].samples}
    expect(live["cpus"] == len(cpus), live["cpus"])


def main():
    harness.find_tool("chromium")
    harness.find_tool("chromedriver")
    port = harness.free_port()
    nowhere = harness.free_port()
    base = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryDirectory(prefix="hostpulse-page-") as name:
        directory = pathlib.Path(name)
        arguments = (f"--push.url=http://127.0.0.1:{nowhere}/api/v1/write", "--push.interval=1s",
                     f"--push.queue-dir={directory}/queue")
        with exporter(port, *arguments):
            harness.request(base + "metrics")
            values_agree(base)
            looks_right(base, "light", WIDE, dark=False)
            looks_right(base, "dark", WIDE, dark=True)
            looks_right(base, "phone", PHONE, dark=False)
            level_is_changed(base)
            without_scripts(base)
        gone_and_back(port, arguments)
        levels_are_read_only(port)
        hostile_names(port, directory)


if __name__ == "__main__":
    main()
