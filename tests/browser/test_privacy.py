"""What the page on privacy promises, tried with a real server, and where a browser matters with a real browser."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from benchmarks.visitor import Visitor
from oncosecure import samples
from oncosecure.ui import serve
from tests.browser.conftest import PATIENCE, Served, start
from tests.browser.test_app import IDLE, INPUT, PICTURE, answered, gone, to_brain, upload

pytestmark = pytest.mark.browser

PATTERN = b"OncoSecureCanaryPatternOfFortyEightBytes........"
#: The same bytes as they stand in memory once blue and red have changed places, as decoders do.
SWAPPED = np.frombuffer(PATTERN, np.uint8).reshape(-1, 3)[:, ::-1].tobytes()
CANARY = "CANARYROE"


def bitmap(path: Path) -> Path:
    """A 15 MB picture whose every row is the pattern."""
    row = np.frombuffer(PATTERN * 50, np.uint8).reshape(1, -1, 3)
    pixels = np.repeat(row, 15 * 2**20 // row.size + 1, axis=0)
    Image.fromarray(pixels[..., ::-1].copy()).save(path, "BMP")
    assert path.read_bytes().count(PATTERN) > 10_000
    assert 15 * 2**20 < path.stat().st_size < 20 * 2**20
    return path


def holds_pattern(path: str) -> bool:
    """Whether a file, of which there may be no name any more, holds the pattern."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return False
    return PATTERN in data or SWAPPED in data


class FileWatch:
    """Looks through the files that a process holds open, deleted ones included, over and over."""

    def __init__(self, pid: int) -> None:
        self.seen, self.found, self._folder = set(), set(), Path(f"/proc/{pid}/fd")
        self._stop, self._thread = threading.Event(), threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FileWatch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            for link in self._folder.iterdir():
                self._look(link)
            time.sleep(0.01)

    def _look(self, link: Path) -> None:
        try:
            target = os.readlink(link)
        except OSError:
            return
        self.seen.add(target)
        if target.startswith("/") and not target.startswith(("/proc", "/dev/pts", "/dev/null")) and holds_pattern(link):
            self.found.add(target)


def written_since(marker: Path) -> list[str]:
    """Every file of this machine that was written since the marker was."""
    command = ["find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune", "-o"]
    command += ["-type", "f", "-newer", str(marker), "-print"]
    roots = {os.stat(folder).st_dev: folder for folder in ("/dev/shm", tempfile.gettempdir(), Path.home(), Path.cwd())}
    found = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout.splitlines()
    for device, folder in roots.items():
        if device != os.stat("/").st_dev:
            command[1] = str(folder)
            found += subprocess.run(command, capture_output=True, text=True, errors="replace").stdout.splitlines()
    return found


@pytest.fixture
def marker(tmp_path) -> Path:
    """A file that is older than everything that the test causes."""
    path = tmp_path / "marker"
    path.touch()
    os.utime(path, (time.time() - 1, time.time() - 1))
    return path


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are told in /proc on Linux only")
def test_a_picture_of_15_mb_never_touches_the_disk(watched, served, marker, tmp_path):
    page, picture = watched.page, bitmap(tmp_path / "picture.bmp")
    to_brain(page)
    with FileWatch(served.pid) as watch:
        page.locator(INPUT).set_input_files(picture)
        page.locator(".answer").wait_for()
        page.locator(IDLE).wait_for()
    assert watch.seen
    assert not watch.found
    own = (str(picture), "/playwright", "/.org.chromium", "/chrom")  # what was uploaded, and the browser's profile
    suspects = [path for path in written_since(marker) if not any(part in path for part in own)]
    assert not [path for path in suspects if holds_pattern(path)]
    assert not holds_pattern(str(served.log))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are told in /proc on Linux only")
def test_the_search_would_find_a_spooled_upload(tmp_path, marker):
    """What Starlette does by default: a temporary file that has no name from the start."""
    code = (
        "import sys, tempfile; file = tempfile.SpooledTemporaryFile(1000); "
        f"file.write({PATTERN!r} * 100); file.flush(); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with FileWatch(process.pid) as watch:
            for _ in range(1000):
                if watch.found:
                    break
                time.sleep(0.01)
        process.stdin.close()
    assert any("deleted" in path for path in watch.found)
    (tmp_path / "left").write_bytes(b"x" + SWAPPED)
    assert str(tmp_path / "left") in [path for path in written_since(marker) if holds_pattern(path)]


# whose the picture is


def named_dicom() -> bytes:
    """A brain phantom as DICOM with a canary in whatever may tell whose it is."""
    grey = samples.phantoms("brain_mri")[0].pixels()[..., 0]
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.SourceApplicationEntityTitle = CANARY
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.826.777.19470712"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = f"{CANARY}^JANE", CANARY, "19470712"
    ds.InstitutionName = ds.ReferringPhysicianName = ds.StudyDescription = ds.PatientComments = CANARY
    ds.OtherPatientNames, ds.AccessionNumber, ds.StudyDate, ds.StudyTime = CANARY, CANARY, "19470712", "031415"
    ds.BodyPartExamined, ds.Modality, ds.ImageComments = CANARY, "MR", f"<script>{CANARY}</script>"
    ds.private_block(0x0011, CANARY, create=True).add_new(0x01, "LO", CANARY)
    item = Dataset()
    item.PatientName = CANARY
    ds.RequestAttributesSequence = [item]
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = *grey.shape, 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation, ds.PixelData = 7, 0, np.ascontiguousarray(grey).tobytes()
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def as_upload(data: bytes) -> dict[str, object]:
    return {"name": f"{CANARY}_19470712.dcm", "mimeType": "application/dicom", "buffer": data}


def silent(text: str) -> bool:
    return not any(canary in text for canary in (CANARY, "19470712", "031415", "1.2.826.777"))


def taken_along(page, button: str, folder: Path) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert silent(download.value.suggested_filename)
    download.value.save_as(folder / "file")
    return (folder / "file").read_bytes()


def test_nothing_of_a_dicom_files_person_shows_anywhere(watched, served, tmp_path):
    page, data = watched.page, named_dicom()
    assert CANARY.encode() in data and pydicom.dcmread(io.BytesIO(data)).PatientID == CANARY
    answered(page, as_upload(data))
    page.locator(IDLE).wait_for()
    for tab in ("Why", "How sure", "File and quality"):
        page.get_by_role("tab", name=tab).click()
        assert silent(page.content())
    page.get_by_role("cell", name="DICOM").wait_for()
    assert silent(page.content())
    assert silent(page.title())
    answer = taken_along(page, "Result (JSON)", tmp_path)
    assert json.loads(answer) and silent(answer.decode())
    figure = taken_along(page, "Heatmap (PNG)", tmp_path)
    assert silent(figure.decode("latin-1")) and not Image.open(io.BytesIO(figure)).info
    assert silent(served.log.read_text())


def test_nor_in_the_error_of_a_damaged_one(watched, served):
    page = watched.page
    upload(page, as_upload(named_dicom()[:3000]))
    page.get_by_role("alert").filter(has_text="DICOM").wait_for()
    page.locator(IDLE).wait_for()
    assert silent(page.content())
    assert silent(served.log.read_text())


def test_markup_in_a_files_name_and_attributes_is_never_run(watched):
    page = watched.page
    data = named_dicom().replace(b"<script>", b"<img/x=>")
    name = '<img src=x onerror="document.title=1">.dcm'
    answered(page, {"name": name, "mimeType": "application/dicom", "buffer": data})
    page.locator(IDLE).wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert "onerror" not in page.locator('[data-testid="stMain"]').inner_html()
    assert page.title() != "1"


# whose session it is


def test_two_browsers_never_see_each_others_scan(browser, served, slices):
    contexts = [browser.new_context(base_url=served.url) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    files = (slices[7], slices[9])
    for page, file in zip(pages, files, strict=True):
        page.set_default_timeout(PATIENCE)
        page.goto("/")
        answered(page, file)
    for page in pages:
        page.locator(IDLE).wait_for()
    addresses = [page.locator(PICTURE).get_attribute("src") for page in pages]
    assert addresses[0] != addresses[1]
    for page, other in zip(pages, addresses[::-1], strict=True):
        assert other.rpartition("/")[2] not in page.content()
    shown = [page.locator(PICTURE).evaluate("image => image.src") for page in pages]
    pages[0].get_by_role("button", name="Drop this slice").click()
    pages[0].get_by_text("are gone").wait_for()
    assert gone(shown[0])
    pages[1].reload()  # a new session begins empty, and what the other browser dropped concerns nobody else
    pages[1].get_by_role("heading", name="Your slice").wait_for()
    assert pages[1].locator(".answer").count() == 0
    for context in contexts:
        context.close()


def test_a_session_cannot_take_or_delete_the_upload_of_another(served):
    one, two = Visitor(served.url, "brain_mri"), Visitor(served.url, "brain_mri")
    assert one.session != two.session
    one.upload(samples.phantoms("brain_mri")[0].load())
    assert one.answer and not two.answer
    two.rerun()
    assert not two.answer
    assert not set(one.media[:1]) & set(two.media)
    one.close(), two.close()


# how long it stays


@pytest.fixture(scope="module")
def fleeting(brain) -> Iterator[Served]:
    """A server that forgets a closed page after two seconds instead of thirty."""
    yield from start("--server.disconnectedSessionTTL", "2")


def picture(number: int, side: int = 400) -> bytes:
    """A picture of its own for every number, as PNG."""
    noise = np.random.default_rng(number).integers(0, 200, (side // 8, side // 8, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((side, side)).save(out, "PNG")
    return out.getvalue()


def is_gone(visitor: Visitor, path: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if visitor.get(path)[0] == 404:
            return True
        time.sleep(0.2)
    return False


def test_closing_the_page_deletes_the_picture_though_nobody_else_comes(fleeting):
    visitor = Visitor(fleeting.url, "brain_mri")
    visitor.upload(picture(0))
    shown = visitor.media[0]
    assert visitor.get(shown)[0] == 200
    visitor.close()
    assert is_gone(visitor, shown, seconds=60)


def test_another_picture_and_dropping_delete_the_one_before(fleeting):
    visitor = Visitor(fleeting.url, "brain_mri")
    visitor.upload(picture(1))
    first = visitor.media[0]
    visitor.upload(picture(2))
    second = visitor.media[0]
    assert first != second
    assert is_gone(visitor, first, seconds=30)
    visitor.click("Drop this slice")
    assert is_gone(visitor, second, seconds=30)
    visitor.close()


def test_200_uploads_and_50_sessions_leave_less_than_50_mb(fleeting):
    visitor = Visitor(fleeting.url, "brain_mri")
    for number in range(15):
        visitor.upload(picture(number))
    before = fleeting.memory()
    for number in range(200):
        visitor.upload(picture(100 + number))
        assert visitor.answer
    visitor.click("Drop this slice")
    after_uploads = fleeting.memory()
    for number in range(50):
        other = Visitor(fleeting.url, "brain_mri")
        other.upload(picture(number))
        other.close()
    assert is_gone(visitor, other.media[0], seconds=60)
    time.sleep(2 * serve.SWEEP)  # what is let go of goes back to the system with the next look around
    after_sessions = fleeting.memory()
    print(f"{before:.0f} MB, after 200 uploads {after_uploads:.0f}, after 50 sessions {after_sessions:.0f}")
    assert after_uploads - before < 50
    assert after_sessions - before < 50
    visitor.close()


# what else the server says


@pytest.mark.parametrize("path", ["/", "/about", "/_stcore/health", "/media/none.png"])
def test_every_answer_carries_the_security_headers(served, path):
    import http.client

    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=60)
    connection.request("GET", path)
    headers = connection.getresponse().headers
    connection.close()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts and "http" not in scripts
    assert (headers["Cache-Control"] == "no-store") == path.startswith("/media/")


def test_its_one_cookie_is_the_one_against_forged_requests(watched, slices):
    answered(watched.page, slices[0])
    assert {cookie["name"] for cookie in watched.page.context.cookies()} == {"_streamlit_xsrf"}
    kept = watched.page.evaluate("() => JSON.stringify([localStorage, sessionStorage])")
    assert "scan" not in kept and slices[0].name not in kept


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="connections are told in /proc on Linux only")
def test_the_server_is_connected_to_nobody_outside(served):
    visitor = Visitor(served.url, "brain_mri")
    visitor.upload(picture(3))
    sockets = {os.readlink(link) for link in Path(f"/proc/{served.pid}/fd").iterdir() if link.is_symlink()}
    partners = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{served.pid}/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if f"socket:[{cells[9]}]" in sockets and int(cells[2].partition(":")[2], 16):
                partners.add(cells[2].partition(":")[0])
    visitor.close()
    assert partners == {"0100007F"}  # 127.0.0.1, from where the visitor came


def test_an_upload_without_the_token_is_refused(served):
    visitor = Visitor(served.url, "brain_mri")
    place = visitor._place_for("x.png")
    visitor._cookie = ""
    with pytest.raises(RuntimeError, match="403"):
        visitor._put(place.upload_url, b"x", "x.png", "image/png")
    visitor.close()


def test_the_log_holds_nothing_but_the_servers_own_lines(served):
    known = ("Uvicorn server started", "OncoSecure AI is served at", "TensorFlow Lite XNNPACK delegate", "Stopping")
    lines = [line for line in served.log.read_text().splitlines() if line.strip()]
    assert lines
    assert not [line for line in lines if not any(part in line for part in known)]
