"""About and privacy. Every sentence is true of the code; whoever changes one changes the other."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.ui import serve, style

_PICTURE = """
1. Your browser sends the file to this server, which holds it **in memory only**. It is never written to disk.
2. The file is recognised by its content. Of a DICOM file only the pixels and a short list of technical facts are
   read (such as the kind of scan, the spacing and the window); names, dates and numbers of patients are skipped.
   Text that is burned into the pixels stays in them; where an ultrasound picture seems to hold some, the page warns.
3. As soon as it is decoded, **the file itself and its name are let go**. What stays is the bare picture, the answer
   and the heatmaps, in your session alone. (*Many scans* keeps small copies of the pictures instead, and the names
   for its table.)
4. The model runs on this server. What you see is sent back to your browser and to no one else, and the browser is
   told not to keep the pictures.
5. All of it is deleted when you press *Drop*, when you choose another scan on the same page, or at the latest {seconds}
   seconds after you close the page.
"""
_NOT_DONE = """
- No picture, name or answer is stored, logged, or used for training.
- The app has no accounts, no analytics and no advertising. Its one cookie protects against forged requests.
- Fonts, icons and scripts come from this server; the page asks no other one for anything.
- The server itself opens no connection to the outside.

How each of these sentences is tested stands in the file `SECURITY.md` of the source code.
"""
_LIMITS = """
Whoever runs a server could change its code, and an operating system may move memory to a swap file. If that matters
to you, run the app on a computer of your own: it needs no network.
"""
_MAY = """
- To learn how such models work, where they look and how they fail.
- To demonstrate and to teach, also how a figure in a paper comes about.
- To study calibration, explanations and leaks, on data that you may use.
"""
_MAY_NOT = """
- To diagnose, to rule out, to plan a treatment or to decide how urgent something is, for anyone, in any setting.
- To calm or to alarm yourself. A model that sees no tumour knows only the kinds that it was shown.
- As evidence about another hospital, scanner or population than those of its data set. It was not measured there
  unless its page says so.
"""
_WHY_MAPS = """
A probability alone does not say what it rests on. A model can be right for a wrong reason: a ruler beside a mole, a
caliper in an ultrasound picture, a border of the scanner. So every answer comes with

- **a heatmap** for each class. For the networks here, the class activation map is not a guess about the model but a
  part of it: averaged over the picture and added to a constant, it *is* the class's score;
- **similar training cases**, so that one can see what the model compares with;
- **a set of answers** that holds the right one with a stated coverage, and a warning where a picture is unlike
  those that the model learned from.

A heatmap shows what the model used. It does not show where a disease is, and it does not make a wrong answer right.
"""


def show() -> None:
    """Render the page."""
    style.heading("About & privacy", "What happens to a picture, what the models are for, and why the app is as it is.")
    left, right = st.columns(2, gap="large")
    with left:
        st.header("What happens to a picture", anchor=False)
        st.markdown(_PICTURE.format(seconds=st.get_option("server.disconnectedSessionTTL") + serve.SWEEP))
        st.header("What does not happen", anchor=False)
        st.markdown(_NOT_DONE)
        st.caption(_LIMITS)
    with right:
        st.header("What the models may be used for", anchor=False)
        st.markdown(_MAY)
        st.header("What they may not be used for", anchor=False)
        st.markdown(_MAY_NOT)
    st.header("Why explanations", anchor=False)
    st.markdown(_WHY_MAPS)
    _cancers()


def _cancers() -> None:
    st.header("Why these cancers", anchor=False)
    st.markdown(
        "For each of them a public, de-identified data set exists on which many published models were trained, and "
        "each of these sets has a trap that makes a model look better than it is. That is what the app is about: it "
        "shows the figure that remains once the trap is closed."
    )
    rows = [
        (entry.title, entry.dataset.name, entry.dataset.leak, entry.dataset.licence or "not verified by us")
        for entry in catalog.MODALITIES.values()
    ]
    style.table(("What", "Data set", "Its trap", "Licence as stated by its source"), rows)
    with st.expander("Where the data come from"):
        st.markdown(
            "\n".join(
                f"- **{entry.title}.** {entry.dataset.citation} [Source]({entry.dataset.url})"
                for entry in catalog.MODALITIES.values()
            )
        )
