"""Where the app listens. Light, so that a taken port is told before anything heavy is loaded."""

import os
import socket

from coach.errors import SettingsError


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any free one.

    Raises:
        SettingsError: the address is not this machine's, or the port is taken.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(128)
    except OSError as error:
        raise SettingsError(
            f"Cannot serve on {host}, port {port}: {error.strerror or error}. Stop the other program or choose another "
            "port, for example 'coach serve --port 7861'."
        ) from None
    return listening


def address(listening: socket.socket) -> str:
    """Where a browser finds the app."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"
