"""The app's pages and the list of them in the sidebar."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog

#: Pages that read no modality of their own: file, title, icon.
HOME = ("home", "Home", ":material/home:")
TOUR = ("tour", "Guided demo", ":material/slideshow:")
MANY = ("many", "Many scans", ":material/photo_library:")
COMPARE = ("compare", "Compare models", ":material/compare_arrows:")
ABOUT = ("about", "About & privacy", ":material/shield_lock:")


def pages():
    """Register all pages, write their list into the sidebar, and return the page to run.

    The list is written here because Streamlit's own one nests its sections in a way that screen readers do not take
    for a list.
    """
    sections = {
        "Start": [_page(HOME, default=True), _page(TOUR)],
        "Scans": [_page((m.key, m.title, m.icon)) for m in catalog.MODALITIES.values()],
        "Analysis": [_page(MANY), _page(COMPARE)],
        "About": [_page(ABOUT)],
    }
    chosen = st.navigation([page for section in sections.values() for page in section], position="hidden")
    with st.sidebar, st.container(key="navigation", gap=None):
        for title, section in sections.items():
            st.caption(title)
            for page in section:
                st.page_link(page, width="stretch")
    return chosen


def _page(described: tuple[str, str, str], default: bool = False):
    name, title, icon = described
    return st.Page(f"pages/{name}.py", title=title, icon=icon, default=default)
