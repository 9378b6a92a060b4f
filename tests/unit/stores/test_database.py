"""Connections to the catalogue."""

import sys
import threading
from pathlib import Path

import pytest

from folioscope.domain.errors import StoreError
from folioscope.domain.protocols import Access
from folioscope.stores.database import Database


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def database(tmp_path: Path):
    made = Database(tmp_path / "catalogue.sqlite", Access.WRITE)
    with made.writing() as connection:
        connection.execute("CREATE TABLE numbers (n INTEGER)")
        connection.execute("INSERT INTO numbers VALUES (1)")
    yield made
    made.close()


def read(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM numbers").fetchone()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="counts the files of a Linux process")
def test_threads_that_ended_leave_no_open_files(database: Database) -> None:
    seen: list[int] = []
    before = open_files()
    for _ in range(30):
        thread = threading.Thread(target=lambda: seen.append(read(database)))
        thread.start()
        thread.join()
    assert seen == [1] * 30
    assert open_files() < before + 10


@pytest.mark.skipif(sys.platform != "linux", reason="counts the files of a Linux process")
def test_jobs_of_a_window_leave_no_open_files(database: Database) -> None:
    from PySide6.QtCore import QRunnable, QThreadPool

    seen: list[int] = []

    class Job(QRunnable):
        def run(self) -> None:
            seen.append(read(database))

    pool = QThreadPool()
    before = open_files()
    for _ in range(30):
        pool.start(Job())
    assert pool.waitForDone(30_000)
    assert seen == [1] * 30
    assert open_files() < before + 15


def test_the_thread_that_wrote_may_end(database: Database) -> None:
    def write() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO numbers VALUES (2)")

    for _ in range(2):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert read(database) == 3


def test_a_closed_one_says_so(database: Database) -> None:
    database.close()
    with pytest.raises(StoreError):
        read(database)
