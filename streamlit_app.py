"""The app's entry point: pages and their look. Start it with `python -m oncosecure.ui.serve`."""

import streamlit as st

from oncosecure import catalog
from oncosecure.ui import host, style

host.prepare()
style.configure()

pages = {
    "": [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/tour.py", title="Guided demo", icon=":material/slideshow:"),
    ],
    "Scans": [st.Page(f"pages/{m.key}.py", title=m.title, icon=m.icon) for m in catalog.MODALITIES.values()],
    "More at once": [st.Page("pages/many.py", title="Many scans", icon=":material/photo_library:")],
    "More": [st.Page("pages/about.py", title="About & privacy", icon=":material/shield_lock:")],
}
st.navigation(pages, expanded=True).run()
