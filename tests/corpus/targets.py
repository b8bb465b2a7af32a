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
    Row("P01 dotdot", b"/public/../admin", _DOT),
    Row("P02 dotdot_trail", b"/public/x/..", _DOT),
    Row("P03 dot", b"/public/./admin", _DOT),
    Row("P04 pct2e", b"/public/%2e%2e/admin", _DOT),
    Row("P05 pct2E", b"/public/%2E%2e/admin", _DOT),
    Row("P06 mixed2e", b"/public/.%2e/admin", _DOT),
    Row("P77 abovroot", b"/../../admin", _DOT),
    Row("P78 abovroot2", b"/%2e%2e/%2e%2e/admin", _DOT),
    Row("P79 dotonly", b"/.", _DOT),
    Row("P80 dotdotonly", b"/..", _DOT),
    Row("P81 dotpub", b"/./public/../admin", _DOT),
    Row("P83 enc_dotseg_end", b"/public/%2e%2e", _DOT),
    Row("P84 enc_unres", b"/%70ublic/%2e%2e/%61dmin", _DOT),
    # escaped slashes
    Row("P07 slash2f", b"/public%2f..%2fadmin", _DOT),
    Row("P08 slash2F", b"/public/..%2Fadmin", _DOT),
    Row("P09 enc2f_plain", b"/public%2fadmin", _SLASH),
    Row("enc2f_under", b"/public/a%2Fb", _SLASH),
    # backslashes
    Row("P10 bs", b"/public/..\\admin", _BACKSLASH),
    Row("P11 bs5c", b"/public/..%5cadmin", _BACKSLASH),
    Row("P12 bs5C", b"/public%5C..%5Cadmin", _BACKSLASH),
    # escapes of escapes
    Row("P13 dbl252e", b"/public/%252e%252e/admin", _DOT),
    Row("P14 dbl252f", b"/public/..%252fadmin", _DOT),
    Row("P15 triple", b"/public/%25252e%25252e/admin", _DOT),
    Row("dbl_plain", b"/public/100%25", _PERCENT),
    Row("dbl_letter", b"/%2561dmin", _PERCENT),
    Row("deeper_than_any", b"/public/%2525252541", _PERCENT),
    # empty segments
    Row("P16 dslash", b"//admin", _EMPTY),
    Row("P17 dslash2", b"/public//../admin", _EMPTY),
    Row("P18 dslash3", b"/public/..//admin", _DOT),
    Row("P20 dslash_mid", b"/admin//secret", _EMPTY),
    Row("P21 dslash_host", b"//evil.example/admin", _EMPTY),
    Row("dslash_end", b"/admin//", _EMPTY),
    # path parameters
    Row("P22 semi", b"/public;/../admin", _DOT),
    Row("P23 semi2", b"/public/..;/admin", _DOT),
    Row("P24 semi3", b"/admin;x=1", _SEMICOLON),
    Row("P25 semi4", b"/;/admin", _EMPTY),
    Row("P26 semi5", b"/admin;.css", _SEMICOLON),
    Row("P27 semi3b", b"/public/..%3b/admin", _DELIMITER),
    Row("P28 dotsemi", b"/public/.;/admin", _DOT),
    # ends that file systems drop
    Row("P29 trail_dot", b"/admin.", Reason.TARGET_SEGMENT_END),
    Row("P30 trail_sp", b"/admin%20", Reason.TARGET_SEGMENT_END),
    Row("P82 tdots", b"/public/.../admin", Reason.TARGET_SEGMENT_END),
    Row("trail_dot_inner", b"/public./x", Reason.TARGET_SEGMENT_END),
    # control characters
    Row("P31 trail_tab", b"/admin%09", _CONTROL),
    Row("P32 nul", b"/admin%00", _CONTROL),
    Row("P33 nul2", b"/admin%00.css", _CONTROL),
    Row("P34 nul_pub", b"/public%00/../admin", _CONTROL),
    Row("P69 ctl", b"/admin%0d%0aX-Inj:1", _CONTROL),
    Row("ctl7f_escaped", b"/admin%7F", _CONTROL),
    Row("P85 newline_end", b"/public%0a", _CONTROL),
    Row("P68 tab_in", b"/admin\t", _CHARACTER),
    Row("P70 ctl7f", b"/admin\x7f", _CHARACTER),
    Row("c1_escaped", b"/public/%c2%85", Reason.TARGET_CONFUSABLE),
    # UTF-8, overlong and confusable
    Row("P35 over_2e", b"/public/%c0%ae%c0%ae/admin", _UTF8),
    Row("P36 over_2f", b"/public/..%c0%afadmin", _UTF8),
    Row("P37 over_e0", b"/public/%e0%80%ae%e0%80%ae/admin", _UTF8),
    Row("surrogate", b"/public/%ed%a0%80", _UTF8),
    Row("cut_off", b"/public/%c3", _UTF8),
    Row("P38 fullwidth", b"/public/%ef%bc%8e%ef%bc%8e/admin", Reason.TARGET_CONFUSABLE),
    Row("P39 fwslash", b"/public%ef%bc%8fadmin", Reason.TARGET_CONFUSABLE),
    Row("one_dot_leader", b"/public/%e2%80%a4%e2%80%a4/admin", Reason.TARGET_CONFUSABLE),
    Row("zero_width", b"/public/%e2%80%8b", Reason.TARGET_CONFUSABLE),
    Row("bidi", b"/public/%e2%80%ae", Reason.TARGET_CONFUSABLE),
    Row("not_nfc", b"/public/e%cc%81", Reason.TARGET_CONFUSABLE),
    Row("P40 u_raw", b"/adm\xc4\xb1n", Reason.TARGET_NON_ASCII),
    Row("P75 rawhi", b"/public/\xff\xfe", Reason.TARGET_NON_ASCII),
    Row("rawhi_query", b"/public/x?\xff", Reason.TARGET_NON_ASCII),
    Row("P41 u_pct", b"/adm%c4%b1n", _NO_ROUTE),
    Row("P42 u_kelvin", b"/%e2%84%aaey", Reason.TARGET_CONFUSABLE),
    # letters
    Row("P44 case", b"/ADMIN", _NO_ROUTE),
    Row("case_public", b"/Public/x", _NO_ROUTE),
    Row("P45 pct_a", b"/%61dmin", _UNRESERVED),
    Row("P46 pct_A_full", b"/%61%64%6d%69%6e", _UNRESERVED),
    Row("pct_tilde", b"/public/%7euser", _UNRESERVED),
    # malformed escapes
    Row("P43 pctu", b"/%u0061dmin", _ESCAPE),
    Row("P47 badpct", b"/admin%", _ESCAPE),
    Row("P48 badpct2", b"/%zz/admin", _ESCAPE),
    Row("P49 badpct3", b"/public/%2", _ESCAPE),
    # forms other than origin form
    Row("P50 abs", b"http://api.example.com/admin", _FORM),
    Row("P51 abs_other", b"http://evil.example/admin", _FORM),
    Row("P52 abs_userinfo", b"http://a@api.example.com/admin", _FORM),
    Row("P53 abs_noslash", b"http://api.example.com", _FORM),
    Row("P54 abs_pub", b"http://api.example.com/public/../admin", _FORM),
    Row("P55 abs_upper", b"HTTP://api.example.com/admin", _FORM),
    Row("P56 nolead", b"admin", _FORM),
    Row("P57 star", b"*", _FORM),
    Row("P66 only_q", b"?/admin", _FORM),
    Row("empty", b"", _FORM),
    Row("authority", b"api.example.com:443", _FORM),
    # fragments
    Row("P58 frag", b"/admin#/public", _FRAGMENT),
    Row("P59 frag2", b"/public#/../admin", _FRAGMENT),
    Row("P61 frag3", b"/public/x#?y", _FRAGMENT),
    Row("frag_query", b"/public/x?y#z", _FRAGMENT),
    Row("P60 frag_enc", b"/admin%23/public", _DELIMITER),
    # queries
    Row("P62 q_in", b"/admin?/public/", "admin"),
    Row("P63 q_enc", b"/admin%3f/public/", _DELIMITER),
    Row("P64 q_dots", b"/public?/../admin", "public"),
    Row("P65 q_abs", b"/public?x=http://h/admin", "public"),
    Row("q_second", b"/public?a?b", "public"),
    # bytes that no path has
    Row("P67 sp_in", b"/pub lic", _CHARACTER),
    Row("P71 pipe", b"/public|admin", _CHARACTER),
    Row("P72 caret", b"/public^admin", _CHARACTER),
    Row("P73 quote", b'/public"admin', _CHARACTER),
    Row("P74 brace", b"/public{admin}", _CHARACTER),
    Row("angle", b"/public<admin>", _CHARACTER),
    Row("nul_raw", b"/public/\0", _CHARACTER),
    Row("sp_query", b"/public/x?a b", _CHARACTER),
    # sizes
    Row("P94 long", b"/public/" + b"a" * 8200, Reason.TARGET_TOO_LONG),
    Row("P94 long_query", b"/public/?" + b"a" * 8200, Reason.TARGET_TOO_LONG),
    Row("P94 many_segments", b"/public" + b"/a" * 300, Reason.TARGET_TOO_LONG),
    Row("P94 many_dotdot", b"/public" + b"/.." * 200, _DOT),
    Row("P94 many_dotdot_longer", b"/public" + b"/.." * 2000, Reason.TARGET_TOO_LONG),
    # and what must still work: a gateway that refuses everything must not be green
    Row("plain_public", b"/public/x", "public"),
    Row("plain_public_root", b"/public", "public"),
    Row("plain_admin", b"/admin/x", "admin"),
    Row("plain_admin_root", b"/admin", "admin"),
    Row("P19 tslash", b"/admin/", "admin"),
    Row("P76 colon", b"/public:/admin", _NO_ROUTE),
    Row("P86 prefix_is_no_segment", b"/publicity", _NO_ROUTE),
    Row("root", b"/", _NO_ROUTE),
    Row("pchars", b"/public/-._~!$&'()*+,=:@z", "public"),
    Row("dot_file", b"/public/.well-known", "public"),
    Row("dots_inside", b"/public/a..b", "public"),
    Row("space_inside", b"/public/a%20b", "public"),
    Row("utf8", b"/public/caf%C3%A9", "public"),
    Row("at_escaped", b"/public/alice%40example.com", "public"),
    Row("quote_escaped", b"/public/%22x%22", "public"),
)
