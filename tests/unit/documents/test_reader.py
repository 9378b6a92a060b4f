"""The reader's promises: limits, cancelling, replacing, closing, leaving nobody behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.reader import WorkerDocumentReader
from folioscope.domain.documents import DocumentKind, Failure, FailureCause
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import TextSource
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.made_documents import hanging_pdf, scanned_pdf, text_pdf, written_image

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def reader():
    opened = WorkerDocumentReader(ReadingLimits(page_timeout_s=30))
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def strict_reader():
    """A reader of little patience and little memory, for one test."""
    limits = ReadingLimits(page_timeout_s=1.5, memory_bytes=250_000_000)
    opened = WorkerDocumentReader(limits)
    opened.open()
    yield opened
    opened.close()


def pages(reader, path, count, token=None):
    return list(reader.read_pages(str(path), range(count), token=token or CancelToken()))


def in_background(work):
    outcome = []

    def run():
        try:
            outcome.append(work())
        except (Exception, Cancelled) as error:  # noqa: BLE001  (handed to the test)
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def until(condition, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)
    return value


def test_a_document_is_inspected_and_read_in_order(reader, tmp_path):
    path = text_pdf(tmp_path / "a.pdf", 12, title="Annual report")
    facts = reader.inspect(str(path))
    assert (facts.kind, facts.page_count, facts.title) == (DocumentKind.PDF, 12, "Annual report")
    contents = pages(reader, path, 12)
    assert [c.page_index for c in contents] == list(range(12))
    assert [c.heading for c in contents] == [f"Chapter {n}" for n in range(1, 13)]
    assert all(c.text_source is TextSource.LAYER for c in contents)


def test_chosen_pages_are_read_and_one_that_is_not_there_fails_alone(reader, tmp_path):
    path = text_pdf(tmp_path / "a.pdf", 3)
    found = list(reader.read_pages(str(path), [2, 7, 0], token=CancelToken()))
    assert [found[0].page_index, found[2].page_index] == [2, 0]
    assert isinstance(found[1], Failure)
    assert found[1].page_index == 7


def test_a_reader_can_be_asked_while_pages_are_being_taken(reader, tmp_path):
    path = text_pdf(tmp_path / "a.pdf", 30)
    taking = reader.read_pages(str(path), range(30), token=CancelToken())
    next(taking)
    assert reader.inspect(str(text_pdf(tmp_path / "b.pdf", 2))).page_count == 2
    assert len(list(taking)) == 29


def test_rendering_for_the_screen_does_not_wait_behind_reading(reader, tmp_path):
    path = text_pdf(tmp_path / "a.pdf")
    image = reader.render(str(path), 0, longest_px=900)
    assert image.height_px in (900, 901)
    assert image.rgb.dtype == np.uint8
    token = CancelToken()
    hang = hanging_pdf(tmp_path / "hang.pdf")
    thread, _ = in_background(lambda: pages(reader, hang, 1, token))
    started = time.monotonic()
    reader.render(str(path), 0, longest_px=300)
    assert time.monotonic() - started < 5
    assert thread.is_alive()
    token.cancel()
    thread.join(5)


def test_a_page_that_hangs_costs_itself_alone(strict_reader, tmp_path):
    good, hang = text_pdf(tmp_path / "a.pdf", 2), hanging_pdf(tmp_path / "hang.pdf")
    pages(strict_reader, good, 1)
    assert pages(strict_reader, hang, 1) == [
        Failure(FailureCause.TOO_SLOW, "Took longer than 1.5 seconds.", 0)
    ]
    assert [c.page_index for c in pages(strict_reader, good, 2)] == [0, 1]


def test_a_worker_that_dies_costs_its_page_alone(reader, tmp_path):
    hang, good = hanging_pdf(tmp_path / "hang.pdf"), text_pdf(tmp_path / "a.pdf")
    pages(reader, good, 1)
    thread, outcome = in_background(lambda: pages(reader, hang, 1))
    seen = set()

    def killed_twice():
        pid = reader.worker_pids().get("reading")
        if pid and pid not in seen and psutil.Process(pid).cpu_times().user > 0.5:
            seen.add(pid)
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        return len(seen) == 2

    until(killed_twice)  # the page gets a second chance in a fresh worker, and no third
    thread.join(10)
    assert outcome[0][0].cause is FailureCause.CRASHED
    assert outcome[0][0].page_index == 0
    assert len(pages(reader, good, 1)) == 1


def test_a_page_that_needs_too_much_memory_costs_itself_alone(strict_reader, tmp_path):
    Image.new("RGB", (14_000, 14_000)).save(tmp_path / "big.png", compress_level=1)
    with pytest.raises(DocumentError) as caught:
        strict_reader.inspect(str(tmp_path / "big.png"))
    assert caught.value.failure.cause in (FailureCause.TOO_MUCH_MEMORY, FailureCause.TOO_SLOW)
    assert strict_reader.inspect(str(text_pdf(tmp_path / "a.pdf"))).page_count == 1


def test_cancelling_ends_the_wait_at_once_even_in_a_page_that_hangs(reader, tmp_path):
    token = CancelToken()
    hang = hanging_pdf(tmp_path / "hang.pdf")
    thread, outcome = in_background(lambda: pages(reader, hang, 1, token))
    until(lambda: "reading" in reader.worker_pids())
    started = time.monotonic()
    token.cancel()
    thread.join(5)
    assert time.monotonic() - started < 0.2
    assert isinstance(outcome[0], Cancelled)
    assert len(pages(reader, text_pdf(tmp_path / "a.pdf"), 1)) == 1


def test_reading_holds_while_paused(reader, tmp_path):
    token = CancelToken()
    taking = reader.read_pages(str(text_pdf(tmp_path / "a.pdf", 9)), range(9), token=token)
    next(taking)
    token.pause()
    thread, outcome = in_background(lambda: next(taking))
    thread.join(0.2)
    assert thread.is_alive()
    token.resume()
    thread.join(10)
    assert outcome[0].page_index == 1


def test_a_document_that_changes_is_read_anew(reader, tmp_path):
    path = text_pdf(tmp_path / "a.pdf", 1)
    assert reader.inspect(str(path)).page_count == 1
    text_pdf(tmp_path / "b.pdf", 4).replace(path)
    assert reader.inspect(str(path)).page_count == 4


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("a.pdf", b"", FailureCause.EMPTY),
        ("a.pdf", b"<html></html>", FailureCause.UNREADABLE),
        ("a.docx", b"PK\x03\x04", FailureCause.UNSUPPORTED),
        ("a.pdf", b"%PDF-1.7 nothing else %%EOF", FailureCause.UNREADABLE),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", FailureCause.UNREADABLE),
    ],
)
def test_what_cannot_be_read_has_a_cause_and_a_sentence(name, content, cause, reader, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        reader.inspect(str(tmp_path / name))
    assert caught.value.failure.cause is cause
    assert str(caught.value).endswith(".")


def test_a_file_that_is_gone_is_told_page_by_page(reader, tmp_path):
    found = pages(reader, tmp_path / "gone.pdf", 2)
    assert [f.cause for f in found] == [FailureCause.GONE] * 2


def test_a_scan_is_read_by_ocr_with_a_box_for_every_word(reader, tmp_path):
    image = written_image(["Folioscope reads scans", "Quarterly revenue 4711"])
    path = scanned_pdf(tmp_path / "scan.pdf", image)
    assert pages(reader, path, 1)[0].text_source is TextSource.WAITING
    content = reader.recognise(str(path), 0, token=CancelToken())
    assert content.text_source is TextSource.OCR
    assert content.text.plain == "Folioscope reads scans\nQuarterly revenue 4711"
    x0, y0, x1, y1 = content.text.boxes[content.text.words.index("revenue")].tolist()
    pixels = np.asarray(image.convert("L"))
    height, width = pixels.shape
    inked = pixels[int(y0 * height) : int(y1 * height), int(x0 * width) : int(x1 * width)] < 128
    assert inked.mean() > 0.05
    assert content.looks[4] == 1  # a scan


def test_small_type_on_a_large_sheet_is_read_from_more_pixels(reader, tmp_path):
    image = written_image([], size=(3400, 2400))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    lines = [f"Item {n} costs {n * 37} crowns and was approved in May" for n in range(8)]
    for number, line in enumerate(lines):
        draw.text((100, 100 + 60 * number), line, fill="black", font=font)
    path = scanned_pdf(tmp_path / "sheet.pdf", image)
    words = reader.recognise(str(path), 0, token=CancelToken()).text.words
    wanted = [word for line in lines for word in line.split()]
    assert sum(word in words for word in wanted) / len(wanted) > 0.9


def test_ocr_keeps_the_words_of_a_text_layer(reader, tmp_path):
    path = scanned_pdf(tmp_path / "a.pdf", written_image(["Seen"]), hidden="Seen")
    assert reader.recognise(str(path), 0, token=CancelToken()).text.words.count("Seen") == 1


def test_closing_stops_all_workers_within_two_seconds(tmp_path):
    reader = WorkerDocumentReader()
    reader.open()
    hang, good = hanging_pdf(tmp_path / "hang.pdf"), text_pdf(tmp_path / "a.pdf")
    reader.render(str(good), 0, longest_px=100)
    thread, outcome = in_background(lambda: pages(reader, hang, 1))
    until(lambda: "reading" in reader.worker_pids())
    workers = [psutil.Process(pid) for pid in reader.worker_pids().values()]
    started = time.monotonic()
    reader.close()
    assert time.monotonic() - started < 2
    thread.join(2)
    assert isinstance(outcome[0], Cancelled)
    assert not psutil.wait_procs(workers, timeout=2)[1]


def test_idle_workers_go_home_and_come_back(tmp_path):
    reader = WorkerDocumentReader(ReadingLimits(reading_idle_s=0.1))
    reader.open()
    path = text_pdf(tmp_path / "a.pdf")
    pages(reader, path, 1)
    until(lambda: not reader.worker_pids())
    assert len(pages(reader, path, 1)) == 1
    reader.close()


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a matter of POSIX")
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path):
    hang = hanging_pdf(tmp_path / "hang.pdf")
    script = tmp_path / "app.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import threading, time
            from folioscope.documents.reader import WorkerDocumentReader
            from folioscope.jobs.tokens import CancelToken

            if __name__ == "__main__":
                reader = WorkerDocumentReader()
                reader.open()
                pages = reader.read_pages({str(hang)!r}, [0], token=CancelToken())
                threading.Thread(target=list, args=(pages,), daemon=True).start()
                while "reading" not in reader.worker_pids():
                    time.sleep(0.01)
                print(reader.worker_pids()["reading"], flush=True)
                time.sleep(60)
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "app")}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as app:
        assert app.stdout is not None
        worker = psutil.Process(int(app.stdout.readline()))
        until(lambda: worker.cpu_times().user > 0.6)  # deep inside the page that hangs
        app.kill()
    assert not psutil.wait_procs([worker], timeout=3)[1]


def test_the_reading_worker_loads_neither_window_nor_database_nor_ocr(reader, tmp_path):
    pages(reader, text_pdf(tmp_path / "a.pdf"), 1)
    worker = psutil.Process(reader.worker_pids()["reading"])
    loaded = " ".join(m.path for m in worker.memory_maps())
    for name in ("PySide6", "lancedb", "onnxruntime", "cv2", "pyarrow"):
        assert name not in loaded
    assert "pymupdf" in loaded
