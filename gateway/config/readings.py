"""What did a configuration read, and would it read the same now?

A configuration is a function of what it reads. So its readings are all that it takes to know whether it
has changed (contents, not times: a mounted ConfigMap is swapped by a symbolic link), and to compile the same
world in another process.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from pathlib import Path as FilePath
from typing import Any, assert_never

from gateway.config.files import Files
from gateway.config.problem import Problem, Unfit
from gateway.config.secret import SecretFile, SecretReference, SecretUnavailable, SecretVariable
from gateway.config.yaml_tree import NotYaml


@unique
class Kind(StrEnum):
    """Which question was asked (`gateway.config.files.Files`)."""

    READ = "read"
    NAMES = "names"
    SECRET_FILE = "secret_file"  # noqa: S105 - a word
    SECRET_VARIABLE = "secret_variable"  # noqa: S105 - a word


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and about what."""

    kind: Kind
    subject: str
    """A path, or the name of a variable."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's octets, or a secret's."""

    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Names:
    """Files, by real path."""

    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """What cannot be had, why, and what would help."""

    what: str
    fix: str = ""


Reply = Content | Names | Failure
Readings = Mapping[Question, Reply]


class Recording:
    """Asks `files`, and keeps what they reply."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.readings: dict[Question, Reply] = {}

    def read(self, path: FilePath) -> bytes:
        """See `Files.read`."""
        return _content(path, self._put(Question(Kind.READ, str(path))))

    def names(self, target: FilePath) -> Mapping[str, FilePath]:
        """See `Files.names`."""
        return _names(self._put(Question(Kind.NAMES, str(target))))

    def secret(self, reference: SecretReference) -> bytes:
        """See `Files.secret`."""
        return _secret(self._put(_question(reference)))

    def _put(self, question: Question) -> Reply:
        if question not in self.readings:
            self.readings[question] = ask(self._files, question)
        return self.readings[question]


class Replay:
    """Gives what was read elsewhere. What was not read there cannot be had here."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def read(self, path: FilePath) -> bytes:
        """See `Files.read`."""
        return _content(path, self._find(Question(Kind.READ, str(path))))

    def names(self, target: FilePath) -> Mapping[str, FilePath]:
        """See `Files.names`."""
        return _names(self._find(Question(Kind.NAMES, str(target))))

    def secret(self, reference: SecretReference) -> bytes:
        """See `Files.secret`."""
        return _secret(self._find(_question(reference)))

    def _find(self, question: Question) -> Reply:
        return self._readings.get(question, Failure("was not read"))


def ask(files: Files, question: Question) -> Reply:
    """Ask one question. Never raises for what the disk says."""
    path = FilePath(question.subject)
    try:
        match question.kind:
            case Kind.READ:
                return Content(files.read(path))
            case Kind.NAMES:
                return Names(tuple((real, str(name)) for real, name in files.names(path).items()))
            case Kind.SECRET_FILE:
                return Content(files.secret(SecretFile(path)))
            case Kind.SECRET_VARIABLE:
                return Content(files.secret(SecretVariable(question.subject)))
            case _:
                assert_never(question.kind)
    except NotYaml as error:
        return Failure(error.problem.what, error.problem.fix)
    except Unfit as error:
        return Failure(error.what, error.fix)
    except SecretUnavailable as error:
        return Failure(str(error))


def again(readings: Readings, files: Files) -> Readings:
    """Ask the same questions once more."""
    return {question: ask(files, question) for question in readings}


def digest(readings: Readings) -> bytes:
    """Digest questions and replies. Real paths do not count: they change whenever a ConfigMap is swapped."""
    whole = hashlib.sha256()
    for question, reply in sorted(readings.items(), key=lambda one: (one[0].kind, one[0].subject)):
        for part in (question.kind.encode(), question.subject.encode(), *_parts(reply)):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()


def to_json(readings: Readings) -> bytes:
    """Write them for another process. Secrets are in it."""
    rows = [[question.kind, question.subject, *_row(reply)] for question, reply in readings.items()]
    return json.dumps(rows).encode("ascii")


def from_json(text: bytes) -> Readings:
    """Read what `to_json` wrote."""
    return {
        Question(Kind(kind), subject): _reply(sort, parts) for kind, subject, sort, *parts in json.loads(text)
    }


# --- private ---


def _row(reply: Reply) -> list[object]:
    match reply:
        case Content(octets=octets):
            return ["content", b64encode(octets).decode("ascii")]
        case Names(names=names):
            return ["names", *names]
        case Failure(what=what, fix=fix):
            return ["failure", what, fix]
        case _:
            assert_never(reply)


def _reply(sort: str, parts: list[Any]) -> Reply:
    match sort:
        case "content":
            return Content(b64decode(parts[0]))
        case "names":
            return Names(tuple((real, name) for real, name in parts))
        case _:
            return Failure(*parts)


def _question(reference: SecretReference) -> Question:
    match reference:
        case SecretFile(path=path):
            return Question(Kind.SECRET_FILE, str(path))
        case SecretVariable(name=name):
            return Question(Kind.SECRET_VARIABLE, name)
        case _:
            assert_never(reference)


def _content(path: FilePath, reply: Reply) -> bytes:
    return _octets(
        reply,
        lambda failed: NotYaml(
            Problem(file=str(path), line=1, column=1, path="", what=failed.what, fix=failed.fix)
        ),
    )


def _secret(reply: Reply) -> bytes:
    return _octets(reply, lambda failed: SecretUnavailable(failed.what))


def _octets(reply: Reply, error: Callable[[Failure], Exception]) -> bytes:
    match reply:
        case Content(octets=octets):
            return octets
        case Failure():
            raise error(reply)
        case Names():
            raise error(Failure("is a list of names"))
        case _:
            assert_never(reply)


def _names(reply: Reply) -> Mapping[str, FilePath]:
    match reply:
        case Names(names=names):
            return {real: FilePath(name) for real, name in names}
        case Failure(what=what, fix=fix):
            raise Unfit(what, fix)
        case Content():
            raise Unfit("is a content", "")
        case _:
            assert_never(reply)


def _parts(reply: Reply) -> tuple[bytes, ...]:
    match reply:
        case Content(octets=octets):
            return (b"content", octets)
        case Names(names=names):
            return (b"names", *(name.encode("utf-8", "surrogateescape") for _, name in names))
        case Failure(what=what):
            return (b"failure", what.encode())
        case _:
            assert_never(reply)
