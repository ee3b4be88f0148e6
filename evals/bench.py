"""Speed, memory and retrieval quality, side by side with the obvious alternative in the same run.

The alternative is LangChain's EnsembleRetriever over BM25Retriever and Chroma, with the same passages and the same
vectors, as its documentation sets it up. Prints a Markdown table; `--large` adds an index of 100,000 synthetic passages.
"""

import argparse
import hashlib
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from coach.embed import MiniLM, Unscaled
from coach.index import open_index
from coach.knowledge import passages, read, scan
from coach.pipeline import Coach
from coach.settings import Settings, packaged

TOPICS = Path(__file__).parent / "coverage.yaml"
Search = Callable[[str], list[str]]


def median_ms(call: Callable[[], object], times: int) -> float:
    """Median of the milliseconds that `times` calls take."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def labelled() -> list[tuple[str, set[str]]]:
    """Topics as people type them, with the notes that serve them."""
    rows = yaml.safe_load(TOPICS.read_text())
    return [(row["topic"], set(row["notes"])) for row in (*rows["covered"], *rows["partly"])]


def quality(search: Search, rows: Sequence[tuple[str, set[str]]]) -> tuple[float, float]:
    """Share of topics with a right note first, and among the first three."""
    found = [(search(topic), notes) for topic, notes in rows]
    first = sum(bool(set(ranked[:1]) & notes) for ranked, notes in found)
    three = sum(bool(set(ranked[:3]) & notes) for ranked, notes in found)
    return first / len(rows), three / len(rows)


def asks(search: Search, topics: Sequence[str]) -> None:
    """Searches for each topic."""
    for topic in topics:
        search(topic)


def ours(coach: Coach) -> Search:
    """Coach's own search: notes by their ids, best first."""
    return lambda query: [Path(hit.document).stem for hit in coach.search(query, 10)]


def theirs(embedder: MiniLM) -> Search:
    """LangChain's ensemble of BM25 and Chroma over the same passages; passages made notes, best first."""
    warnings.filterwarnings("ignore")
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings

    class Vectors(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[float(x) for x in row] for row in embedder.embed(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    folder = packaged("knowledge")
    documents = [
        Document(page_content=f"{p.context}. {p.text}", metadata={"note": p.note}, id=p.id)
        for state in scan(folder)
        for p in passages(read(folder, state.path))
    ]
    words = BM25Retriever.from_documents(documents)
    words.k = 30
    dense = Chroma.from_documents(documents, Vectors()).as_retriever(search_kwargs={"k": 30})
    both = EnsembleRetriever(retrievers=[words, dense], weights=[0.5, 0.5])
    return lambda query: list(dict.fromkeys(found.metadata["note"] for found in both.invoke(query)))


class Synthetic(Unscaled):
    """Random unit vectors, the same for the same text: for measuring size, not quality."""

    name, dimension = "synthetic", 384

    def embed(self, texts: Sequence[str]) -> Any:
        """One unit vector a text, shape (len(texts), dimension)."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension, np.float32) for seed in seeds])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def large(count: int) -> tuple[float, float, float]:
    """Seconds to index `count` synthetic passages, milliseconds of one search in them, megabytes at the peak."""
    words = [f"w{n}" for n in range(20_000)]
    random = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "docs"
        folder.mkdir()
        for file in range(count // 100):
            lines = [" ".join(words[i] for i in random.zipf(1.3, 150) % 20_000).capitalize() + "." for _ in range(100)]
            (folder / f"{file:05d}.txt").write_text("\n\n".join(lines))
        start = time.perf_counter()
        index = open_index(Settings(knowledge=(folder,), data_dir=Path(name) / "data"), embedder=Synthetic())
        built = time.perf_counter() - start
        vector = Synthetic().embed(["w1 w2 w3"])[0]
        search = median_ms(lambda: (index.dense(vector, 100), index.lexical("w1 w200 w3000", 100)), 20)
        return built / len(index.passages) * 1000, search, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cold(data_dir: Path) -> tuple[float, list[float]]:
    """Median seconds of `coach brief` in a new process, and the peak memory of each run in megabytes; the first learns the detector."""
    command = [sys.executable, "-m", "coach", "brief", "deepfake voice fraud", "--minutes", "15"]
    env = os.environ | {"COACH_DATA_DIR": str(data_dir)}
    taken, peaks = [], []
    for _ in range(5):
        peak, start = 0.0, time.perf_counter()
        process = psutil.Popen(command, env=env, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            try:
                peak = max(peak, process.memory_info().rss / 2**20)
            except psutil.Error:
                break
            time.sleep(0.01)
        process.wait()
        taken.append(time.perf_counter() - start)
        peaks.append(peak)
    return statistics.median(taken), peaks


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also index 100,000 synthetic passages (some minutes)")
    options = parser.parse_args()
    embedder = MiniLM()
    embedder.embed(["warm up"])
    rows = labelled()
    with tempfile.TemporaryDirectory() as name:
        data_dir = Path(name)
        start = time.perf_counter()
        coach = Coach(Settings(data_dir=data_dir))
        count = len(coach.index.passages)
        built = time.perf_counter() - start
        mine = ours(coach)
        start = time.perf_counter()
        other = theirs(embedder)
        other_built = time.perf_counter() - start
        results = {}
        for label, search in (("Coach", mine), ("LangChain", other)):
            search(rows[0][0])
            asked = median_ms(partial(asks, search, [topic for topic, _ in rows[:40]]), 3) / 40
            results[label] = (*quality(search, rows), asked)
        coach.brief("phishing", 20)
        warm = [
            median_ms(partial(getattr(coach, kind), "hybrid work", 60), 11) for kind in ("agenda", "brief", "guide")
        ]
        seconds, peaks = cold(data_dir)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {count:,} passages, {len(rows)} labelled topics\n"
    )
    print("| measured | Coach | LangChain's EnsembleRetriever |\n|---|---|---|")
    (a1, a3, ams), (b1, b3, bms) = results["Coach"], results["LangChain"]
    print(f"| right note first | {a1:.0%} | {b1:.0%} |")
    print(f"| right note in the first three | {a3:.0%} | {b3:.0%} |")
    print(f"| one search, median | {ams:.0f} ms | {bms:.0f} ms |")
    print(
        f"| building the index, per 1,000 passages | {1000 * built / count:.1f} s | {1000 * other_built / count:.1f} s |"
    )
    print(f"| `coach brief` in a new process, median of 5 | {seconds:.1f} s | |")
    print(f"| agenda / brief / guide, warm, median of 11 | {' / '.join(f'{ms:.0f}' for ms in warm)} ms | |")
    print(f"| peak memory of `coach brief`, the first and later ones | {peaks[0]:.0f}, {max(peaks[1:]):.0f} MB | |")
    if options.large:
        for size in (10_000, 100_000):
            per, search_ms, top = large(size)
            print(
                f"| {size:,} synthetic passages: build per 1,000 / one search / peak | {per:.2f} s / {search_ms:.0f} ms / {top:.0f} MB | |"
            )


if __name__ == "__main__":
    main()
