"""What does `gateway init` make of a stream, and of the answers to its questions?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.config.host_names import parse_host_pattern, parse_peers
from gateway.config.http_names import parse_issuer_url
from gateway.config.problem import Problem, Unfit, sorted_problems
from gateway.config.token_names import parse_audience
from gateway.dialects.snippets import Settings
from gateway.draft.drafting import read_rules
from gateway.draft.folder import checked, lay, move, workshop
from gateway.draft.manifests import read_manifests
from gateway.draft.policies import PolicyDraft, draft_policies
from gateway.draft.rule import ANY_HOST, Found
from gateway.draft.snippets import say_shared_ingresses, snippet_files
from gateway.draft.written import Answers, gateway_file, policy_file, values_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What came of a stream."""

    source: str
    policies: tuple[PolicyDraft, ...]
    found: Found
    lacks_host: bool
    """Whether a rule would have been used if it had a host."""

    @property
    def left_out(self) -> tuple[Problem, ...]:
        """What the gateway will refuse although the Ingress routes it, or may."""
        return sorted_problems(self.found.left_out)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """What to know before it is used."""
        return sorted_problems(self.found.remarks)


def draft(content: bytes, source: str, *, host: str | None = None, controller: str | None = None) -> Draft:
    """Read a stream of manifests. Raises: ConfigError where that cannot be done; ValueError."""
    if host is not None:
        _fits("--host", host, parse_host_pattern)
    found = Found()
    read_rules(read_manifests(content, source, found), controller, found)
    lacks_host = host is None and any(rule.host == ANY_HOST and rule.path is not None for rule in found.rules)
    policies = draft_policies(found, host)
    say_shared_ingresses(policies, found)
    return Draft(source=source, policies=policies, found=found, lacks_host=lacks_host)


def check_answers(answers: Answers) -> None:
    """Check what the operator said. Raises: ValueError with the option and what is wrong."""
    _fits("--issuer", answers.issuer, parse_issuer_url)
    if not answers.issuer.startswith("https://"):
        raise ValueError(
            "--issuer is not https: add `allow_http: true` to gateway.yaml afterwards if that is meant"
        )
    for audience in answers.audiences:
        _fits("--audience", audience, parse_audience)
    for peer in answers.peers:
        _fits("--peers", peer, parse_peers)


def write(made: Draft, answers: Answers, settings: Settings, folder: Path) -> tuple[str, ...]:
    """Write everything, and give the names: all of it has passed what `gateway check` asks.

    Raises: ConfigError where the answers do not make a configuration; nothing is written then.
    """
    files = {
        "gateway.yaml": gateway_file(answers, made.policies, made.source),
        **{f"policies.d/{one.id}.yaml": policy_file(one, answers, made.source) for one in made.policies},
        "values.yaml": values_file(answers, made.policies, made.source),
    }
    with workshop(folder) as place:
        lay(files, place)
        files |= snippet_files(checked(place), made.policies, settings, made.found)
        lay(files, place)
        move(files, place, folder)
    return tuple(files)


def guesses(policies: Sequence[PolicyDraft], answers: Answers) -> int:
    """Count the marks, so that none is overlooked."""
    texts = (gateway_file(answers, policies, ""), *(policy_file(one, answers, "") for one in policies))
    return sum(text.count(f"{MARK}:") for text in texts)


MARK: Final = "GUESS"

# --- private ---


def _fits(option: str, value: str, parse: Callable[[str], object]) -> None:
    try:
        parse(value)
    except Unfit as unfit:
        raise ValueError(f"{option} {unfit.what}: {unfit.fix}") from None
