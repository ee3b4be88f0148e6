"""A logistic regression on the built-in model's vectors and on pieces of words, learnt from `examples.tsv` on this machine.

`coach.check.language` knows the plain forms ("Gen Z is lazy") for certain. What only implies or presupposes ("remarkably sharp for her
age", "give us the under-30 angle") has too many forms for patterns; here 1,000 labelled sentences decide, of which half are harmless and
near. No weights are shipped: they are learnt once, in some seconds, and kept in the data folder.
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from coach.check.language import GROUP
from coach.embed import Embedder, MiniLM

EXAMPLES = Path(__file__).parent / "examples.tsv"
"""A label and a sentence in each line: stereotype, spokesperson and fine by two authors who had seen no eval case; "note" for 500 harmless ones that
stood in half of the notes in November 2026 and name an age. Without these four times as many sentences of the notes are suspected."""
TOLD, TYPED = 0.7, 0.85
"""Likelihood from which a text of a document, or what somebody typed, is taken for one about what an age is like. `evals/README.md` tells how many
0.7 finds and how often it is wrong. Topics are short and come without context: at 0.85 one of the loaded topics of `evals/requests.yaml` is found
that no pattern finds, and none of 584 others is. Measured in November 2026."""
PENALTY, WORTH, PIECES, SIZE = 0.5, 3.0, 2.0, 13
"""Of the weights; of the vectors and of the pieces of words; the pieces are counted in 2 to the power of SIZE places. From 0.1 to 3 the penalty
changes little."""
_CUE = re.compile(
    rf"\b(?:{GROUP})\b"
    r"|\b(?:young|old(?:er|est|ies?)|old[- ](?:school|hand|guard|dog|boy|head)|age[ds]?\b|age(?:ing|less|ism)|elder|eldest|generation|gen[- ]?[xyz]|"
    r"zoomer|boomer|millenn?ial|teen|adolescen|youth|junior|child|kid|lads?\b|lass|girls?\b|boys?\b|baby|babies|toddler|graduate|grads?\b|trainee|apprenti|"
    r"interns?\b|student|fresher|newbie|school|university|retir|pension|bus pass|twilight|sunset|gold watch|gran(?:d|n)|nans?\b|mums?\b|dads?\b|mother|"
    r"father|uncle|aunt|motherly|veteran|vintage|antique|dinosaur|fossil|relic|museum|ancient|prehistoric|geriatric|senile|senior|mature|maturity|seasoned|"
    r"wrinkl|gr[ea]y|silver|white[- ]hair|fresh|energetic|energy|bubbly|dynamic|vibrant|hungry|spring chicken|green\b|snowflake|digital(?:ly)? native|recent|"
    r"youthful|sprightly|spry|wis(?:e|dom)\b|yesteryear|years of service|born|grew up|grow(?:ing|n)?[- ]up|raised on|birth|your lot|you lot|era\b|cohort|"
    r"contemporar|peers?\b|people like (?:you|her|him|them)|these days|in (?:my|his|her|their|your) (?:day|time)\b|career|demographic|decade|tiktok|knitting|"
    r"slippers|playground|avocado|typewriter|fax|dial[- ]up|vinyl|cassette|runway|finish line|home straight|miles on the clock|get-up-and-go|getting on\b|long in the tooth|long-in-the-tooth|(?:time|stage) of (?:his |her |their |your |my )?life|of (?:his|her|your|their) years|"
    r"brought up|raised|first job|parents|mortgage|alive for|team this old|(?:six|seven|eigh|nine)teen|"
    r"(?:early|mid|late)[- ](?:teens|twenties|thirties|forties|fifties|sixties|seventies|\d0s)|(?:twen|thir|for|fif|six|seven|eigh|nine)t(?:y|ies)\b|19[2-9]\d|"
    r"(?:1[6-9]|[2-8]\d)(?:[’']?s\b|[- ](?:year|something|odd|ish|plus)))"
    r"|\b(?:over|under|above|below|past|nearly|almost|approaching|turn(?:s|ed|ing)?|aged?|is|are|was|were|am|at|of|for|by|until|before|after|since|pushing|"
    r"just|only|despite being|being|now|who['’]s|he['’]s|she['’]s|I['’]m)[- ](?:the age of )?(?:1[6-9]|[2-8]\d)(?:th)?\b(?! ?(?:%|per|minutes?|hours?|days?|weeks?|"
    r"months?|people|pages?|pounds|euros|questions|[a-z]+s\b))",
    re.IGNORECASE,
)
"""Any word that may point at an age. Wide, because a text without one is never judged: of the examples that are not fine 2% have none."""


class Detector:
    """How likely a text is to say what people of some age are like, or to make somebody speak for them.

    Args:
        home: Folder in which what was learnt is kept.
        embedder: By default the built-in model, whatever the search uses: the thresholds are its own.
    """

    def __init__(self, home: Path, embedder: Embedder | None = None) -> None:
        self._home = home
        self._embedder = embedder or MiniLM()

    def likelihood(self, texts: Sequence[str]) -> list[float]:
        """Between 0 and 1 for each text; 0 for one in which no word points at an age.

        Raises:
            EmbeddingError: the built-in model cannot be used.
        """
        near = [text for text in dict.fromkeys(texts) if cued(text)]
        if not near:
            return [0.0] * len(texts)
        weights = self._weights
        values = _likelihood(self._features(near), weights)
        found = dict(zip(near, values.tolist(), strict=True))
        return [round(found.get(text, 0.0), 3) for text in texts]

    def learnt(self) -> bool:
        """Whether all is known already; otherwise the first text that names an age waits for `learn`."""
        return "_weights" in self.__dict__ or self._kept.exists()

    def learn(self) -> None:
        """Learns what is not known yet: some seconds."""
        _ = self._weights

    @cached_property
    def _kept(self) -> Path:
        made = hashlib.sha256(EXAMPLES.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:12]
        return self._home / f"ageism-{made}.npy"

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        with suppress(OSError, ValueError, EOFError, BadZipFile):
            kept: NDArray[np.float64] = np.load(self._kept, allow_pickle=False)
            return kept
        rows = [row.split("\t") for row in EXAMPLES.read_text(encoding="utf-8").splitlines()]
        wrong = np.array([label not in ("fine", "note") for label, _ in rows], np.float64)
        weights = fitted(self._features([text for _, text in rows]), wrong)
        self._home.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # then it is learnt again next time
            scratch = self._kept.with_suffix(".part.npy")
            np.save(scratch, weights)
            scratch.replace(self._kept)
            for old in set(self._home.glob("ageism-*.npy")) - {self._kept}:
                old.unlink()
        return weights

    def _features(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (texts, dimension + 2**SIZE + 1); the last column is 1."""
        vectors = self._embedder.embed(list(texts))
        found: NDArray[np.float64] = np.hstack([WORTH * vectors, PIECES * _pieces(texts), np.ones((len(texts), 1))])
        return found


def cued(text: str) -> bool:
    """Whether any word of a text may point at an age."""
    return _CUE.search(text) is not None


def _pieces(texts: Sequence[str]) -> NDArray[np.float64]:
    """Which runs of three to five letters inside words each text has, by hash, as rows of length 1."""
    rows = np.zeros((len(texts), 2**SIZE))
    for row, text in zip(rows, texts, strict=True):
        plain = f" {' '.join(re.findall(r'[a-z]+|[0-9]+|[^a-z0-9 ]', text.lower().replace('’', chr(39))))} "
        for length in (3, 4, 5):
            for at in range(len(plain) - length + 1):
                row[zlib.crc32(plain[at : at + length].encode()) % 2**SIZE] = 1
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows


def _likelihood(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    likely: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(features @ weights, -35, 35)))
    return likely


def fitted(features: NDArray[np.float64], wrong: NDArray[np.float64], steps: int = 30) -> NDArray[np.float64]:
    """The weights of a logistic regression with a ridge penalty, by Newton's method in the span of the rows (Murphy 2012, section 8.3).

    Args:
        features: Shape (n, d), the last column 1; d may be far above n.
        wrong: Shape (n,), 1 for what is to be found.

    Returns:
        Shape (d,).
    """
    values, basis = np.linalg.eigh(features @ features.T)
    large = values > 1e-10 * values[-1]
    root = np.sqrt(values[large])
    rows, back = basis[:, large] * root, (basis[:, large] / root).T @ features
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        likely = _likelihood(rows, weights)
        slope = rows.T @ (likely - wrong) + PENALTY * weights
        bend = (rows * (likely * (1 - likely))[:, None]).T @ rows + PENALTY * np.eye(rows.shape[1])
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    found: NDArray[np.float64] = back.T @ weights
    return found
