"""Which request targets have been used to walk around a path rule, and what becomes of each?

Under two rules: `/public/**` asks for nothing, `/admin/**` for a token. An outcome is the id of a route or
the reason of the refusal. The rows are examples of classes; tests/properties/test_one_path.py has the rest.
"""

from dataclasses import dataclass
from typing import Final

from gateway.core.reason import Reason

Outcome = Reason | str
"""The id of a route, or why there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One raw request target and what becomes of it."""

    id: str
    target: bytes
    outcome: Outcome


_DOT = Reason.TARGET_DOT_SEGMENT
_EMPTY = Reason.TARGET_EMPTY_SEGMENT
_BACKSLASH = Reason.TARGET_BACKSLASH
_SEMICOLON = Reason.TARGET_SEMICOLON
_PERCENT = Reason.TARGET_ESCAPED_PERCENT
_SLASH = Reason.TARGET_ESCAPED_SLASH
_UNRESERVED = Reason.TARGET_ESCAPED_UNRESERVED
_CONTROL = Reason.TARGET_ESCAPED_CONTROL
_UTF8 = Reason.TARGET_INVALID_UTF8
_CHARACTER = Reason.TARGET_CHARACTER
_ESCAPE = Reason.TARGET_ESCAPE_MALFORMED
_FORM = Reason.TARGET_FORM
_FRAGMENT = Reason.TARGET_FRAGMENT
_DELIMITER = Reason.TARGET_ESCAPED_DELIMITER
_NO_ROUTE = Reason.PATH_NOT_ALLOWED

ROWS: Final = (
    # dot segments, in every spelling
    Row("dotdot", b"/public/../admin", _DOT),
    Row("dotdot_trail", b"/public/x/..", _DOT),
    Row("dot", b"/public/./admin", _DOT),
    Row("pct2e", b"/public/%2e%2e/admin", _DOT),
    Row("pct2E", b"/public/%2E%2E/admin", _DOT),
    Row("mixed2e", b"/public/.%2e/admin", _DOT),
    Row("abovroot", b"/../../admin", _DOT),
    Row("abovroot2", b"/%2e%2e/%2e%2e/admin", _DOT),
    Row("dotonly", b"/.", _DOT),
    Row("dotdotonly", b"/..", _DOT),
    Row("dotpub", b"/./public/../admin", _DOT),
    Row("enc_dotseg_end", b"/public/%2e%2e", _DOT),
    Row("enc_unres", b"/%70ublic/%2e%2e/%61dmin", _DOT),
    # escaped slashes
    Row("slash2f", b"/public%2f..%2fadmin", _DOT),
    Row("slash2F", b"/public/..%2Fadmin", _DOT),
    Row("enc2f_plain", b"/public%2fadmin", _SLASH),
    Row("enc2f_under", b"/public/a%2Fb", _SLASH),
    # backslashes
    Row("bs", b"/public/..\\admin", _BACKSLASH),
    Row("bs5c", b"/public/..%5cadmin", _BACKSLASH),
    Row("bs5C", b"/public%5C..%5Cadmin", _BACKSLASH),
    # escapes of escapes
    Row("dbl252e", b"/public/%252e%252e/admin", _DOT),
    Row("dbl252f", b"/public/..%252fadmin", _DOT),
    Row("triple", b"/public/%25252e%25252e/admin", _DOT),
    Row("dbl_plain", b"/public/100%25", _PERCENT),
    Row("dbl_letter", b"/%2561dmin", _PERCENT),
    Row("deeper_than_any", b"/public/%2525252541", _PERCENT),
    # empty segments
    Row("dslash", b"//admin", _EMPTY),
    Row("dslash2", b"/public//../admin", _EMPTY),
    Row("dslash3", b"/public/..//admin", _DOT),
    Row("dslash_mid", b"/admin//secret", _EMPTY),
    Row("dslash_host", b"//evil.example/admin", _EMPTY),
    Row("dslash_end", b"/admin//", _EMPTY),
    # path parameters
    Row("semi", b"/public;/../admin", _DOT),
    Row("semi2", b"/public/..;/admin", _DOT),
    Row("semi3", b"/admin;x=1", _SEMICOLON),
    Row("semi4", b"/;/admin", _EMPTY),
    Row("semi5", b"/admin;.css", _SEMICOLON),
    Row("semi3b", b"/public/..%3b/admin", _DELIMITER),
    Row("dotsemi", b"/public/.;/admin", _DOT),
    # ends that file systems drop
    Row("trail_dot", b"/admin.", Reason.TARGET_SEGMENT_END),
    Row("trail_sp", b"/admin%20", Reason.TARGET_SEGMENT_END),
    Row("tdots", b"/public/.../admin", Reason.TARGET_SEGMENT_END),
    Row("trail_dot_inner", b"/public./x", Reason.TARGET_SEGMENT_END),
    # control characters
    Row("trail_tab", b"/admin%09", _CONTROL),
    Row("nul", b"/admin%00", _CONTROL),
    Row("nul2", b"/admin%00.css", _CONTROL),
    Row("nul_pub", b"/public%00/../admin", _CONTROL),
    Row("ctl", b"/admin%0d%0aX-Inj:1", _CONTROL),
    Row("ctl7f_escaped", b"/admin%7F", _CONTROL),
    Row("newline_end", b"/public%0a", _CONTROL),
    Row("tab_in", b"/admin\t", _CHARACTER),
    Row("ctl7f", b"/admin\x7f", _CHARACTER),
    Row("c1_escaped", b"/public/%c2%85", Reason.TARGET_CONFUSABLE),
    # UTF-8, overlong and confusable
    Row("over_2e", b"/public/%c0%ae%c0%ae/admin", _UTF8),
    Row("over_2f", b"/public/..%c0%afadmin", _UTF8),
    Row("over_e0", b"/public/%e0%80%ae%e0%80%ae/admin", _UTF8),
    Row("surrogate", b"/public/%ed%a0%80", _UTF8),
    Row("cut_off", b"/public/%c3", _UTF8),
    Row("fullwidth", b"/public/%ef%bc%8e%ef%bc%8e/admin", Reason.TARGET_CONFUSABLE),
    Row("fwslash", b"/public%ef%bc%8fadmin", Reason.TARGET_CONFUSABLE),
    Row("one_dot_leader", b"/public/%e2%80%a4%e2%80%a4/admin", Reason.TARGET_CONFUSABLE),
    Row("zero_width", b"/public/%e2%80%8b", Reason.TARGET_CONFUSABLE),
    Row("bidi", b"/public/%e2%80%ae", Reason.TARGET_CONFUSABLE),
    Row("not_nfc", b"/public/e%cc%81", Reason.TARGET_CONFUSABLE),
    Row("u_raw", b"/adm\xc4\xb1n", Reason.TARGET_NON_ASCII),
    Row("rawhi", b"/public/\xff\xfe", Reason.TARGET_NON_ASCII),
    Row("rawhi_query", b"/public/x?\xff", Reason.TARGET_NON_ASCII),
    Row("u_pct", b"/adm%c4%b1n", _NO_ROUTE),
    Row("u_kelvin", b"/%e2%84%aaey", Reason.TARGET_CONFUSABLE),
    # letters
    Row("case", b"/ADMIN", _NO_ROUTE),
    Row("case_public", b"/Public/x", _NO_ROUTE),
    Row("pct_a", b"/%61dmin", _UNRESERVED),
    Row("pct_A_full", b"/%61%64%6d%69%6e", _UNRESERVED),
    Row("pct_tilde", b"/public/%7euser", _UNRESERVED),
    # malformed escapes
    Row("pctu", b"/%u0061dmin", _ESCAPE),
    Row("badpct", b"/admin%", _ESCAPE),
    Row("badpct2", b"/%zz/admin", _ESCAPE),
    Row("badpct3", b"/public/%2", _ESCAPE),
    # forms other than origin form
    Row("abs", b"http://api.example.com/admin", _FORM),
    Row("abs_other", b"http://evil.example/admin", _FORM),
    Row("abs_userinfo", b"http://a@api.example.com/admin", _FORM),
    Row("abs_noslash", b"http://api.example.com", _FORM),
    Row("abs_pub", b"http://api.example.com/public/../admin", _FORM),
    Row("abs_upper", b"HTTP://api.example.com/admin", _FORM),
    Row("nolead", b"admin", _FORM),
    Row("star", b"*", _FORM),
    Row("only_q", b"?/admin", _FORM),
    Row("empty", b"", _FORM),
    Row("authority", b"api.example.com:443", _FORM),
    # fragments
    Row("frag", b"/admin#/public", _FRAGMENT),
    Row("frag2", b"/public#/../admin", _FRAGMENT),
    Row("frag3", b"/public/x#?y", _FRAGMENT),
    Row("frag_query", b"/public/x?y#z", _FRAGMENT),
    Row("frag_enc", b"/admin%23/public", _DELIMITER),
    # queries
    Row("q_in", b"/admin?/public/", "admin"),
    Row("q_enc", b"/admin%3f/public/", _DELIMITER),
    Row("q_dots", b"/public?/../admin", "public"),
    Row("q_abs", b"/public?x=http://h/admin", "public"),
    Row("q_second", b"/public?a?b", "public"),
    # bytes that no path has
    Row("sp_in", b"/pub lic", _CHARACTER),
    Row("pipe", b"/public|admin", _CHARACTER),
    Row("caret", b"/public^admin", _CHARACTER),
    Row("quote", b'/public"admin', _CHARACTER),
    Row("brace", b"/public{admin}", _CHARACTER),
    Row("angle", b"/public<admin>", _CHARACTER),
    Row("nul_raw", b"/public/\0", _CHARACTER),
    Row("sp_query", b"/public/x?a b", _CHARACTER),
    # sizes
    Row("long", b"/public/" + b"a" * 8200, Reason.TARGET_TOO_LONG),
    Row("long_query", b"/public/?" + b"a" * 8200, Reason.TARGET_TOO_LONG),
    Row("many_segments", b"/public" + b"/a" * 300, Reason.TARGET_TOO_LONG),
    Row("many_dotdot", b"/public" + b"/.." * 200, _DOT),
    Row("many_dotdot_longer", b"/public" + b"/.." * 2000, Reason.TARGET_TOO_LONG),
    # and what must still work: a gateway that refuses everything must not be green
    Row("plain_public", b"/public/x", "public"),
    Row("plain_public_root", b"/public", "public"),
    Row("plain_admin", b"/admin/x", "admin"),
    Row("plain_admin_root", b"/admin", "admin"),
    Row("tslash", b"/admin/", "admin"),
    Row("colon", b"/public:/admin", _NO_ROUTE),
    Row("prefix_is_no_segment", b"/publicity", _NO_ROUTE),
    Row("root", b"/", _NO_ROUTE),
    Row("pchars", b"/public/-._~!$&'()*+,=:@z", "public"),
    Row("dot_file", b"/public/.well-known", "public"),
    Row("dots_inside", b"/public/a..b", "public"),
    Row("space_inside", b"/public/a%20b", "public"),
    Row("utf8", b"/public/caf%C3%A9", "public"),
    Row("at_escaped", b"/public/alice%40example.com", "public"),
    Row("quote_escaped", b"/public/%22x%22", "public"),
)
