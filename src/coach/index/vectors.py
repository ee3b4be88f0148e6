"""Vectors in Chroma, inside this process or on a server. The only module that imports chromadb."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.errors import IndexFailure
from coach.index.snapshot import SYNCED

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 16,
    "ef_construction": 100,
    "ef_search": 1000,
    "sync_threshold": SYNCED,
    "batch_size": SYNCED,
}
"""How Chroma keeps vectors. Measured on clustered random vectors, best 100 of a query against an exact search:
`ef_search` 200 finds 99.0% of them among 2,000, 1000 finds all among 2,000 and among 20,000 (a query takes 2.1 and
4.8 ms); 32 neighbours and `ef_construction` 200 find no more and take twice as long to build. A `sync_threshold` of 2
makes Chroma write its files at every call, so that a reader has nothing left to write (no slower at 5,000 a call)."""
BATCH = 5_000
"""Vectors of one call that adds or deletes; Chroma takes at most 5,461."""
_opening = threading.Lock()


class VectorStore:
    """One Chroma collection: a key, a vector and the name of a shelf for each record.

    All methods raise `IndexFailure` when Chroma fails; `remedy` is what its message tells the user to do.
    """

    def __init__(self, client: "Client", collection: str, remedy: str, create: bool) -> None:
        self._client = client
        self._remedy = remedy
        with self._failures():
            if create:
                self._collection = client.get_or_create_collection(
                    collection,
                    embedding_function=None,
                    configuration={"hnsw": HNSW},
                )
            else:
                self._collection = client.get_collection(collection, embedding_function=None)

    @classmethod
    def in_folder(cls, folder: Path, collection: str, *, create: bool = False) -> Self:
        """Chroma inside this process, kept in `folder`."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        remedy = (
            f"The index is kept in '{folder.parents[1]}': make sure that the disk has room and that you may write there, "
            "or set COACH_DATA_DIR to another folder; then try again."
        )
        settings = ChromaSettings(_env_file=None, anonymized_telemetry=False)
        with _opening, _failures(remedy):
            client = cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
        return cls(client, collection, remedy, create)

    @classmethod
    def on_server(cls, url: str, collection: str, *, create: bool = False) -> Self:
        """A Chroma server, such as `chroma run --path FOLDER --port 8000`."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        remedy = (
            f"The index is kept by the Chroma server at {url}: make sure that it runs and has room on its disk, "
            "correct COACH_CHROMA_URL, or unset it to keep the index on this machine; then try again."
        )
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        settings = ChromaSettings(_env_file=None, anonymized_telemetry=False)
        with _failures(remedy):
            port = parts.port or (443 if secure else 80)
            server = chromadb.HttpClient(host=parts.hostname or "", port=port, ssl=secure, settings=settings)
        return cls(cast("Client", server), collection, remedy, create)

    def close(self) -> None:
        """Releases files and connections; closing twice is fine."""
        self._client.close()

    def keys(self) -> dict[str, str]:
        """Every key with its shelf."""
        keys: dict[str, str] = {}
        while True:  # in one piece, Chroma fails on more than about 32,000
            with self._failures():
                found = self._collection.get(include=["metadatas"], limit=BATCH, offset=len(keys))
            data = zip(found["ids"], found["metadatas"] or [], strict=True)
            keys.update((key, str((each or {}).get("shelf"))) for key, each in data)
            if len(found["ids"]) < BATCH:
                return keys

    def count(self) -> int:
        """Number of records."""
        with self._failures():
            return self._collection.count()

    def add(self, records: Mapping[str, str], vectors: Vectors) -> None:
        """Adds records, key to shelf, with their vectors, shape (len(records), dimension). Known keys are replaced."""
        keys, shelves = list(records), list(records.values())
        for begin in range(0, len(keys), BATCH):
            part = slice(begin, begin + BATCH)
            with self._failures():
                self._collection.upsert(
                    ids=keys[part], embeddings=vectors[part], metadatas=[{"shelf": shelf} for shelf in shelves[part]]
                )

    def delete(self, keys: Sequence[str]) -> None:
        """Removes records."""
        for begin in range(0, len(keys), BATCH):
            with self._failures():
                self._collection.delete(ids=list(keys[begin : begin + BATCH]))

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of those `keys` that exist."""
        found: dict[str, NDArray[np.float32]] = {}
        for begin in range(0, len(keys), BATCH):
            with self._failures():
                answer = self._collection.get(ids=list(keys[begin : begin + BATCH]), include=["embeddings"])
            vectors = np.asarray(answer["embeddings"], np.float32)
            found.update(zip(answer["ids"], vectors, strict=True))
        return found

    def nearest(self, vectors: Vectors, n: int, shelf: str | None = None) -> list[list[tuple[str, float]]]:
        """For each row of `vectors` (m, dimension) the `n` nearest keys with their cosines, best first."""
        where: Any = {"shelf": shelf} if shelf is not None else None
        with self._failures():
            answer = self._collection.query(
                query_embeddings=list(vectors), n_results=n, where=where, include=["distances"]
            )
        distances = answer["distances"] or [[] for _ in answer["ids"]]
        return [
            [(key, 1.0 - distance) for key, distance in zip(keys, row, strict=True)]
            for keys, row in zip(answer["ids"], distances, strict=True)
        ]

    def writer(self) -> str:
        """The word that `sign` left, or "" when nobody signed."""
        return str((self._collection.metadata or {}).get("writer", ""))

    def sign(self, word: str) -> None:
        """Leaves a word on the collection, for the next process that opens it."""
        with self._failures():
            self._collection.modify(metadata={"writer": word})

    @contextmanager
    def _failures(self) -> Iterator[None]:
        with _failures(self._remedy):
            yield


@contextmanager
def _failures(remedy: str) -> Iterator[None]:
    """What Chroma and its web client raise becomes an `IndexFailure` that ends with `remedy`."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, ValueError, RuntimeError, OSError) as error:
        raise IndexFailure(f"The search index failed ({error}). {remedy}") from error
