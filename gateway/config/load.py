"""What do the configuration files say, and is it well formed?

First of three stages: load (form), `gateway.config.compile` (meaning), adopt (the server's swap).

The main file's mistakes are fatal. An included file belongs to one team: with a mistake in it the whole
file is refused and named, and the others stand.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Final

from gateway.config.json_schema import main_outline, policy_outline
from gateway.config.partial import fit
from gateway.config.problem import ConfigError, Problem, Unfit, sorted_problems
from gateway.config.schema import GatewayFile, PolicyFile
from gateway.config.source import Source, parse_file, read_file
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
    generation: str
    """A digest of all file contents."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every mistake of form, in all files."""
        return tuple(problem for source in self.sources for problem in source.problems)


def load_config(path: FilePath) -> Config:
    """Read the main file and what it includes.

    Raises: ConfigError with every mistake of form, where one of them is in the main file.
    """
    draft = load_draft(path)
    if draft.sources[0].problems:
        raise ConfigError(draft.problems)
    return draft


def load_draft(path: FilePath) -> Config:
    """Read what can be read: to look for more mistakes, not to be used.

    Raises: ConfigError where the main file is not YAML, or nothing like a configuration.
    """
    try:
        content = read_file(path)
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
    files, unfound = _included_files(path, fitted.model, main)
    contents = [(file, _content(file)) for file in files]
    sources = _without_repetition(main, [_included(file, content) for file, content in contents])
    return Config(
        directory=path.parent,
        main=fitted.model,
        sources=(replace(main, problems=sorted_problems([*main.problems, *unfound])), *sources),
        issuer_ids=_issuer_ids(tree),
        generation=_generation([content, *(content for _, content in contents)]),
    )


# --- private ---


def _included_files(
    path: FilePath, main: GatewayFile, source: Source
) -> tuple[list[FilePath], list[Problem]]:
    """Expand `include`: files as named, folders by name. Each file once."""
    files: dict[str, FilePath] = {}
    problems: list[Problem] = []
    for position, entry in enumerate(main.include or ()):
        try:
            new = _expand(path.parent / entry)
            if os.path.realpath(path) in new or not files.keys().isdisjoint(new):
                raise Unfit("a file is included twice, or includes itself", "name every file once")
            files |= new
        except Unfit as unfit:
            problems.append(source.problem(("include", position), unfit.what, unfit.fix))
    if len(files) > MAX_FILES:
        problems.append(source.problem(("include",), f"names more than {MAX_FILES} files", "join some"))
    return list(files.values())[:MAX_FILES], problems


def _expand(target: FilePath) -> dict[str, FilePath]:
    """The file, or the .yaml and .yml files of the folder, by real path. Raises: Unfit.

    Hidden files are how Kubernetes swaps a mounted ConfigMap: they are left out.
    """
    try:
        if not target.exists():
            raise Unfit("there is no such file or folder", "write a path relative to this file")
        names = sorted(target.iterdir()) if target.is_dir() else [target]
        found = [name for name in names if name == target or _is_policy_file(name)]
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise Unfit(f"cannot be read: {reason}", "check the path and its permissions") from None
    return {os.path.realpath(name): name for name in found}


def _is_policy_file(path: FilePath) -> bool:
    return path.suffix in {".yaml", ".yml"} and not path.name.startswith(".") and not path.is_dir()


def _content(path: FilePath) -> bytes | NotYaml:
    try:
        return read_file(path)
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


def _issuer_ids(tree: Node) -> frozenset[str] | None:
    issuers = tree.child("issuers")
    return frozenset(issuers.value) if issuers and isinstance(issuers.value, dict) else None


def _generation(contents: list[bytes | NotYaml]) -> str:
    """Digest the contents; each with its length before it, so that no two sets give one text."""
    digest = hashlib.sha256()
    for content in contents:
        known = content if isinstance(content, bytes) else b""
        digest.update(len(known).to_bytes(8, "big") + known)
    return digest.hexdigest()[:16]
