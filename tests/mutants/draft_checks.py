"""Which checks keep `gateway init` from opening more than the Ingress does?"""

from typing import Final

from tests.mutants.mutant import Group, Mutant

DRAFT_CHECKS: Final = (
    Group(
        "gateway/draft/settle.py",
        ("tests/draft/test_settle.py", "tests/draft/test_http_route.py", "tests/draft/test_ingress_route.py"),
        (
            Mutant("init-reads-only", 'frozenset({"GET", "HEAD"})', 'frozenset({"GET", "HEAD", "POST"})'),
            Mutant("init-rivals", "return one.backend[:2] != rival.backend[:2]", "return False"),
            Mutant(
                "init-namespaces",
                "one.backend[:2] != rival.backend[:2]",
                "one.backend[1] != rival.backend[1]",
            ),
            Mutant("init-ranks", "return rival.rank <= one.rank", "return False"),
            Mutant("init-ties", "return rival.rank <= one.rank", "return rival.rank < one.rank"),
            Mutant(
                "init-unranked",
                "rival.via is not one.via:\n        return True",
                "rival.via is not one.via:\n        return False",
            ),
            Mutant(
                "init-remainders", "if not spoken_for or rival.reach.template is None:", "if not spoken_for:"
            ),
            Mutant("init-other-hosts", "rivals = [*rules, *others]", "rivals = [*rules]"),
            Mutant(
                "init-again",
                "while _narrow_once(kept, rivals, found):",
                "if _narrow_once(kept, rivals, found):",
            ),
        ),
    ),
    Group(
        "gateway/draft/templates.py",
        ("tests/draft/test_templates.py",),
        (
            Mutant("init-placeholders", "if _MEANS_SOMETHING.search(path):", "if False:"),
            Mutant("init-empty-segments", 'if "//" in path:', "if False:"),
        ),
    ),
    Group(
        "gateway/draft/reach.py",
        ("tests/draft/test_reach.py",),
        (
            Mutant(
                "init-reach-case",
                "return _meets_stem(mine, reach.stem.lower())",
                "return _meets_stem(mine, reach.stem)",
            ),
            Mutant("init-reach-text", "rest[0].startswith(begun)", "rest[0] == begun"),
        ),
    ),
    Group(
        "gateway/draft/regex_path.py",
        ("tests/draft/test_regex_path.py", "tests/draft/test_ingress.py"),
        (
            Mutant("init-regex-quantifiers", "(?![?*+{])", ""),
            Mutant("init-regex-beyond", 'return self.beyond == "" and', "return"),
            Mutant("init-regex-either", 'return EVERYTHING if "|" in read.beyond else', "return"),
            Mutant("init-regex-rest", 'if read.text.endswith("/"):', "if False:"),
        ),
    ),
    Group(
        "gateway/draft/ingress.py",
        ("tests/draft/test_ingress.py",),
        (
            Mutant("init-regex-hosts", "if host in regex_hosts", "if False"),
            Mutant("init-text-prefix", "strict = self.target in ELEMENT_BY_ELEMENT or", "strict = True or"),
            Mutant(
                "init-unknown-controller",
                'case "ImplementationSpecific" if self.target in BEGINS_WITH:',
                'case "ImplementationSpecific":',
            ),
            Mutant("init-own-ranks", "ranked = None if self._has_ranks_of_its_own() else", "ranked ="),
        ),
    ),
    Group(
        "gateway/draft/http_route.py",
        ("tests/draft/test_http_route.py",),
        (
            Mutant("init-conditions", "if conditions and path is not None:", "if False:"),
            Mutant("init-method", "return None if method is None else frozenset({method})", "return None"),
            Mutant(
                "init-search",
                "return regex.template(), regex.reach() if anchored else EVERYTHING",
                "return regex.template(), regex.reach()",
            ),
        ),
    ),
    Group(
        "gateway/draft/ingress_route.py",
        ("tests/draft/test_ingress_route.py",),
        (
            Mutant("init-matchers", "    if other:\n", "    if False:\n"),
            Mutant("init-not-path", "or named[0].negated:", "or False:"),
            Mutant(
                "init-not-host",
                "or len(named) > 1:\n        raise Unfit(\n",
                "and False:\n        raise Unfit(\n",
            ),
            Mutant("init-parents", 'if at(manifest.node, "spec", "parentRefs") is not None:', "if False:"),
            Mutant("init-unanchored", 'if not value.startswith("^"):', "if False:"),
        ),
    ),
    Group(
        "gateway/draft/policies.py",
        ("tests/draft/test_policies.py", "tests/draft/test_ingress.py"),
        (
            Mutant("init-wildcards", "    _leave_out_shadowed_wildcards(by_host, found)\n", ""),
            Mutant("init-hostless", "if host is not None and host not in named:", "if host is not None:"),
            Mutant("init-one-audience", "if first.count(services[0]) == 1 else", "if True else"),
        ),
    ),
    Group(
        "gateway/draft/fields.py",
        ("tests/draft/test_fields.py",),
        (
            Mutant("init-field-types", "if not isinstance(found.value, str):", "if False:"),
            Mutant(
                "init-field-lists",
                "if not isinstance(found.value, tuple):\n        raise",
                "if False:\n        raise",
            ),
        ),
    ),
    Group(
        "gateway/draft/manifests.py",
        ("tests/draft/test_manifests.py",),
        (
            Mutant("init-size", "if len(content) > MAX_BYTES:", "if False:"),
            Mutant("init-duplicates", "if duplicates:", "if False:"),
        ),
    ),
    Group(
        "gateway/draft/folder.py",
        ("tests/draft/test_folder.py",),
        (
            Mutant(
                "init-overwrites", "if not force and folder.exists() and any(folder.iterdir()):", "if False:"
            ),
        ),
    ),
)
