"""A real browser for tests and pictures: the machine's Chromium, headless, with a fresh profile every time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

from tests.support.machine import chromium

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream")  # fmt: skip
"""Root may start it, it calls nobody by itself, and it grants the camera without asking."""

expect.set_options(timeout=60_000)  # as long as an action may take: a slow machine is not a broken page


@asynccontextmanager
async def open_browser(*more: str) -> AsyncIterator[Browser]:
    """Headless Chromium with these flags besides ours. Raises RuntimeError where the machine has none."""
    program = chromium()
    if program is None:
        raise RuntimeError("no Chromium on this machine; install it (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, *more])
        try:
            yield launched
        finally:
            await launched.close()
