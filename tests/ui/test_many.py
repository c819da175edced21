"""Many scans at once: rows, files to take along, and the page without a browser."""

from __future__ import annotations

import csv
import io
import pickle
import zipfile

import cv2
import numpy as np
import pytest

from oncosecure import samples
from oncosecure.cli import columns
from oncosecure.errors import ScanError
from oncosecure.ui import many_files, many_rows, many_state, many_table
from oncosecure.ui.overlay import png
from tests.ui.test_pages import texts

NAME = '=HYPERLINK("http://x")<b>../slice.png'


@pytest.fixture(scope="module")
def rows(brain) -> list[many_rows.Row]:
    """Three drawn slices, and between them a file that is no picture."""
    files = [(sample.title, sample.load()) for sample in samples.phantoms("brain_mri")[:3]]
    files.insert(1, (NAME, b"not a picture\n" * 20))
    return [many_rows.read(i, name, data, brain) for i, (name, data) in enumerate(files, 1)]


def job_of(brain, files) -> many_state.Job:
    return many_state.Job(brain, len(files), many_state.deque(files))


def test_a_row_keeps_the_answer_and_a_small_copy_of_a_large_picture(brain):
    y, x = np.mgrid[:2400, :3200]
    large = np.repeat((110 + 90 * np.sin(x / 90) * np.cos(y / 130)).astype(np.uint8)[..., None], 3, axis=2)
    row = many_rows.read(1, "large.png", png(large), brain)
    assert row.picture.shape == (315, 420, 3)
    assert row.answer.heatmaps["glioma"].shape == (315, 420)
    assert len(pickle.dumps(row)) < 150_000
    assert row.thumbnail.startswith("data:image/jpeg;base64,")


def test_maps_of_the_small_copy_are_those_of_the_scan(brain, rows):
    from oncosecure import analyze

    whole = analyze(samples.phantoms("brain_mri")[0].load(), brain)
    label = rows[0].answer.predicted
    kept = rows[0].answer.heatmaps[label]
    shrunk = cv2.resize(whole.heatmaps[label], kept.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(kept - shrunk).max() < 0.03


def test_a_file_that_cannot_be_read_is_a_row_with_its_reason(rows):
    assert [bool(row.error) for row in rows] == [False, True, False, False]
    assert "plain text" in rows[1].error
    assert rows[1].thumbnail == "" and rows[1].answer is None


def test_the_csv_has_the_columns_of_predict_and_is_safe_in_a_spreadsheet(rows, brain):
    found = list(csv.DictReader(io.StringIO(many_files.table(rows, brain))))
    assert list(found[0]) == [*columns(brain), "quality", "heatmap"]
    assert found[1]["path"] == "'" + NAME
    assert found[1]["error"] and not found[1]["heatmap"]
    assert float(found[0]["confidence"]) == pytest.approx(rows[0].answer.confidence, abs=1e-6)


def test_the_archive_holds_a_heatmap_a_row_under_names_of_our_own(rows, brain):
    archive = zipfile.ZipFile(io.BytesIO(many_files.heatmaps(rows, brain)))
    pictures = [row for row in rows if row.answer]
    assert archive.namelist() == [*map(many_files.heatmap_name, pictures), "answers.csv"]
    for row in pictures:
        image = cv2.imdecode(np.frombuffer(archive.read(many_files.heatmap_name(row)), np.uint8), cv2.IMREAD_COLOR)
        assert image.shape[0] > row.picture.shape[0]
    assert archive.read("answers.csv").decode() == many_files.table(rows, brain)


def test_filters_join_and_empty_ones_keep_all(rows):
    label = rows[0].answer.predicted
    assert many_table.filtered(rows, [], [], "") == rows
    assert many_table.filtered(rows, [], ["could not be read"], "") == [rows[1]]
    assert many_table.filtered(rows, [], [], "HYPERLINK") == [rows[1]]
    assert many_table.filtered(rows, [label], [], "") == [r for r in rows if r.answer and r.answer.predicted == label]
    assert many_table.filtered(rows, [label], ["could not be read"], "") == []


def test_the_table_names_the_same_columns_whichever_row_comes_first(rows, brain):
    one, other = (many_table.frame_of(part, brain) for part in (rows, rows[1:]))
    assert list(one) == list(other)
    assert list(one["File"])[1] == NAME


def test_a_job_lets_go_of_bytes_as_it_reads_and_stops_when_told(brain):
    files = [(sample.title, sample.load()) for sample in samples.phantoms("brain_mri")[:3]]
    job = job_of(brain, files)
    assert job.left is None
    job.step()
    assert (len(job.rows), len(job.waiting)) == (1, 2)
    assert job.left == pytest.approx(2 * job.seconds)
    job.stop()
    assert job.stopped and not job.waiting


def test_a_full_line_is_a_reason_and_a_run_that_ends_meanwhile_loses_no_file(brain, monkeypatch):
    job = job_of(brain, [("a.png", b"x"), ("b.png", b"y")])
    monkeypatch.setattr(many_state.queue, "answers", many_state.queue.Line("full", workers=1, most=0))
    job.step()
    assert job.rows[0].error and len(job.waiting) == 1

    class Rerun(Exception):
        pass

    class Busy:
        def run(self, work, waiting):
            waiting(3)

    def leave(place):
        raise Rerun

    monkeypatch.setattr(many_state.queue, "answers", Busy())
    with pytest.raises(Rerun):
        job.step(leave)
    assert len(job.waiting) == 1 and len(job.rows) == 1


def test_too_many_and_too_large_are_left_out():
    assert len(many_state.within_limits([("a", b"")] * 300)) == many_state.MAX_FILES
    large = b"0" * (many_state.MAX_TOTAL // 2)
    assert len(many_state.within_limits([("a", large)] * 3)) == 2


@pytest.fixture
def page(open_page, brain):
    return open_page("many")


def test_samples_become_a_table_and_a_row_its_full_answer(page, brain):
    page.button[0].click().run()
    assert not page.exception
    assert len(page.dataframe[0].value) == len(samples.phantoms("brain_mri"))
    choice = next(box for box in page.selectbox if box.label == "Full answer to")
    choice.set_value(2).run()
    assert not page.exception
    said = texts(page)
    assert "The model " in said and all(name in said for name in brain.names.values())


def test_uploads_are_read_named_as_text_and_let_go(page, phantom):
    uploader = page.file_uploader[0]
    uploader.upload(NAME, b"not a picture\n" * 20, "image/png")
    uploader.upload("slice.png", phantom, "image/png")
    page.run()
    assert not page.exception
    assert list(page.dataframe[0].value["File"]) == [NAME, "slice.png"]
    assert NAME not in texts(page)
    assert not any(page.session_state[name] for name in page.session_state if ".upload." in name)
    assert "could not be read" in texts(page)


def test_dropping_forgets_everything(page):
    page.button[0].click().run()
    next(button for button in page.button if button.label.startswith("Drop")).click().run()
    assert not page.exception
    assert "many.job" not in page.session_state
    assert page.file_uploader and not page.dataframe


def test_another_model_can_be_picked_where_there_is_one(open_page, brain, monkeypatch):
    monkeypatch.setattr(type(brain), "released", lambda entry: (*entry.models[:1], "another"))
    app = open_page("many")
    next(box for box in app.selectbox if box.label == "Model").set_value("another").run()
    asked = []
    monkeypatch.setattr(many_rows, "analyze", lambda scan, entry, model: asked.append(model) or fail())
    app.button[0].click().run()
    assert set(asked) == {"another"}
    assert "read by" in app.header[0].value


def fail():
    raise ScanError("This is only a test.")


def test_without_any_model_the_page_says_so(open_page, no_weights):
    app = open_page("many")
    assert not app.exception
    assert "No model yet" in texts(app) and not app.file_uploader
