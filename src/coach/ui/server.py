"""Serves the page on this machine, and lets nothing out of it."""

import os
import signal
import socket
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.settings import Settings
from coach.ui.library import Library
from coach.ui.page import build
from coach.ui.sockets import address
from coach.ui.theme import theme

_HERE = Path(__file__).parent
_CLOSED = ("/gradio_api/upload", "/gradio_api/proxy=", "/gradio_api/file=http", "/gradio_api/deep_link", "/monitoring")
"""Doors of Gradio that Coach has no use for: they take files in, or fetch pages from elsewhere."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "object-src 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Told to the browser with every answer: whatever a page holds, it reaches no other machine. Gradio's own scripts are
inline and compile templates, hence the two `unsafe` words; what runs there is escaped by `coach.ui.text`."""


class Fence:
    """ASGI middleware: closes the doors in `_CLOSED` and adds `_HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(_CLOSED):
            await PlainTextResponse("Coach does not offer this.", status_code=404)(scope, receive, send)
            return

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, fenced)


def application(library: Library, folder: Path) -> FastAPI:
    """The web app.

    Args:
        library: What drafts are made from.
        folder: Where Gradio and the downloads keep their files; private to this server.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Fence)
    gr.mount_gradio_app(
        app,
        build(library, folder),
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        allowed_paths=[],
        max_file_size="1kb",
        show_error=False,
        enable_monitoring=False,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        favicon_path=str(_HERE / "favicon.png"),
        theme=theme(),
        head=_head(),
    )
    return app


def _head() -> str:
    """Our style and script. Gradio's own parameter for styles splits selectors at commas, so they go in as they are."""
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return f"<style>{style}</style><script>{script}</script>"


def run(settings: Settings, listening: socket.socket, open_browser: bool) -> None:
    """Serves the app on a listening socket until Ctrl-C. The material is read in the background from the start."""
    url = address(listening)
    library = Library(settings)
    with tempfile.TemporaryDirectory(prefix="coach-") as folder:
        app = application(library, Path(folder))
        library.prepare()
        print(f"Coach is at {url} (Ctrl-C stops it)", flush=True)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _terminated)
        if open_browser:
            threading.Timer(0.5, webbrowser.open, [url]).start()
        try:
            server(app).run(sockets=[listening])
        except KeyboardInterrupt:
            print("Stopped.")
        finally:
            library.close()


def _terminated(*_: object) -> None:
    raise SystemExit(0)  # so that the downloads are removed and the reading is stopped


def server(app: Any) -> uvicorn.Server:
    """A web server for the app that logs warnings only and stops within two seconds."""
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
