"""What do the configuration files say, and is it well formed?

First of three stages: load (form), `gateway.config.compile` (meaning), adopt (the server's swap).

The main file's mistakes are fatal. An included file belongs to one team: with a mistake in it the whole
file is refused and named, and the others stand.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Final

from gateway.config.files import DISK, Files
from gateway.config.json_schema import main_outline, policy_outline
from gateway.config.partial import fit
from gateway.config.problem import ConfigError, Problem, Unfit, sorted_problems
from gateway.config.schema import GatewayFile, PolicyFile
from gateway.config.source import Source, parse_file
from gateway.config.tree import Node
from gateway.config.yaml_tree import NotYaml

MAX_FILES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the files say. Only what `load_config` gave is well formed; a draft may have holes."""

    directory: FilePath
    """Of the main file: relative paths begin here."""
    main: GatewayFile
    sources: tuple[Source, ...]
    """The main file first, then the included ones in order, those with mistakes among them."""
    issuer_ids: frozenset[str] | None
    """All that the main file names, also those with mistakes. None where that cannot be said."""
    upstream_ids: frozenset[str] | None
    """The same of upstreams."""
    generation: str
    """A digest of all file contents."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every mistake of form, in all files."""
        return tuple(problem for source in self.sources for problem in source.problems)


def load_config(path: FilePath, *, files: Files = DISK) -> Config:
    """Read the main file and what it includes.

    Raises: ConfigError with every mistake of form, where one of them is in the main file.
    """
    draft = load_draft(path, files=files)
    if draft.sources[0].problems:
        raise ConfigError(draft.problems)
    return draft


def load_draft(path: FilePath, *, files: Files = DISK) -> Config:
    """Read what can be read: to look for more mistakes, not to be used.

    Raises: ConfigError where the main file is not YAML, or nothing like a configuration.
    """
    try:
        content = files.read(path)
        tree, duplicates = parse_file(path, content)
    except NotYaml as error:
        raise ConfigError((error.problem,)) from None
    fitted = fit(tree, GatewayFile, main_outline(), str(path))
    if fitted.model is None:
        raise ConfigError((*duplicates, *fitted.problems))
    main = Source(
        file=str(path),
        tree=fitted.tree,
        policies=fitted.model.policies or {},
        problems=(*duplicates, *fitted.problems),
        damaged=fitted.damaged,
    )
    included, unfound = _included_files(path, fitted.model, main, files)
    contents = [(file, _content(file, files)) for file in included]
    sources = _without_repetition(main, [_included(file, content) for file, content in contents])
    return Config(
        directory=path.parent,
        main=fitted.model,
        sources=(replace(main, problems=sorted_problems([*main.problems, *unfound])), *sources),
        issuer_ids=_ids(tree, "issuers"),
        upstream_ids=_ids(tree, "upstreams") if tree.child("upstreams") else frozenset(),
        generation=_generation([content, *(content for _, content in contents)]),
    )


# --- private ---


def _included_files(
    path: FilePath, main: GatewayFile, source: Source, files: Files
) -> tuple[list[FilePath], list[Problem]]:
    """Expand `include`: files as named, folders by name. Each file once."""
    found: dict[str, FilePath] = {}
    problems: list[Problem] = []
    for position, entry in enumerate(main.include or ()):
        try:
            new = files.names(path.parent / entry)
            if not new.keys().isdisjoint({*found, *files.names(path)}):
                raise Unfit("a file is included twice, or includes itself", "name every file once")
            found |= new
        except Unfit as unfit:
            problems.append(source.problem(("include", position), unfit.what, unfit.fix))
    if len(found) > MAX_FILES:
        problems.append(source.problem(("include",), f"names more than {MAX_FILES} files", "join some"))
    return list(found.values())[:MAX_FILES], problems


def _content(path: FilePath, files: Files) -> bytes | NotYaml:
    try:
        return files.read(path)
    except NotYaml as error:
        return error


def _included(path: FilePath, content: bytes | NotYaml) -> Source:
    if isinstance(content, NotYaml):
        return Source(file=str(path), problems=(content.problem,))
    try:
        tree, duplicates = parse_file(path, content)
    except NotYaml as error:
        return Source(file=str(path), problems=(error.problem,))
    fitted = fit(tree, PolicyFile, policy_outline(), str(path))
    return Source(
        file=str(path),
        tree=fitted.tree,
        policies=fitted.model.policies if fitted.model else {},
        problems=sorted_problems([*duplicates, *fitted.problems]),
        damaged=fitted.damaged,
    )


def _without_repetition(main: Source, included: list[Source]) -> Iterator[Source]:
    """Refuse a file that claims the policy id of an earlier one, whether that one is good or not."""
    claimed = dict.fromkeys(main.own_policies(), main.file)
    for source in included:
        own = source.own_policies()
        again = [
            source.problem(
                ("policies", policy),
                f"there is a policy of this id in {claimed[policy]}",
                "rename one of the two",
            )
            for policy in own
            if policy in claimed
        ]
        claimed = {**dict.fromkeys(own, source.file), **claimed}
        yield replace(source, problems=sorted_problems([*source.problems, *again]))


def _ids(tree: Node, section: str) -> frozenset[str] | None:
    named = tree.child(section)
    return frozenset(named.value) if named and isinstance(named.value, dict) else None


def _generation(contents: list[bytes | NotYaml]) -> str:
    """Digest the contents; each with its length before it, so that no two sets give one text."""
    digest = hashlib.sha256()
    for content in contents:
        known = content if isinstance(content, bytes) else b""
        digest.update(len(known).to_bytes(8, "big") + known)
    return digest.hexdigest()[:16]
