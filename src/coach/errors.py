"""Every error that Coach raises on purpose. Each message says what happened and what to do next.

CoachError
├── SettingsError        a setting or environment variable does not make sense
├── RequestError         what the user asked for cannot be used as it is
├── KnowledgeError       a note or document cannot be read, or breaks the format
├── IndexFailure         the search index cannot be read or written
│   └── IndexBusy        another process is writing it
├── PromptError          a prompt is missing or cannot be used
├── EmbeddingError       text could not be turned into vectors
├── ArtefactError        a stored artefact cannot be read
└── Cancelled            the user stopped the draft

Only the surfaces (`cli/`, `ui/`) turn them into exit codes and messages on a page.
"""


class CoachError(Exception):
    """Base of the tree; `exit_code` is what the command line returns (sysexits.h numbers)."""

    exit_code = 70


class SettingsError(CoachError):
    """A setting or environment variable does not make sense."""

    exit_code = 78


class RequestError(CoachError):
    """What the user asked for cannot be used as it is."""

    exit_code = 64


class KnowledgeError(CoachError):
    """A note or document cannot be read, or breaks the format."""

    exit_code = 65


class IndexFailure(CoachError):  # noqa: N818 - "IndexError" is taken by Python
    """The search index cannot be read or written."""

    exit_code = 74


class IndexBusy(IndexFailure):
    """Another process is writing the index."""

    exit_code = 75


class PromptError(CoachError):
    """A prompt is missing or cannot be used."""

    exit_code = 65


class EmbeddingError(CoachError):
    """Text could not be turned into vectors."""

    exit_code = 69


class ArtefactError(CoachError):
    """A stored artefact cannot be read."""

    exit_code = 65


class Cancelled(CoachError):  # noqa: N818 - not a failure
    """The user stopped the draft."""

    exit_code = 130
