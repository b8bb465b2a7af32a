"""Is each step taken when it is due, and is nobody refused meanwhile?

A proxy has a copy of `ca.crt`, an old one, and believes what one of its authorities has signed.
"""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from gateway.certificates.authority import begins, names_of
from gateway.certificates.renewal import (
    AUTHORITY_LIFE_S,
    AUTHORITY_WAITS_S,
    DAY_S,
    SUCCESSOR_BEFORE_S,
    Kept,
    Renewal,
    renewed_at,
    signing,
    signs_from,
)
from tests.certificates.kept import NAMES, NOTHING, NOW, RENEWAL, begun, settled

YEAR_S = 365 * DAY_S
END = NOW + AUTHORITY_LIFE_S


def shown(kept: Kept) -> x509.Certificate:
    assert kept.served is not None
    return kept.served.certificate


def is_believed(kept: Kept, copy: tuple[x509.Certificate, ...], now: int) -> bool:
    """Whether a proxy with this copy of `ca.crt` goes on asking."""
    certificate = shown(kept)
    if not begins(certificate) <= now < certificate.not_valid_after_utc.timestamp():
        return False
    for one in copy:
        try:
            certificate.verify_directly_issued_by(one)
        except (ValueError, InvalidSignature):
            continue
        return begins(one) <= now < one.not_valid_after_utc.timestamp()
    return False


def believed(kept: Kept) -> tuple[x509.Certificate, ...]:
    assert kept.served is not None
    return kept.served.believed


def test_the_first_authority_signs_at_once() -> None:
    assert RENEWAL.advance(NOTHING, now=NOW) == NOTHING, "who only renews makes no first one"
    kept = begun()
    (only,) = kept.authorities
    assert signing(kept.authorities, NOW) is only
    assert only.has_signed(shown(kept))
    assert names_of(shown(kept)) == NAMES
    assert believed(kept) == (only.certificate,)
    assert RENEWAL.begin(kept, now=NOW) == kept


def test_a_certificate_is_renewed_when_a_third_is_left() -> None:
    kept = begun()
    assert kept.served is not None
    due = renewed_at(kept.served)
    assert due - NOW in range(60 * DAY_S - 3600, 60 * DAY_S)
    assert settled(kept, due - 1) == kept
    after = settled(kept, due)
    assert shown(after) != shown(kept)
    assert after.served is not None
    assert after.served.key != kept.served.key
    assert after.authorities == kept.authorities
    assert settled(after, due) == after


def test_of_whoever_runs_late_or_never_nothing_is_lost() -> None:
    kept = begun()
    for late in (89 * DAY_S, 91 * DAY_S, 5 * YEAR_S):
        after = settled(kept, NOW + late)
        assert is_believed(after, believed(kept), NOW + late), late


@pytest.mark.long
def test_a_proxy_with_a_copy_of_a_year_ago_is_never_refused_for_twenty_five_years() -> None:
    """Run every month only, so that each step is late."""
    for every in (20 * DAY_S, 29 * DAY_S):
        kept = begun()
        copies = [(NOW, believed(kept))]
        for now in range(NOW + every, NOW + 25 * YEAR_S, every):
            kept = settled(kept, now)
            old = [copy for when, copy in copies if when <= now - AUTHORITY_WAITS_S + 30 * DAY_S]
            if old:
                assert is_believed(kept, old[-1], now), (now - NOW) // DAY_S
            assert is_believed(kept, believed(kept), now)
            assert 1 <= len(kept.authorities) <= 2
            copies.append((now, believed(kept)))


def test_a_successor_waits_from_when_it_could_be_copied() -> None:
    due = END - SUCCESSOR_BEFORE_S
    assert len(settled(begun(), due - 1).authorities) == 1
    once = RENEWAL.advance(begun(), now=due)
    old, new = once.authorities
    assert signs_from(new) is None, "it was made, and nobody has seen it yet"
    # Whoever wrote it ended before ca.crt was written, and nobody ran for three months.
    half = replace(once, served=begun().served)
    later = due + 90 * DAY_S
    assert signs_from(RENEWAL.advance(half, now=later).authorities[-1]) is None, "nor has it been seen now"
    kept = settled(replace(half, authorities=once.authorities), later)
    assert [signs_from(one) for one in kept.authorities[1:]] == [later + AUTHORITY_WAITS_S]
    assert believed(kept) == (old.certificate, new.certificate)
    before = settled(kept, later + AUTHORITY_WAITS_S - 1)
    assert old.has_signed(shown(before))
    after = settled(before, later + AUTHORITY_WAITS_S)
    assert new.has_signed(shown(after))
    assert believed(after) == believed(kept), "who has the old one shown is still believed"
    assert [one.id for one in settled(after, END).authorities] == [new.id]


def test_an_authority_that_has_ended_is_replaced_at_once() -> None:
    kept = settled(begun(), END + DAY_S)
    (only,) = kept.authorities
    assert only.begins == END + DAY_S
    assert only.has_signed(shown(kept))


def test_the_last_hours_of_an_authority_come_to_rest() -> None:
    """Its certificates end with it: another one would be no better."""
    kept = settled(begun(), END - 100 * DAY_S)
    for left in (86_400, 3600, 1800, 60, 1):
        alone = replace(kept, authorities=kept.authorities[:1])
        after = settled(alone, END - left)
        assert after.served is not None
        assert (after.served.ends, is_believed(after, believed(kept), END - left)) == (END, True)


def test_other_names_are_taken_at_once_where_the_authority_may() -> None:
    fewer = Renewal(names=NAMES[:1], life_s=90 * DAY_S)
    kept = settled(begun(), NOW, fewer)
    assert names_of(shown(kept)) == NAMES[:1]
    assert len(kept.authorities) == 1
    below = Renewal(names=("edge.gate.shop",), life_s=90 * DAY_S)
    assert names_of(shown(settled(kept, NOW, below))) == below.names


def test_and_else_they_wait_for_its_successor() -> None:
    wider = Renewal(names=("gate", "other.shop.svc"), life_s=90 * DAY_S)
    kept = settled(begun(), NOW, wider)
    assert names_of(shown(kept)) == ("gate",)
    assert len(kept.authorities) == 2
    assert kept.authorities[1].permits("other.shop.svc")
    assert names_of(shown(settled(kept, NOW + AUTHORITY_WAITS_S, wider))) == wider.names
    none = Renewal(names=("other.shop.svc",), life_s=90 * DAY_S)
    alone = settled(begun(), NOW, none)
    assert names_of(shown(alone)) == NAMES, "the former one stays"
    assert believed(alone) == tuple(one.certificate for one in alone.authorities)


def test_two_who_want_different_names_fill_nothing() -> None:
    kept = begun()
    for number in range(50):
        kept = settled(kept, NOW + number, Renewal(names=(f"n{number}.shop",), life_s=90 * DAY_S))
    assert len(kept.authorities) == 2


def test_in_an_emergency_nobody_believes_the_old_one() -> None:
    kept = begun()
    made = RENEWAL.make(now=NOW + DAY_S)
    after = RENEWAL.replaced(kept, made, now=NOW + DAY_S)
    assert believed(after) == (made.certificate,)
    assert made.has_signed(shown(after))
    again = RENEWAL.replaced(after, made, now=NOW + DAY_S)
    assert shown(again) == shown(after), "asked anew it is the same"
    assert [one.id for one in again.authorities] == [made.id]


def test_a_clock_that_was_ahead_is_mended() -> None:
    ahead = begun(NOW + YEAR_S)
    kept = settled(replace(ahead, authorities=begun().authorities), NOW)
    assert begins(shown(kept)) <= NOW


def test_taken_twice_at_one_moment_no_step_does_anything() -> None:
    kept = begun()
    for now in range(NOW, NOW + 12 * YEAR_S, 100 * DAY_S):
        kept = settled(kept, now)
        assert RENEWAL.advance(kept, now=now) == kept
