"""What Streamlit does by default and this app must not: spool uploads to disk, ask outside, guess at pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def prepare() -> None:
    """Put in force what must hold before the first upload arrives. Idempotent."""
    keep_uploads_in_memory()
    stay_offline()
    guard_responses()


def keep_uploads_in_memory() -> None:
    """Keep Starlette from spooling an upload to a temporary file, as it does above 1 MB by default.

    Streamlit refuses a request body above `server.maxUploadSize` plus framing while it
    streams in, so nothing larger reaches the spool.
    """
    from starlette.formparsers import MultiPartParser

    from oncosecure.intake.limits import MAX_BYTES

    framing = 2 * 2**20
    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, MAX_BYTES + framing)


def stay_offline() -> None:
    """Keep Streamlit from asking an outside server for this machine's public address.

    It does so to compare origins where a page was opened under a host name it does not know; such
    names belong into `server.corsAllowedOrigins`.
    """
    from streamlit import net_util

    net_util.get_external_ip = lambda: None


def guard_responses() -> None:
    """Send security headers with every answer of the server, and refuse hosts that are not allowed; see `headers`."""
    from starlette.middleware import Middleware
    from streamlit.web.server.starlette import starlette_app

    from oncosecure.ui.headers import Guard

    own = starlette_app.create_streamlit_middleware
    if not hasattr(own, "guarded"):

        def guarded() -> list[Middleware]:
            return [Middleware(Guard), *own()]

        guarded.guarded = True
        starlette_app.create_streamlit_middleware = guarded


def expect_navigation() -> None:
    """Tell Streamlit that pages come from `st.navigation`.

    It would find that out by itself only when the first session has run the entry point; a deep link
    opened before would run a file of `pages/` without the app around it.
    """
    from streamlit.runtime.pages_manager import PagesManager

    PagesManager.uses_pages_directory = False


def run_as_app() -> None:
    """Start over from the entry point where a page file was run without it; see `expect_navigation`."""
    import streamlit as st
    from streamlit.runtime.pages_manager import PagesManager

    if PagesManager.uses_pages_directory:
        expect_navigation()
        st.rerun()


def sweep() -> None:
    """Delete the pictures and files that no session shows any more, at once.

    Streamlit does so after each run, but only marks downloads at first and deletes them after another
    run, which may never come.
    """
    from streamlit import runtime

    if runtime.exists():
        for _ in range(2):
            runtime.get_instance().media_file_mgr.remove_orphaned_files()


def release(uploads: Iterable[UploadedFile]) -> None:
    """Take uploaded files out of the server's hands at once, rather than at the session's end."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    for upload in uploads:
        if context is not None:
            context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
        upload.close()


def end_closed_sessions() -> int:
    """End the sessions whose page was closed longer ago than `server.disconnectedSessionTTL`, and say how many.

    Streamlit would only look for them when another page is opened or closed, which on a quiet server may
    never happen, and would leave what they hold to the garbage collector.
    """
    from streamlit import runtime

    if not runtime.exists():
        return 0
    manager = runtime.get_instance()._session_mgr
    with manager._storage_lock:
        ended = [stored.session for _, stored in manager._session_storage._cache.expire()]
    for session in ended:
        session.shutdown()
        session.session_state.clear()
    return len(ended)
