"""The web app: three forms, drafts that grow section by section, evidence beside them. The only package with Gradio."""

import sys

from coach.settings import Settings

HOST, PORT = "127.0.0.1", 7860

__all__ = ["HOST", "PORT", "serve"]


def serve(settings: Settings, host: str = HOST, port: int = PORT, open_browser: bool = False) -> None:
    """Serves the web app until Ctrl-C.

    Raises:
        SettingsError: host and port cannot be listened on.
    """
    from coach.ui.sockets import listen

    with listen(host, port) as listening:
        print("Starting the web app …", file=sys.stderr, flush=True)  # Gradio takes seconds to load
        from coach.ui.server import run

        run(settings, listening, open_browser)
