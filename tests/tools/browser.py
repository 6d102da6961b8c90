"""A small driver of headless Chromium: the DevTools protocol over a pipe, nothing to install.

Everything a page asks for, logs or throws is kept, so that a test can look at it.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--metrics-recording-only",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
)


def find_chromium():
    """Return the path of a Chromium, None where there is none."""
    named = os.environ.get("RISKFIT_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One headless Chromium; `page()` opens pages in it."""

    def __init__(self, path):
        self._home = tempfile.mkdtemp(prefix="riskfit-browser-")
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        self._process = subprocess.Popen(
            [
                "bash",
                "-c",
                'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"',
                "browser",
                str(to_read),
                str(to_write),
                path,
                *FLAGS,
                f"--user-data-dir={self._home}",
                "about:blank",
            ],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._rest, self._number, self._answers, self.pages = b"", 0, {}, {}

    def send(self, method, session=None, timeout=60, **params):
        """Call a method and return its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._send_all(json.dumps(message).encode() + b"\0")
        ends = time.monotonic() + timeout
        while number not in self._answers:
            if not self._take(ends - time.monotonic()):
                raise TimeoutError(f"{method} was not answered within {timeout} s")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _send_all(self, data):
        while data:
            data = data[os.write(self._write, data) :]

    def _take(self, wait_s):
        """Read what has come; False when nothing came in time."""
        ready, _, _ = select.select([self._read], [], [], max(0.0, wait_s))
        if not ready:
            return False
        chunk = os.read(self._read, 1 << 20)
        if not chunk:
            raise RuntimeError("the browser went away")
        *whole, self._rest = (self._rest + chunk).split(b"\0")
        for raw in whole:
            message = json.loads(raw)
            if "id" in message:
                self._answers[message["id"]] = message
            elif message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].event(message["method"], message["params"])
        return True

    def wait(self, seconds):
        """Let events come in for so long."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._take(ends - time.monotonic())

    def page(self, width=1280, height=900, *, dark=False, phone=False, scale=1):
        """Open an empty page of this size."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.send("Emulation.setEmulatedMedia", features=[scheme])
        return page

    def close(self):
        """End it and remove its folder."""
        with contextlib.suppress(Exception):
            self.send("Browser.close", timeout=5)
        for end in (self._read, self._write):
            os.close(end)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)


class Page:
    """One page, with all it asked for and all it complained of."""

    def __init__(self, browser, session, target):
        self.browser, self.session, self.target = browser, session, target
        self.requests, self.complaints, self.loaded = [], [], 0

    def send(self, method, **params):
        """Call a method of this page."""
        return self.browser.send(method, self.session, **params)

    def event(self, method, params):
        """Keep what matters of what the page does."""
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            said = details.get("exception", {}).get("description", details["text"])
            self.complaints.append(said)
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(
                str([a.get("value", a.get("description")) for a in params["args"]])
            )
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded += 1

    @property
    def outside(self):
        """Requests that left the machine's page: neither the file nor what is inside it."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]

    def open(self, address, timeout=60):
        """Open a file or an address and wait until it has loaded."""
        url = Path(address).resolve().as_uri() if "://" not in str(address) else str(address)
        before = self.loaded
        answer = self.send("Page.navigate", url=url)
        if answer.get("errorText"):
            raise RuntimeError(f"{url}: {answer['errorText']}")
        ends = time.monotonic() + timeout
        while self.loaded == before:
            if time.monotonic() > ends:
                raise TimeoutError(f"{url} did not load")
            self.browser.wait(0.02)
        return self

    def run(self, script):
        """Return the value of an expression; promises are waited for."""
        answer = self.send(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def until(self, script, timeout=20):
        """Wait until an expression is true, and return its value."""
        ends = time.monotonic() + timeout
        while True:
            value = self.run(script)
            if value:
                return value
            if time.monotonic() > ends:
                raise TimeoutError(f"never true: {script}")
            self.browser.wait(0.03)

    def middle_of(self, selector):
        """Return the middle of an element, scrolled into view."""
        chosen = json.dumps(selector)
        self.run(f"document.querySelector({chosen}).scrollIntoView({{block: 'center'}})")
        self.browser.wait(0.05)
        return self.run(
            f"(() => {{ const r = document.querySelector({chosen}).getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + r.height / 2]; })()"
        )

    def move(self, x, y):
        """Move the mouse."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        """Click an element as a person does."""
        x, y = self.middle_of(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, name, code=0, text=""):
        """Press a key."""
        more = {"text": text} if text else {}
        self.send(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key=name,
            code=name,
            windowsVirtualKeyCode=code,
            **more,
        )
        self.send(
            "Input.dispatchKeyEvent", type="keyUp", key=name, code=name, windowsVirtualKeyCode=code
        )

    def picture(self, path, *, whole=True):
        """Save what is seen as PNG."""
        more = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            more = {"captureBeyondViewport": True, "clip": clip}
        data = self.send("Page.captureScreenshot", format="png", **more)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def pdf(self, path):
        """Print to PDF as the page asks for."""
        data = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        """Close it."""
        self.browser.pages.pop(self.session, None)
        with contextlib.suppress(Exception):
            self.browser.send("Target.closeTarget", targetId=self.target)
