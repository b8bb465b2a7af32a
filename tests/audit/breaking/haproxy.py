"""Lines of haproxy.cfg: who asks, who refuses, what is taken away."""

RELEVANT = (
    r"^ +http-request lua\.",
    r"^ +http-request deny ",
    r"^ +http-request del-header Authorization",
)
