from gateway.audit.estate.estate import Estate
from gateway.audit.estate.proxy_files import ProxyFile, ProxyKind
from gateway.audit.fingerprint import fingerprints
from gateway.audit.rule import Finding
from tests.audit.judgements import finding, rule

ESTATE = Estate(
    files=tuple(ProxyFile(ProxyKind.NGINX, file, "") for file in ("a.conf", "x/a.conf", "b.conf"))
)


def of(*these: Finding) -> tuple[str, ...]:
    return fingerprints(these, ESTATE)


def test_a_line_a_file_and_the_words_are_no_part_of_it() -> None:
    (first,) = of(finding())
    assert len(first) == 32
    for same in (finding(line=99), finding(file="elsewhere/b.yaml"), finding(what="said in another way")):
        assert of(same) == (first,)


def test_rule_object_pointer_and_about_are() -> None:
    others = (
        finding(rule("NGX-007")),
        finding(owner="Ingress/shop/other"),
        finding(pointer="spec"),
        finding(about="x-auth-subject"),
    )
    assert len(set(of(finding(), *others))) == 5


def test_no_two_ways_to_put_it_together_are_one() -> None:
    assert len(set(of(finding(pointer="a", about="b"), finding(pointer="ab", about="")))) == 2


def test_a_proxys_file_is_told_by_its_name_and_not_by_its_folder() -> None:
    a, elsewhere, b = (
        of(finding(file=one, owner="server api"))[0] for one in ("a.conf", "x/a.conf", "b.conf")
    )
    assert a == elsewhere != b


def test_with_one_more_of_the_same_one_is_new() -> None:
    before = of(finding(line=1), finding(line=2))
    after = of(finding(line=1), finding(line=2), finding(line=3))
    assert len(set(before)) == 2
    assert after[:2] == before
    assert len(set(after)) == 3
