"""What a session holds of one modality: a scan, its analysis and its maps, in `st.session_state` and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from oncosecure import explain
from oncosecure.analysis import Analysis, analyze, to_scan
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.intake import Scan
from oncosecure.ui import host, overlay, queue, sources
from oncosecure.ui.words import FIXED, lower_first


class Session:
    """The slots of one modality in the session state. Every name starts with the modality's key."""

    def __init__(self, entry: Modality) -> None:
        self.entry = entry
        self._prefix = f"{entry.key}."

    @property
    def model(self) -> str:
        """The model that the person picked; the default one where none was, or where it is not released."""
        picked, released = st.session_state.get(self.model_key), self.entry.released()
        return picked if picked in released else self.entry.models[0]

    @property
    def model_key(self) -> str:
        """Key of the picker; it outlives the scan."""
        return f"model.{self.entry.key}"

    @property
    def scan(self) -> Scan | None:
        """The decoded picture."""
        return self._get("scan")

    @property
    def answer(self) -> Analysis | None:
        """What the model says of it."""
        return self._get("analysis")

    @property
    def error(self) -> str | None:
        """Why the last file could not be used."""
        return self._get("error")

    @property
    def dropped(self) -> bool:
        """Whether a scan was dropped just now."""
        return bool(self._get("dropped"))

    @property
    def origin(self) -> str | None:
        """Title of the sample that is shown; None for an upload, whose name is not kept."""
        return self._get("origin")

    @property
    def drawn(self) -> bool:
        """Whether the scan is a sample that was drawn by code."""
        return bool(self._get("drawn"))

    def key(self, widget: str) -> str:
        """Key of a widget that belongs to the scan and is forgotten with it."""
        return f"{self._prefix}{widget}"

    @property
    def upload_key(self) -> str:
        """Key of the uploader. It changes with every file, so that the uploader never holds on to one."""
        return self.key(f"upload.{self._get('turn') or 0}")

    def pick(self, sample: str) -> None:
        """Ask for a sample; the next run reads it."""
        st.session_state[self.key("picked")] = sample

    def incoming(self) -> bool:
        """Whether a file or sample waits to be read, or the scan to be read by another model."""
        return self._waits() or (self.answer is not None and self.answer.model != self.model)

    def read(self, waiting: Callable[[int], None] = lambda place: None) -> None:
        """Read and analyse what waits, in place of what was there; keep the error's sentence where it cannot be.

        Args:
            waiting: told the place in line where many ask at once; see `queue.Line.run`.
        """
        source, origin, drawn = self._take() if self._waits() else (self.scan, self.origin, self.drawn)
        entry, model = self.entry, self.model
        try:
            # What was there stays until then: a click meanwhile starts the page over, and the file must still wait.
            scan, answer = queue.answers.run(lambda: _read(source, entry, model), waiting)
        except ScanError as error:
            self.clear()
            self._set("error", str(error))
            return
        self.clear()
        self._set("scan", scan)
        self._set("analysis", answer)
        self._set("shown", overlay.for_display(scan.pixels))
        self._set("maps", {})
        self._set("origin", origin)
        self._set("drawn", drawn)

    def drop(self) -> None:
        """Forget the scan and everything that came of it."""
        self.clear()
        self._set("dropped", True)

    def clear(self) -> None:
        """Delete every slot of the modality, and with a new turn the uploader's file."""
        turn = self._get("turn") or 0
        self._release_upload()
        for name in [name for name in st.session_state if str(name).startswith(self._prefix)]:
            del st.session_state[name]
        self._set("turn", turn + 1)
        host.sweep()

    @property
    def shown(self) -> np.ndarray:
        """The scan at display size, (h, w, 3) uint8."""
        return st.session_state[self.key("shown")]

    def heat(self, label: str, method: str = "cam") -> np.ndarray:
        """A class's map at display size, (h, w) float32 in [0, 1]; computed once a scan and method."""
        maps = st.session_state[self.key("maps")]
        if (method, label) not in maps:
            if method == "cam":
                maps[method, label] = overlay.for_display(self.answer.heatmaps[label])
            else:
                self.compute(method)
        return maps[method, label]

    def compute(self, method: str, slot=None) -> None:
        """Compute a method's maps of all classes, with a progress bar in `slot` or where it is called.

        Raises:
            ScanError: where too many wait for such maps.
        """
        entry, pixels, model = self.entry, self.scan.pixels, self.answer.model
        title, slot, at = explain.METHODS[method].title, slot or st.empty(), {"share": 0.0}
        doing = f"Computing {lower_first(title)}"
        bar = slot.progress(0.0, f"{doing}…")

        def waiting(place: int) -> None:
            done = f"{100 * at['share']:.0f}{FIXED}%"
            text = f"{title}: {place} before you in line" if place else f"{doing}: {done}"
            bar.progress(min(at["share"], 1.0), text)

        source = queue.explanations.run(
            lambda: explain.heatmaps(entry, pixels, method, model, lambda share: at.update(share=share)), waiting
        )
        maps = st.session_state[self.key("maps")]
        maps.update({(method, name): overlay.for_display(source[name]) for name in entry.labels})
        slot.empty()

    def strength(self, label: str, method: str = "cam") -> float:
        """The strongest evidence for a class as a share of that for any class, 0 to 1."""
        peaks = {name: float(self.heat(name, method).max()) for name in self.entry.labels}
        return peaks[label] / max(*peaks.values(), 1e-9)

    def has_heat(self, label: str, method: str) -> bool:
        """Whether a map is there without waiting."""
        return method == "cam" or (method, label) in st.session_state[self.key("maps")]

    def _waits(self) -> bool:
        return self._get("picked") is not None or st.session_state.get(self.upload_key) is not None

    def _take(self) -> tuple[bytes, str | None, bool]:
        picked = self._get("picked")
        if picked is not None:
            sample = sources.sample(self.entry, picked)
            return sample.load(), sample.title, sample.kind == "phantom"
        return st.session_state[self.upload_key].getvalue(), None, False

    def _release_upload(self) -> None:
        upload = st.session_state.get(self.upload_key)
        host.release([upload] if upload is not None else [])

    def _get(self, name: str):
        return st.session_state.get(self._prefix + name)

    def _set(self, name: str, value) -> None:
        st.session_state[self._prefix + name] = value


def _read(source: bytes | Scan, entry: Modality, model: str) -> tuple[Scan, Analysis]:
    started = time.perf_counter()
    scan = to_scan(source, entry)
    decoding = (time.perf_counter() - started) * 1000
    return scan, _with_decoding(analyze(scan, entry, model), decoding)


def _with_decoding(answer: Analysis, decoding: float) -> Analysis:
    """The analysis of a scan that was decoded beforehand, in `decoding` milliseconds."""
    timings = answer.timings | {"decode": decoding, "total": answer.timings["total"] + decoding}
    return replace(answer, timings=timings)
