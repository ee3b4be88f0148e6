"""What Coach adds to a model's own time: drafts against a server that streams its answer over a fixed time, beside the bare requests.

python -m evals.overhead        a Markdown table

The server streams each answer, with a rewording of every text that it was sent, over `LATENCY` seconds. The alternative in the same run is the
`openai` client sending the same requests at the same time and reading the answers, with no drafting, no reading and no gate.
"""

import json
import re
import socket
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
from tests import models

from coach.pipeline import Coach
from coach.pipeline.requests import make_request
from coach.settings import ModelSettings, Settings

LATENCY = 2.0
"""Seconds of the server for each answer."""
TIMES = 5
"""Drafts of each kind; the medians are told."""
SLOT = re.compile(
    r"^\[(?P<slot>[aqi]\d+)\] \w+(?: \([^)]*\))?(?: rests on (?P<ids>[^:]+))?: (?P<text>.+?)(?: \| probe: .+)?$",
    re.MULTILINE,
)


def server_after(seconds: float) -> models.Script:
    """A server that gives every text back, the statements slightly reworded, over so many seconds."""
    return lambda connection, body, _: _answered(connection, body, seconds)


def _answered(connection: socket.socket, body: dict[str, Any], seconds: float) -> None:
    rows = [
        {
            "slot": m["slot"],
            "text": m["text"].replace(" the ", " that ", 1) if m["slot"].startswith("a") else m["text"],
            "ids": (m["ids"] or "").split(", ") if m["ids"] else [],
            "probe": "",
        }
        for m in SLOT.finditer(str(body["messages"][-1]["content"]))
    ]
    models.answer(connection, json.dumps({"rewrites": rows}), delay=seconds, paced=seconds > 0)


def bare(url: str, bodies: list[dict[str, Any]], concurrency: int) -> float:
    """Seconds in which the `openai` client gets answers to the same requests, as many at a time."""
    client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)

    def ask(body: dict[str, Any]) -> None:
        stream = client.chat.completions.create(model="m", messages=body["messages"], stream=True)
        for _ in stream:
            pass

    started = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(ask, bodies))
    return time.perf_counter() - started


def main() -> None:
    """Prints the table."""
    print(
        f"| draft ({LATENCY:g} s for an answer, concurrency 8) | sections sent | bare client | Coach | added |\n|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder, models.scripted(server_after(LATENCY)) as (url, bodies):
        plain = Coach(Settings())
        plain.search("reverse mentoring", 1)
        for kind, topic in (("agenda", "passkeys"), ("brief", "deepfake voice fraud"), ("guide", "hybrid work")):
            ours, theirs, sent = [], [], 0
            for number in range(TIMES + 1):
                llm = ModelSettings(
                    base_url=url, model=f"m{number}", concurrency=8
                )  # another name: nothing is kept from before
                coach = Coach(Settings(llm=llm, data_dir=Settings().data_dir))
                coach._engine.__dict__["_forms"] = Path(folder) / "forms.json"
                coach.__dict__["index"], coach.__dict__["_retriever"] = plain.index, plain._retriever
                coach._scanned, coach._library = plain._scanned, plain._library  # as in a web app that has been running
                before = len(bodies)
                started = time.perf_counter()
                list(coach.draft(make_request(kind, topic=topic, minutes=45)))
                took = time.perf_counter() - started
                mine = [dict(body) for body in bodies[before:]]
                if number:  # the first draft loads the client's modules
                    ours.append(took)
                    sent = len(mine)
                    theirs.append(bare(url, mine, 8))
            own, alone = statistics.median(ours), statistics.median(theirs)
            print(
                f"| {kind} | {sent} | {alone:.2f} s | {own:.2f} s | {1000 * (own - alone):.0f} ms ({(own - alone) / alone:.1%}) |",
                flush=True,
            )


if __name__ == "__main__":
    main()
