"""A visitor without a browser: the same web socket, uploads and clicks that Streamlit's page would send.

Fifty browsers would take more of the machine than the server they are to measure.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

_SEEN = ("html", "markdown", "alert", "heading")


class Visitor:
    """One session of the app.

    Args:
        url: where the app is, e.g. "http://localhost:8501".
        page: file name of the page without its ending; "" for home.
        patience: seconds to wait for any one message.

    Attributes:
        session: the session's id.
        uploader, buttons: ids of the uploader, and of the buttons by their label.
        texts, media: what the page says, and the addresses of its pictures.
        answered: when the answer came, by `time.perf_counter`; the rest of the page may take longer.
    """

    def __init__(self, url: str, page: str = "", patience: float = 120) -> None:
        self._host, self._patience = urlsplit(url).netloc, patience
        self.session, self.uploader, self.buttons, self.texts, self.media = "", "", {}, [], []
        self.answered = 0.0
        self._cookie = self._xsrf()
        self._socket = connect(
            f"ws://{self._host}/_stcore/stream",
            origin=url,
            subprotocols=["streamlit"],
            additional_headers={"Cookie": self._cookie},
            max_size=None,
        )
        self._page, self._script = page, ""
        self.rerun()

    def upload(self, data: bytes, name: str = "scan.png", kind: str = "image/png") -> None:
        """Put a file into the page's uploader and wait until the page has been drawn again."""
        place = self._place_for(name)
        self._put(place.upload_url, data, name, kind)
        state = WidgetState(id=self.uploader)
        info = state.file_uploader_state_value.uploaded_file_info.add(file_id=place.file_id, name=name, size=len(data))
        info.file_urls.CopyFrom(place)
        self.rerun(state)

    def click(self, label: str) -> None:
        """Press the button of a label and wait until the page has been drawn again."""
        self.rerun(WidgetState(id=self.buttons[label], trigger_value=True))

    def rerun(self, *widgets: WidgetState) -> None:
        """Ask for the page with the given widgets changed, and take in what it shows."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.page_script_hash = self._page, self._script
        message.rerun_script.widget_states.widgets.extend(widgets)
        self._send(message)
        self.buttons, self.texts, self.media = {}, [], []
        while (found := self._next()).WhichOneof("type") != "script_finished":
            self._take(found)
        if found.script_finished not in (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_EARLY_FOR_RERUN):
            raise RuntimeError(f"the page ended with status {found.script_finished}")

    @property
    def answer(self) -> str:
        """The answer that the page shows, or ""."""
        return next((text for text in self.texts if 'class="answer' in text), "")

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of an address of the server."""
        return self._request("GET", path)

    def close(self) -> None:
        """Close the page."""
        self._socket.close()

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
        if message.WhichOneof("type") == "navigation":
            self._script = message.navigation.page_script_hash
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self.uploader = element.file_uploader.id
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
        elif kind == "imgs":
            self.media += [image.url for image in element.imgs.imgs]
        elif kind in _SEEN:
            self.texts.append(getattr(element, kind).body)
            if self.texts[-1] == self.answer:
                self.answered = time.perf_counter()

    def _place_for(self, name: str):
        message = BackMsg()
        message.file_urls_request.request_id = request = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        self._send(message)
        while (found := self._next().file_urls_response).response_id != request:
            pass
        return found.file_urls[0]

    def _put(self, path: str, data: bytes, name: str, kind: str) -> None:
        mark = uuid.uuid4().hex
        head = f"--{mark}\r\nContent-Disposition: form-data; name={json.dumps(name)}; filename={json.dumps(name)}\r\n"
        body = head.encode() + f"Content-Type: {kind}\r\n\r\n".encode() + data + f"\r\n--{mark}--\r\n".encode()
        status, _ = self._request("PUT", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
        if status >= 300:
            raise RuntimeError(f"the upload ended with status {status}")

    def _request(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
        connection = http.client.HTTPConnection(self._host, timeout=self._patience)
        token = {"Cookie": self._cookie, "X-Xsrftoken": self._cookie.partition("=")[2]} if method != "GET" else {}
        connection.request(method, path if path.startswith("/") else f"/{path}", body, token | (headers or {}))
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def _xsrf(self) -> str:
        connection = http.client.HTTPConnection(self._host, timeout=self._patience)
        connection.request("GET", "/_stcore/health")
        given = connection.getresponse().getheader("Set-Cookie", "")
        connection.close()
        return re.match(r"[^;]*", given)[0]

    def _send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self._socket.recv(self._patience))
        return message
