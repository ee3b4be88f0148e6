"""Words in a BM25 index: which passages use the words of a query, weighed by how rare they are."""

import math
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
"""One BM25 score for each passage, shape (passages,)."""

K1, B = 1.5, 0.75
"""Saturation of repeated words and weight of a passage's length: the defaults of Lucene and bm25s."""
VERSION = "1"
"""Changes when the same text would give other stems or other scores."""
MENDED = range(5, 21)
"""Letters of the stems whose spelling is mended: a shorter one may be any word, a longer one is none."""
_WORD = re.compile(r"\w+")
_LETTER_HYPHEN = re.compile(r"(?<=\b\w)-(?=\w)")
_stemming = threading.Lock()


class Stems:
    """Text to English stems, without stop words. Remembers what it has stemmed."""

    def __init__(self) -> None:
        import Stemmer
        from bm25s.stopwords import STOPWORDS_EN_PLUS

        self._stemmer = Stemmer.Stemmer("english", 0)
        self._known = dict.fromkeys(STOPWORDS_EN_PLUS, "")

    def __call__(self, text: str) -> list[str]:
        """The stems of `text` in order; accents and case do not count."""
        with _stemming:  # a Stemmer is not safe in two threads
            return [stem for word in _WORD.findall(_plain(text)) if (stem := self._stem(word))]

    def _stem(self, word: str) -> str:
        stem = self._known.get(word)
        if stem is None:
            stem = self._known[word] = str(self._stemmer.stemWord(word))
        return stem


class Words:
    """A BM25 index over passages, numbered from 0 in the order in which they were given."""

    def __init__(self, rows: int, model: Any, stems: Stems) -> None:
        self.rows = rows
        self.stems = stems
        self._model = model

    @classmethod
    def build(cls, texts: Iterable[str]) -> "Words":
        """Indexes `texts`."""
        import bm25s

        stems = Stems()
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(stem, len(vocabulary)) for stem in stems(text)] for text in texts]
        if not vocabulary:
            return cls(len(rows), None, stems)
        model = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        model.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(len(rows), model, stems)

    @classmethod
    def load(cls, folder: Path, rows: int) -> "Words":
        """What `save` wrote for `rows` passages, memory-mapped."""
        import bm25s

        model = bm25s.BM25.load(str(folder), mmap=True) if (folder / "params.index.json").exists() else None
        return cls(rows, model, Stems())

    def save(self, folder: Path) -> None:
        """Writes the index into `folder`.

        Raises:
            OSError: the disk is full, or the folder may not be written.
        """
        folder.mkdir()
        if self._model is not None:
            self._model.save(str(folder), show_progress=False)

    def read(self, query: str) -> list[str]:
        """The stems of `query`; one that no passage has is spelt as the passages spell it, if that is plain."""
        return [self._spelt(stem) for stem in self.stems(query)]

    def scores(self, query: str) -> Scores:
        """BM25 of every passage for `query`; 0 for a passage that shares no word with it."""
        known = [stem for stem in self.read(query) if self.uses(stem)]
        if not known:
            return np.zeros(self.rows, np.float32)
        return np.asarray(self._model.get_scores(known), np.float32)

    def rarity(self, stem: str) -> float:
        """How rare a stem is: the inverse document frequency of BM25, highest for one that no passage has."""
        used = len(self.rows_with(stem))
        return math.log(1 + (self.rows - used + 0.5) / (used + 0.5))

    def uses(self, stem: str) -> bool:
        """Whether any passage has this stem."""
        return self._model is not None and stem in self._model.vocab_dict

    def rows_with(self, stem: str) -> NDArray[np.int32]:
        """Numbers of the passages that have this stem."""
        if not self.uses(stem):
            return np.empty(0, np.int32)
        column = self._model.vocab_dict[stem]
        begin, end = self._model.scores["indptr"][column : column + 2]
        return np.asarray(self._model.scores["indices"][begin:end], np.int32)

    def _spelt(self, stem: str) -> str:
        """Mends the two slips of the pen that hardly ever turn one English word into another: letters that changed
        places ("hybird") and a letter typed once or twice too often or too few ("pasword"). Any letter put in, left out
        or replaced would also make "stuck" of "stock" and "select" of "elect".
        """
        if self.uses(stem) or len(stem) not in MENDED:
            return stem
        return next((other for other in _slips(stem) if self.uses(other)), stem)


def _slips(stem: str) -> Iterator[str]:
    for at in range(len(stem) - 1):
        left, first, second, right = stem[:at], stem[at], stem[at + 1], stem[at + 2 :]
        yield left + first + right if first == second else left + second + first + right
        yield left + first + first + second + right


def _plain(text: str) -> str:
    """Small letters without accents, "e-mail" as "email"; full-width and other variants of a letter as the letter."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    if not parts.isascii():
        parts = "".join(part for part in parts if not unicodedata.combining(part))
    return _LETTER_HYPHEN.sub("", parts)
