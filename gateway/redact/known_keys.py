"""Which keys are known by their form alone?

Their makers gave them a prefix so that they can be found. Ids are those that gitleaks uses, so that the
findings of both can be compared; the patterns are our own, and mostly wider: what is a little longer than it
was last year is still found, whole.

A pattern is bounded, and begins with one of the characters of `first`. `more` is what may follow without end.
"""

import re
from typing import Final, NamedTuple

_WORD: Final = "[A-Za-z0-9_-]"
_ALNUM: Final = "[A-Za-z0-9]"


class Key(NamedTuple):
    """One form of keys."""

    id: str
    first: str
    pattern: str
    more: str = ""
    """Characters, as in brackets of a pattern, that are still part of it."""
    apart: bool = True
    """Whether no letter, digit or underscore may touch it."""
    entropy: float = 2.0
    """Bits for each character, at least; a placeholder has less."""
    before: int = 0
    """So many characters before the pattern are part of it: a form that is known by its middle."""
    digit: bool = False
    """Whether it must hold a digit, as its form is that of a word."""
    words: tuple[str, ...] = ()
    """In small letters: one of them is in every such key. Where none is named, how the pattern begins."""

    def keywords(self) -> tuple[str, ...]:
        """Give what a text must hold, in small letters, to hold such a key."""
        if self.words:
            return self.words
        beginning = _BEGINNING.match(self.pattern)
        return (beginning[0].replace("\\", "").lower(),) if beginning else ()

    def is_unusual(self) -> bool:
        """Whether its words are in hardly any other text."""
        return not self.digit and all(len(word) > 2 or "~" in word for word in self.keywords())


_BEGINNING: Final = re.compile(r"(?:[A-Za-z0-9_~-](?![{?*+])|\\\.)+")


KEYS: Final = (
    Key(
        "aws-access-token",
        "A",
        "A(?:3T[A-Z0-9]|KIA|SIA|BIA|CCA)[A-Z2-7]{16}",
        entropy=2.5,
        words=("a3t", "akia", "asia", "abia", "acca"),
    ),
    Key("gcp-api-key", "A", f"AIza{_WORD}{{35}}", entropy=3.0),
    Key("gcp-oauth-token", "y", rf"ya29\.{_WORD}{{20}}", more=r"A-Za-z0-9_.-", entropy=3.0),
    Key("gcp-client-secret", "G", f"GOCSPX-{_WORD}{{28}}"),
    Key(
        "azure-ad-client-secret",
        "0123456789",
        r"[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
        before=3,
        apart=False,
        entropy=3.0,
        words=("q~",),
    ),
    Key("github-pat", "g", f"ghp_{_ALNUM}{{36}}", more="A-Za-z0-9", apart=False, entropy=2.5),
    Key("github-oauth", "g", f"gho_{_ALNUM}{{36}}", more="A-Za-z0-9", apart=False, entropy=2.5),
    Key(
        "github-app-token",
        "g",
        f"gh[us]_{_ALNUM}{{36}}",
        more="A-Za-z0-9",
        apart=False,
        entropy=2.5,
        words=("ghu_", "ghs_"),
    ),
    Key("github-refresh-token", "g", f"ghr_{_ALNUM}{{36}}", more="A-Za-z0-9", apart=False, entropy=2.5),
    Key("github-fine-grained-pat", "g", r"github_pat_[A-Za-z0-9_]{82}", more="A-Za-z0-9_", apart=False),
    Key("gitlab-pat", "g", f"glpat-{_WORD}{{20}}", more="A-Za-z0-9_.-", apart=False),
    Key("gitlab-deploy-token", "g", f"gldt-{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False),
    Key("gitlab-runner-authentication-token", "g", f"glrt-{_WORD}{{20}}", more="A-Za-z0-9_.-", apart=False),
    Key("gitlab-rrt", "G", f"GR1348941{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False),
    Key(
        "gitlab-cicd-job-token", "g", f"glcbt-{_ALNUM}{{1,5}}_{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False
    ),
    Key("gitlab-ptt", "g", "glptt-[0-9a-f]{40}", apart=False),
    Key("gitlab-feed-token", "g", f"glft-{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False),
    Key("gitlab-incoming-mail-token", "g", f"glimt-{_WORD}{{25}}", more="A-Za-z0-9_-", apart=False),
    Key("gitlab-kubernetes-agent-token", "g", f"glagent-{_WORD}{{50}}", more="A-Za-z0-9_-", apart=False),
    Key("gitlab-oauth-app-secret", "g", f"gloas-{_WORD}{{64}}", apart=False),
    Key("gitlab-scim-token", "g", f"glsoat-{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False),
    Key("gitlab-feature-flag-client-token", "g", f"glffct-{_WORD}{{20}}", more="A-Za-z0-9_-", apart=False),
    Key("slack-bot-token", "x", "xoxb-[0-9]{8,14}-[0-9A-Za-z-]{8}", more="A-Za-z0-9-", apart=False),
    Key(
        "slack-user-token",
        "x",
        "xox[pe]-[0-9]{8,14}-[0-9]{8,14}-",
        more="A-Za-z0-9-",
        apart=False,
        words=("xoxp-", "xoxe-"),
    ),
    Key(
        "slack-legacy-token",
        "x",
        "xox[aosr]-[0-9]{1,14}-[0-9A-Za-z-]{8}",
        more="A-Za-z0-9-",
        apart=False,
        words=("xoxa-", "xoxo-", "xoxs-", "xoxr-"),
    ),
    Key("slack-config-access-token", "x", r"xoxe\.xox[bp]-[0-9]-[A-Za-z0-9]{60}", more="A-Za-z0-9"),
    Key("slack-config-refresh-token", "x", r"xoxe-[0-9]-[A-Za-z0-9]{60}", more="A-Za-z0-9"),
    Key("slack-app-token", "x", "xapp-[0-9]-[A-Za-z0-9]{1,40}-[0-9]{1,20}-", more="A-Za-z0-9", apart=False),
    Key(
        "slack-webhook-url",
        "h",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,90}",
        more="A-Za-z0-9+/",
    ),
    Key(
        "stripe-access-token",
        "sr",
        f"[sr]k_(?:test|live|prod)_{_ALNUM}{{10}}",
        more="A-Za-z0-9",
        words=("k_test_", "k_live_", "k_prod_"),
    ),
    Key("vault-service-token", "h", rf"hvs\.{_WORD}{{24}}", more="A-Za-z0-9_-", entropy=3.0),
    Key("vault-service-token", "s", rf"s\.{_ALNUM}{{24}}", entropy=3.5, digit=True),
    Key("vault-batch-token", "h", rf"hvb\.{_WORD}{{100}}", more="A-Za-z0-9_-", entropy=3.0),
    Key("openshift-user-token", "s", f"sha256~{_WORD}{{43}}", more="A-Za-z0-9_-", entropy=3.0),
    Key("anthropic-admin-api-key", "s", f"sk-ant-admin[0-9]{{2}}-{_WORD}{{80}}", more="A-Za-z0-9_-"),
    Key("anthropic-api-key", "s", f"sk-ant-[a-z]{{3}}[0-9]{{2}}-{_WORD}{{80}}", more="A-Za-z0-9_-"),
    Key(
        "openai-api-key",
        "s",
        f"sk-(?:proj|svcacct|admin)-{_WORD}{{40}}",
        more="A-Za-z0-9_-",
        entropy=3.0,
    ),
    Key("openai-api-key", "s", f"sk-{_ALNUM}{{20}}T3BlbkFJ{_ALNUM}{{20}}", entropy=3.0),
    Key("npm-access-token", "n", f"npm_{_ALNUM}{{36}}"),
    Key("pypi-upload-token", "p", f"pypi-AgEIcHlwaS5vcmc{_WORD}{{50}}", more="A-Za-z0-9_-", apart=False),
    Key("rubygems-api-token", "r", "rubygems_[a-f0-9]{48}"),
    Key("digitalocean-pat", "d", "dop_v1_[a-f0-9]{64}"),
    Key("digitalocean-access-token", "d", "doo_v1_[a-f0-9]{64}"),
    Key("digitalocean-refresh-token", "d", "dor_v1_[a-f0-9]{64}"),
    Key("huggingface-access-token", "h", "hf_[A-Za-z]{34}"),
    Key("sendgrid-api-token", "S", r"SG\.[A-Za-z0-9=_.-]{66}"),
    Key("grafana-service-account-token", "g", "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    Key("grafana-cloud-api-token", "g", r"glc_[A-Za-z0-9+/]{32}", more="A-Za-z0-9+/="),
    Key(
        "hashicorp-tf-api-token",
        ".",
        r"\.atlasv1\.[A-Za-z0-9_=-]{60,70}",
        before=14,
        apart=False,
        entropy=3.0,
        words=(".atlasv1.",),
    ),
    Key("databricks-api-token", "d", "dapi[a-f0-9]{32}(?:-[0-9])?"),
    Key("twilio-api-key", "S", "SK[0-9a-fA-F]{32}", apart=False, entropy=2.5),
    Key("shopify-access-token", "s", "shpat_[a-fA-F0-9]{32}", apart=False),
    Key("shopify-shared-secret", "s", "shpss_[a-fA-F0-9]{32}", apart=False),
    Key("docker-pat", "d", f"dckr_pat_{_WORD}{{27}}"),
    Key("linear-api-key", "l", f"lin_api_{_ALNUM}{{40}}"),
    Key("pulumi-api-token", "p", "pul-[a-f0-9]{40}"),
    Key("postman-api-token", "P", "PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}"),
    Key("doppler-api-token", "d", rf"dp\.pt\.{_ALNUM}{{43}}"),
    Key("sentry-user-token", "s", "sntryu_[a-f0-9]{64}"),
    Key("new-relic-user-api-key", "N", "NRAK-[A-Za-z0-9]{27}"),
    Key("age-secret-key", "A", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", apart=False),
)
