"""Which claims does a forger, or a careless issuer, write: who it is from, for whom, until when, about whom?

J numbers are the rows of the corpus; each table goes on with the class that the row stands for. A row is
the value of the claim that the table is about, and what becomes of an otherwise good token with it.
"""

from typing import Any, Final

from gateway.core.claims import MAX_AUDIENCES
from gateway.core.principal import MAX_SUBJECT_LENGTH
from gateway.core.reason import Reason
from tests import builders as b
from tests.answering import PERMIT

NOW: Final = b.NOW
OURS: Final = b.AUDIENCE

ISSUERS: Final = {
    "exact": (b.ISSUER, PERMIT),
    "J100 prefix": ("https://idp", Reason.ISSUER_UNKNOWN),
    "J100 substring": ("idp.example", Reason.ISSUER_UNKNOWN),
    "J100 longer": (b.ISSUER + ".evil.com", Reason.ISSUER_UNKNOWN),
    "J100 port": (b.ISSUER + ":443", Reason.ISSUER_UNKNOWN),
    "J100 slash": (b.ISSUER + "/", Reason.ISSUER_UNKNOWN),
    "J100 space": (b.ISSUER + " ", Reason.ISSUER_UNKNOWN),
    "J101 array": ([b.ISSUER], Reason.ISSUER_UNKNOWN),
    "J101 object": ({b.ISSUER: 1}, Reason.ISSUER_UNKNOWN),
    "J104 another's": ("https://evil.example", Reason.ISSUER_UNKNOWN),
    "J102 upper case": ("https://IDP.example", Reason.ISSUER_UNKNOWN),
    "absent": (b.OMIT, Reason.ISSUER_UNKNOWN),
    "null": (None, Reason.ISSUER_UNKNOWN),
    "number": (1, Reason.ISSUER_UNKNOWN),
    "true": (True, Reason.ISSUER_UNKNOWN),
    "empty": ("", Reason.ISSUER_UNKNOWN),
    "by its id": ("corp", Reason.ISSUER_UNKNOWN),
    "J52 ours": (b.DOWNSTREAM_ISSUER, Reason.ISSUER_UNKNOWN),
}


EXPIRIES: Final = {
    "J72 string": (str(NOW + 300), Reason.CLAIM_MALFORMED),
    "J92 digits of another script": ("١٨٠٠٠٠٠٣٠٠", Reason.CLAIM_MALFORMED),
    "J76 negative": (-1, Reason.TOKEN_EXPIRED),
    "J76 zero": (0, Reason.TOKEN_EXPIRED),
    "negative zero": (-0.0, Reason.TOKEN_EXPIRED),
    "very negative": (-1.7e308, Reason.TOKEN_EXPIRED),
    "J77 true": (True, Reason.CLAIM_MALFORMED),
    "J77 false": (False, Reason.CLAIM_MALFORMED),
    "J78 null": (None, Reason.CLAIM_MALFORMED),
    "array": ([NOW + 300], Reason.CLAIM_MALFORMED),
    "object": ({"at": NOW + 300}, Reason.CLAIM_MALFORMED),
    "absent": (b.OMIT, Reason.CLAIM_MISSING),
    "milliseconds": ((NOW + 300) * 1000, Reason.LIFETIME_EXCEEDED),
    "far away": (10**18, Reason.LIFETIME_EXCEEDED),
    "a large double": (1.7e308, Reason.LIFETIME_EXCEEDED),
    "an hour": (NOW - 10 + 3600, PERMIT),
    "an hour and a second": (NOW - 10 + 3601, Reason.LIFETIME_EXCEEDED),
}


NUMBERS: Final = {
    "J74 10**30": ("1" + "0" * 30, Reason.TOKEN_JSON_MALFORMED),
    "J80 NaN": ("NaN", Reason.TOKEN_JSON_MALFORMED),
    "J81 Infinity": ("Infinity", Reason.TOKEN_JSON_MALFORMED),
    "J81 -Infinity": ("-Infinity", Reason.TOKEN_JSON_MALFORMED),
    "J81 1e400": ("1e400", Reason.TOKEN_JSON_MALFORMED),
    "J82 5000 digits": ("1" * 5_000, Reason.TOKEN_JSON_MALFORMED),
    "5000 digits of a fraction": (f"{NOW + 300}." + "1" * 5_000, PERMIT),
    "leading zero": (f"0{NOW + 300}", Reason.TOKEN_JSON_MALFORMED),
    "plus": (f"+{NOW + 300}", Reason.TOKEN_JSON_MALFORMED),
    "hexadecimal": ("0x6B49D200", Reason.TOKEN_JSON_MALFORMED),
    "underscore": ("1_800_000_300", Reason.TOKEN_JSON_MALFORMED),
    "no fraction after the point": (f"{NOW + 300}.", Reason.TOKEN_JSON_MALFORMED),
    "exponent": ("18000003e2", PERMIT),
    "a whole fraction": (f"{NOW + 300}.0", PERMIT),
}


AUDIENCES: Final = {
    "string": (OURS, PERMIT),
    "J93 array": ([OURS], PERMIT),
    "J93 one of two": (["other", OURS], PERMIT),
    "J94 empty array": ([], Reason.AUDIENCE_MISMATCH),
    "J94 empty string": ("", Reason.AUDIENCE_MISMATCH),
    "J94 absent": (b.OMIT, Reason.AUDIENCE_MISMATCH),
    "J94 null": (None, Reason.AUDIENCE_MISMATCH),
    "another": ("https://other.example.com", Reason.AUDIENCE_MISMATCH),
    "prefix": (OURS[:-1], Reason.AUDIENCE_MISMATCH),
    "longer": (OURS + "/", Reason.AUDIENCE_MISMATCH),
    "upper case": (OURS.upper(), Reason.AUDIENCE_MISMATCH),
    "two in a string": (f"{OURS} other", Reason.AUDIENCE_MISMATCH),
    "J96 number": (1, Reason.CLAIM_MALFORMED),
    "J96 true": (True, Reason.CLAIM_MALFORMED),
    "J96 object": ({OURS: 1}, Reason.CLAIM_MALFORMED),
    "J96 nested": ([[OURS]], Reason.CLAIM_MALFORMED),
    "J96 mixed": ([OURS, 1], Reason.CLAIM_MALFORMED),
    "J96 null within": ([OURS, None], Reason.CLAIM_MALFORMED),
    "J97 as many as may be": ([OURS, *map(str, range(MAX_AUDIENCES - 1))], PERMIT),
    "J97 one more": ([OURS, *map(str, range(MAX_AUDIENCES))], Reason.CLAIM_MALFORMED),
}


TYPES: Final = {
    "at+jwt": ("at+jwt", PERMIT),
    "J49 application/": ("application/at+jwt", PERMIT),
    "J49 upper case": ("AT+JWT", PERMIT),
    "J49 both": ("Application/AT+jwt", PERMIT),
    "J46 JWT": ("JWT", Reason.TYPE_NOT_ALLOWED),
    "J48 absent": (b.OMIT, Reason.TYPE_NOT_ALLOWED),
    "J53 dpop+jwt": ("dpop+jwt", Reason.TYPE_NOT_ALLOWED),
    "J53 secevent+jwt": ("secevent+jwt", Reason.TYPE_NOT_ALLOWED),
    "J53 logout+jwt": ("logout+jwt", Reason.TYPE_NOT_ALLOWED),
    "J53 JOSE": ("JOSE", Reason.TYPE_NOT_ALLOWED),
    "J53 introspection": ("token-introspection+jwt", Reason.TYPE_NOT_ALLOWED),
    "empty": ("", Reason.TYPE_NOT_ALLOWED),
    "application/ alone": ("application/", Reason.TYPE_NOT_ALLOWED),
    "twice application/": ("application/application/at+jwt", Reason.TYPE_NOT_ALLOWED),
    "a parameter": ("at+jwt; charset=utf-8", Reason.TYPE_NOT_ALLOWED),
    "a Kelvin sign": ("at+\u212awt", Reason.TYPE_NOT_ALLOWED),
    "trailing space": ("at+jwt ", Reason.TYPE_NOT_ALLOWED),
}


SUBJECTS: Final = {
    "J105 number": (1, Reason.SUBJECT_UNMAPPABLE),
    "J105 array": ([], Reason.SUBJECT_UNMAPPABLE),
    "J105 array of one": (["alice"], Reason.SUBJECT_UNMAPPABLE),
    "J105 object": ({"alice": 1}, Reason.SUBJECT_UNMAPPABLE),
    "J105 null": (None, Reason.SUBJECT_UNMAPPABLE),
    "J105 true": (True, Reason.SUBJECT_UNMAPPABLE),
    "J105 absent": (b.OMIT, Reason.SUBJECT_UNMAPPABLE),
    "J106 empty": ("", Reason.SUBJECT_UNMAPPABLE),
    "as long as may be": ("a" * MAX_SUBJECT_LENGTH, PERMIT),
    "one longer": ("a" * (MAX_SUBJECT_LENGTH + 1), Reason.SUBJECT_UNMAPPABLE),
    "J109 10 kB": ("a" * 10_000, Reason.SUBJECT_UNMAPPABLE),
}


SCOPES: Final[dict[str, tuple[Any, frozenset[str]]]] = {
    "one": ("read", frozenset({"read"})),
    "two": ("read write", frozenset({"read", "write"})),
    "J110 two spaces": ("read  write", frozenset({"read", "write"})),
    "J110 spaces around": (" read ", frozenset({"read"})),
    "J110 array": (["read", "write"], frozenset({"read", "write"})),
    "J110 upper case": ("READ", frozenset({"READ"})),
    "J110 comma": ("read,admin", frozenset({"read,admin"})),
    "J110 no-break space": ("read\u00a0admin", frozenset()),
    "tab": ("read\tadmin", frozenset()),
    "newline": ("read\nadmin", frozenset()),
    "a final newline": ("read\n", frozenset()),
    "quote": ('re"ad', frozenset()),
    "backslash": ("re\\ad", frozenset()),
    "an array is taken whole": (["read write", "x"], frozenset({"x"})),
    "empty": ("", frozenset()),
    "empty array": ([], frozenset()),
    "absent": (b.OMIT, frozenset()),
}
