"""Lines of haproxy.cfg: who asks, who refuses, what is taken away."""

from typing import Any

RELEVANT = (
    r"^ +http-request lua\.",
    r"^ +http-request deny ",
    r"^ +http-request del-header Authorization",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"^( +)http-request lua\..*", r"\1http-request allow if { path_beg /x }\n\g<0>"),
    (r"^( +http-request deny )(?!.*path)(unless|if) (.*)$", r"\1if { path_beg /x } { always_false }"),
    (r"^( +)mode http$", r"\1mode tcp"),
)
