"""A headless Firefox, driven by WebDriver BiDi, which it speaks itself: no driver is needed."""

import contextlib
import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
SPECIAL = {"ArrowRight": "\ue014", "ArrowUp": "\ue013"}


class Window:
    """A window of a browser that was just started."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True)
        self._numbers = itertools.count()
        self._ask("session.new", capabilities={})
        new = self._ask("browsingContext.create", type="window")  # the first one never gets the focus
        self._here = {"context": new["context"]}

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(answer["message"])
                return answer["result"]

    def open(self, address: str) -> None:
        viewport = {"width": 1280, "height": 900}
        self._ask("browsingContext.setViewport", **self._here, viewport=viewport)
        self._ask("browsingContext.navigate", **self._here, url=address, wait="complete")

    def close(self) -> None:
        self._socket.close()

    def run(self, code: str) -> Any:
        """What a JavaScript expression gives; if it is a promise, what that becomes."""
        source = f"(async () => JSON.stringify(await ({code})) ?? 'null')()"
        answer = self._ask("script.evaluate", expression=source, target=self._here, awaitPromise=True)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait(self, code: str, seconds: float = 90) -> Any:
        """The first result of an expression that is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(RuntimeError):
                if found := self.run(code):
                    return found
            time.sleep(0.1)
        raise TimeoutError(code)

    def press(self, *keys: str) -> None:
        steps = [{"type": kind, "value": SPECIAL.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("input.performActions", **self._here, actions=[{"type": "key", "id": "keys", "actions": steps}])


@contextlib.contextmanager
def firefox(program: str, profile: Path) -> Iterator[Window]:
    """A Firefox with a new profile; a window of it."""
    profile.mkdir()
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    log = profile / "firefox.log"
    with log.open("w") as said:
        process = subprocess.Popen([*command, "about:blank"], stdout=said, stderr=said)
    try:
        for _ in range(300):
            if found := LISTENING.search(log.read_text()):
                break
            time.sleep(0.2)
        else:
            raise RuntimeError(f"Firefox did not start: {log.read_text()[-2000:]}")
        window = Window(found[1])
        yield window
        window.close()
    finally:
        process.terminate()
        process.wait(20)
