"""Fixtures for everybody: databases of both kinds, a world over each, a browser."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support.machine import chromium, postgres_bin
from tests.support.postgres import Cluster, start_cluster
from tests.support.world import World

SHARED = Path(os.environ.get("KARTKA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
_DATABASES = ["sqlite", *(["postgresql"] if postgres_bin() is not None else [])]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What this machine cannot show is said before the first test."""
    del config
    lines = []
    if postgres_bin() is None:
        lines.append("LEFT OUT: no PostgreSQL on this machine; its tests do not run")
    if chromium() is None:
        lines.append("LEFT OUT: no Chromium on this machine; its tests do not run")
    if not SHARED.is_dir():
        lines.append("LEFT OUT: no KARTKA_SHARED folder; tests against its data do not run")
    return lines


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Browser tests are left out, and said so in the header, where there is no browser."""
    return True if chromium() is None and collection_path.name.startswith("test_browser") else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL of this test process."""
    started = start_cluster()
    assert started is not None
    yield started
    started.stop()


@pytest.fixture(params=_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'kartka.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.new_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A world over each kind of database."""
    made = World(database_url)
    yield made
    made.close()


@pytest.fixture
def small_world(tmp_path: Path) -> Iterator[World]:
    """A world over SQLite alone, for rules that no database can change."""
    made = World(f"sqlite+aiosqlite:///{tmp_path / 'kartka.db'}")
    yield made
    made.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium with a fresh profile."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream"]  # fmt: skip
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield launched
        await launched.close()
