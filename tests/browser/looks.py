"""What a page must be like for everyone: nothing cut off or overlapping, every control reachable and named.

Pages redraw, so each check looks again for some seconds before it reports what it found.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

#: The app while no script runs and nothing waits to be drawn.
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_DRAWN = "() => !document.querySelector('[data-testid=\"stSkeleton\"]')"
_VISIBLE = (
    "e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !e.closest('[aria-hidden=\"true\"]')"
)

#: Elements that need more width than there is.
_TOO_WIDE = """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
  .filter(e => e.scrollWidth > e.clientWidth).map(e => `${e.tagName} needs ${e.scrollWidth} of ${e.clientWidth}`)"""

#: Pairs of elements in the page's main part that lie over each other.
_OVERLAPS = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const chosen = 'h1, h2, h3, p, li, button, a[href], input, textarea, img, table, [role="combobox"], dt, dd, '
    + '[data-testid="stDataFrame"]';
  const seen = e => VISIBLE && e.getBoundingClientRect().width > 2
    && !e.closest('[data-testid="stElementToolbar"], [data-testid="stDataFrame"] *, .js-plotly-plot, [role="slider"]')
    && !e.matches('[aria-label^="Scroll tabs"]');  // lies over the tab that it uncovers
  const box = e => {  // of text its letters, since an element's box may hold a margin
    if (!/^(H.|P|LI|A|DT|DD)$/.test(e.tagName)) return e.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect();
  };
  const shown = e => {  // what an ancestor cuts away cannot be seen
    let {left, top, right, bottom} = box(e);
    for (let up = e.parentElement; up && up !== main; up = up.parentElement)
      if (getComputedStyle(up).overflow !== 'visible') {
        const frame = up.getBoundingClientRect();
        left = Math.max(left, frame.left); right = Math.min(right, frame.right);
        top = Math.max(top, frame.top); bottom = Math.min(bottom, frame.bottom);
      }
    return {left, top, right, bottom};
  };
  const told = e => `${e.tagName} ${(e.innerText || e.alt || e.ariaLabel || '').slice(0, 40)}`;
  const all = [...main.querySelectorAll(chosen)].filter(seen).map(e => [e, shown(e)]);
  return all.flatMap(([a, one], i) => all.slice(i + 1).filter(([b, other]) =>
    !a.contains(b) && !b.contains(a) && !a.closest('label')?.contains(b)
    && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 3
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3
  ).map(([b]) => `${told(a)} over ${told(b)}`));
}""".replace("VISIBLE", _VISIBLE)

#: Numbers every control that Tab must reach and notes which ones it does; returns what they are called.
_NUMBER = """() => {
  const chosen = 'button, a[href], input, textarea, select, [role="slider"]';
  const inner = '[role="tablist"], [role="radiogroup"], [data-testid="stNumberInput"], [data-testid="stSelectbox"], '
    + '[data-testid="stMultiSelect"], [data-testid="stTextInput"]';  // one stop; arrow keys do the rest
  const usable = e => VISIBLE && !e.disabled && e.type !== 'file' && e.getBoundingClientRect().width > 2
    && !(e.tabIndex < 0 && e.closest(inner)) && !(e.type === 'radio' && !e.checked)
    && !e.closest('[data-testid="stElementToolbar"], [data-testid="stDataFrame"]')
    && !e.matches('[aria-label^="Scroll tabs"]');  // arrow keys reach the tabs
  const found = [...document.querySelectorAll(chosen)].filter(usable);
  window.reached = new Set();
  document.addEventListener('focusin', event => {
    const at = found.findIndex(e => e === event.target || e.contains(event.target));
    if (at >= 0) window.reached.add(at);
  });
  document.activeElement?.blur();
  return found.map(e => `${e.tagName} ${(e.innerText || e.ariaLabel || e.placeholder || e.type || '').slice(0, 40)}`);
}""".replace("VISIBLE", _VISIBLE)

_AXE = """() => axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations
  .filter(found => ['serious', 'critical'].includes(found.impact))
  .flatMap(found => found.nodes.slice(0, 3).map(node => `${found.id}: ${node.html.slice(0, 160)} `
    + (node.any[0] ?? node.all[0] ?? node.none[0])?.message)))"""


def settle(page) -> None:
    """Wait until the page has drawn what its script sent."""
    page.locator(IDLE).wait_for()
    page.wait_for_function(_DRAWN)


def faults(page) -> list[str]:
    """What is cut off or overlaps."""
    return _at_last(lambda: page.evaluate(_TOO_WIDE) + page.evaluate(_OVERLAPS))


def violations(page) -> list[str]:
    """What axe-core finds that is serious or critical."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_script())
    return _at_last(lambda: page.evaluate(_AXE))


def unreachable(page) -> list[str]:
    """Controls that the Tab key does not reach."""
    return _at_last(lambda: _walk(page), seconds=2)


def _walk(page) -> list[str]:
    names = page.evaluate(_NUMBER)
    for _ in range(2 * len(names) + 10):
        page.keyboard.press("Tab")
        if page.evaluate("() => window.reached.size") == len(names):
            break
    reached = page.evaluate("() => [...window.reached]")
    return [name for number, name in enumerate(names) if number not in reached]


def _at_last(look: Callable[[], list[str]], seconds: float = 5) -> list[str]:
    """What a look finds, once it finds nothing or the time is over."""
    end = time.monotonic() + seconds
    while (found := look()) and time.monotonic() < end:
        time.sleep(0.5)
    return found


@lru_cache(maxsize=1)
def _axe_script() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
