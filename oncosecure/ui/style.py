"""The app's look beyond `.streamlit/config.toml`: page width, a few classes, the browser tab's icon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from oncosecure import DISCLAIMER
from oncosecure.ui import host, overlay
from oncosecure.ui.words import fixed

#: Classes whose table of counts has room in half the page.
BESIDE = 4
#: Most of a wide table's column in rem before its text breaks, and what a letter and the gap beside it take.
_COLUMN, _LETTER, _GAP = 9.0, 0.55, 1.0
_CSS = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 1180px; padding-top: 3.25rem; padding-bottom: 3rem; }
.stApp h1 { padding-top: 0; }
.stApp [data-testid="stCaptionContainer"] { color: inherit; opacity: .78; }
[data-testid="stMain"] [data-testid="stPageLink"] a { padding-left: 0; }
[data-testid="stFileUploaderDropzone"] { min-height: 7rem; align-items: center; }
[class*="gallery-phantom"] button { min-height: 5.25rem; }
[class*="gallery"] button { align-items: flex-start; text-align: left; }
[class*="gallery"] [data-testid="stBaseButton-secondary"] > * { width: 100%; justify-content: flex-start; }
[class*="gallery"] img { width: 100%; aspect-ratio: 1; }
[class*="gallery"] [data-testid="stElementToolbar"] { display: none; }
[class*="gallery"] button p { font-size: .8125rem; line-height: 1.3; }
/* White on the dark theme's light accent could not be read; Canvas is white on light and near-black on dark. */
.stApp [data-testid="stBaseButton-primary"],
.stApp [data-testid="stMultiSelect"] [data-tag] * { color: Canvas; }
.stApp kbd, .stApp code .token { color: inherit !important; opacity: 1 !important; }
.st-key-navigation [data-testid="stCaptionContainer"] { margin-top: .75rem; font-weight: 600; opacity: 1; }
.legend { display: flex; align-items: center; gap: .6rem; font-size: .875rem; }
.legend .ramp { flex: 1 1 auto; max-width: 18rem; height: .7rem; border-radius: .35rem; }
.stApp .facts { display: grid; padding: 0; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; }
.facts dt { opacity: .8; } .facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.facts dd small { display: block; font-weight: 400; font-size: .875rem; opacity: .85; }
.status { min-height: 1.6rem; font-size: .9rem; opacity: .85; }
.status .spin { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 50%;
  border: 2px solid currentColor; border-right-color: transparent; animation: turn .9s linear infinite; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .status .spin { animation: none; } }
.stApp .answer { margin: 0; font-size: 1.375rem; line-height: 1.35; font-weight: 600; text-wrap: balance; }
.stApp .answer.toned { font-size: 1rem; line-height: 1.6; font-weight: 400; text-wrap: wrap; }
.stApp .lead { font-size: 1.25rem; line-height: 1.5; margin: 0; text-wrap: pretty; }
.speech { border-left: 4px solid #2b8fb3; padding: .1rem 0 .1rem 1.1rem; max-width: 52rem; }
.stApp .speech p { font-size: 1.125rem; line-height: 1.5; margin: 0 0 .5rem; }
.stApp .speech p:last-child { margin: 0; }
.figures { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.figures th, .figures td { text-align: left; padding: .4rem .75rem .4rem 0; vertical-align: top;
  border-bottom: 1px solid rgba(133, 147, 160, .35); font-weight: 400; }
.figures thead th { font-weight: 600; vertical-align: bottom; }
.figures td.strong { font-weight: 600; }
.figures.counts td, .figures.counts thead th:not([rowspan]) { text-align: right; }
.figures.counts thead th[scope="colgroup"] { text-align: left; }
.scroll { overflow-x: auto; }
@media (max-width: 640px) {
  /* Columns that stand below each other there need no gap as wide as between them, and an empty one none at all. */
  [data-testid="stHorizontalBlock"] { row-gap: 1rem; }
  [data-testid="stColumn"]:not(:has([data-testid="stElementContainer"])) { display: none; }
  [class*="-maps"] [data-testid="stColumn"] { min-width: calc(50% - .5rem); flex: 0 1 calc(50% - .5rem); }
  [class*="st-key"][class*="gallery"] > div { flex: 0 0 calc(50% - .5rem); width: calc(50% - .5rem); }
  .figures.counts { font-size: .8rem; }
  .figures.counts th, .figures.counts td { padding: .35rem .3rem .35rem 0; }
  [data-testid="stMainBlockContainer"] { padding: 4.25rem 1rem 3rem; }
}
</style>
"""


def configure() -> None:
    """Set up the browser tab and the few rules that the theme has no option for."""
    st.set_page_config(page_title="OncoSecure AI", page_icon=_icon(), layout="wide")
    st.logo(_icon(), size="large")
    st.html(_CSS)


def heading(title: str, line: str) -> None:
    """A page's title, what it is about, and the disclaimer."""
    host.run_as_app()
    st.title(title, anchor=False)
    st.markdown(line)
    st.caption(DISCLAIMER)


@lru_cache(maxsize=1)
def _icon() -> Image.Image:
    """A ring with a spot, 64 x 64. A material icon would be fetched from an outside server."""
    y, x = np.mgrid[:64, :64] - 31.5
    ring = np.clip(4.5 - np.abs(np.hypot(x, y) - 24), 0, 1)
    spot = np.clip(9.5 - np.hypot(x - 6, y + 5), 0, 1)
    icon = np.zeros((64, 64, 4), np.uint8)
    icon[..., :3] = (43, 143, 179)
    icon[..., 3] = 255 * np.maximum(ring, spot)
    return Image.fromarray(icon)


def status(slot, text: str, busy: bool = False) -> None:
    """Write the line that says what the app is doing, into a slot that keeps its height."""
    dots = '<span class="spin" aria-hidden="true"></span>' if busy else ""
    slot.html(f'<div class="status" role="status" aria-live="polite">{dots}{escape(text)}</div>')


def reserve(key: str, shape: tuple[int, ...]) -> None:
    """Keep the place of pictures (height, width, ...) in containers of that key, so that nothing jumps as they load."""
    height, width = shape[:2]
    name = key.replace(".", "-")
    st.html(f'<style>[class*="st-key-{name}"] img {{ width: 100%; aspect-ratio: {width} / {height}; }}</style>')


def picture(pixels: np.ndarray, alt: str) -> None:
    """Show (H, W, 3) uint8 RGB as wide as its place.

    Streamlit's own encoding holds the interpreter's lock meanwhile, which all other sessions wait for.
    """
    st.image(overlay.jpeg(pixels), width="stretch", alt=alt)


def answer(text: str, toned: bool = False) -> None:
    """Write an answer large, or like any other sentence where it is not to be relied on."""
    st.html(f'<p class="answer{" toned" if toned else ""}">{_text(text)}</p>')


def lead(text: str) -> None:
    """Write a page's first sentence somewhat larger."""
    st.html(f'<p class="lead">{_text(text)}</p>')


def speech(paragraphs: Iterable[str]) -> None:
    """Write paragraphs for a presenter to say."""
    st.html(f'<div class="speech">{"".join(f"<p>{_text(paragraph)}</p>" for paragraph in paragraphs)}</div>')


def facts(rows: Iterable[tuple[str, str, str]]) -> None:
    """Write a list of name, value and a small remark or ""."""
    items = "".join(
        f"<dt>{_text(name)}</dt><dd>{_text(value)}{f'<small>{_text(small)}</small>' if small else ''}</dd>"
        for name, value, small in rows
    )
    st.html(f'<dl class="facts">{items}</dl>')


def table(head: Sequence[str], rows: Iterable[Sequence[str]], strong: int | None = None, wide: bool = False) -> None:
    """Write a small table of text; the first column names its row, column `strong` stands out.

    One that is `wide` scrolls on a phone rather than squeezing its columns.
    """
    rows = list(rows)
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{_cells(row, strong)}</tr>" for row in rows)
    least = f"min-width: {least_width(head, rows):.0f}rem" if wide else ""
    st.html(_table("figures", f"<tr>{top}</tr>", body, least))


def least_width(head: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    """Width in rem that a table's columns need: what their longest text takes, or less where that may break."""
    longest = (max(map(len, column)) for column in zip(head, *rows, strict=True))
    return sum(min(_COLUMN, _GAP + _LETTER * letters) for letters in longest)


def halves(classes: int) -> Sequence[DeltaGenerator]:
    """Two places beside each other, or below each other where a table of that many classes takes the whole width."""
    return st.columns(2, gap="large") if classes <= BESIDE else (st.container(), st.container())


def counts(down: str, across: str, names: Sequence[str], values: np.ndarray) -> None:
    """Write a (C, C) table of counts, shaded by the share of its row, the diagonal in bold."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_count(row, i, j) for j in range(len(row)))}</tr>'
        for i, (name, row) in enumerate(zip(names, values, strict=True))
    )
    wide = f'<th scope="colgroup" colspan="{len(names)}">{escape(across)}</th>'
    corner = f'<th scope="col" rowspan="2">{escape(down)}</th>'
    st.html(_table("figures counts", f"<tr>{corner}{wide}</tr><tr>{top}</tr>", body))


def _table(kind: str, head: str, body: str, look: str = "") -> str:
    """A table that scrolls by itself where it is wider than a phone, also by keyboard."""
    inner = f'<table class="{kind}" style="{look}"><thead>{head}</thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{inner}</div>'


def _text(value: str) -> str:
    """Escaped text in which a percent sign stays with its number, and a path or name may break after its parts."""
    return re.sub(r"(?<=[/_])(?=\w)", "<wbr>", escape(fixed(value)))


def _count(row: np.ndarray, i: int, j: int) -> str:
    shade = 0.45 * row[j] / max(row.sum(), 1)
    kind = ' class="strong"' if i == j else ""
    return f'<td{kind} style="background: rgba(43, 143, 179, {shade:.3f})">{row[j]}</td>'


def _cells(row: Sequence[str], strong: int | None) -> str:
    first, *rest = row
    cells = "".join(
        f"<td{' class=strong' if i == strong else ''}>{_text(value)}</td>" for i, value in enumerate(rest, 1)
    )
    return f'<th scope="row">{_text(first)}</th>{cells}'
