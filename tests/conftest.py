"""Fixtures for everybody: databases of both kinds, a world over each, a browser."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.support.chromium import open_browser
from tests.support.machine import chromium, java, memory_folder, postgres_bin
from tests.support.postgres import EMPTY, TEMPLATE, Cluster, start_cluster
from tests.support.world import World, as_served

SHARED = Path(os.environ.get("KARTKA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
_MEMORY = memory_folder()
if _MEMORY is not None and "TMPDIR" not in os.environ:
    # Whatever the tests make, they and the processes they start make in memory.
    os.environ["TMPDIR"], tempfile.tempdir = str(_MEMORY), None
_DATABASES = ["sqlite", *(["postgresql"] if postgres_bin() is not None else [])]


def left_out() -> list[str]:
    """One line for each thing that this machine cannot show."""
    lines = []
    if postgres_bin() is None:
        lines.append("LEFT OUT: no PostgreSQL on this machine; its tests do not run")
    if chromium() is None:
        lines.append("LEFT OUT: no Chromium on this machine; its tests do not run")
    if java() is None:
        lines.append("LEFT OUT: no Java on this machine; tests on Spark do not run")
    if not SHARED.is_dir():
        lines.append("LEFT OUT: no KARTKA_SHARED folder; tests against its data do not run")
    return lines


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What this machine cannot show is said before the first test."""
    del config
    return left_out()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """And said again above the closing line, where nobody misses it."""
    for line in left_out():
        terminalreporter.write_line(line, red=True, bold=True)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Browser tests are left out, and said so in the header, where there is no browser."""
    return True if chromium() is None and collection_path.name.startswith("test_browser") else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL of this test process; what its databases are copies of has the tables."""
    started = start_cluster()
    if started is None:
        pytest.skip("no PostgreSQL on this machine")  # said aloud by `left_out`
    as_served(started.url(TEMPLATE))
    yield started
    started.stop()


@pytest.fixture
def postgres_url(cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database with the tables of this version."""
    url = cluster.new_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture
def shared() -> Path:
    """The team's folder of data and specifications; a test that needs it is left out without it."""
    if not SHARED.is_dir():
        pytest.skip("no KARTKA_SHARED folder")  # said aloud by `left_out`
    return SHARED


@pytest.fixture(params=_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database, once of each kind; on PostgreSQL its tables are there already, SQLite's are for who opens it."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'kartka.db'}"
        return
    yield request.getfixturevalue("postgres_url")


@pytest.fixture(params=_DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'kartka.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.new_database(EMPTY)
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
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def page(browser: Browser) -> Page:
    """An empty page; an error in a page's script fails the test."""
    opened = await browser.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return opened
