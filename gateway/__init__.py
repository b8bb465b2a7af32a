"""Token Gateway: the authenticating gateway for API tokens at the Kubernetes Ingress.

One request, one direction:

    read -> match -> extract -> verify -> identify -> authorize -> mint -> render

    dialects/   read and render: how each proxy asks and wants to be answered
    core/       match to mint: what is decided. Two pure functions, `ask` and `answer`
    sources/    what must be looked up on the way: issuers' keys
    keys/       the keys we sign with
    certificates/  what our own listeners show, where nobody else makes it
    server/     everything with an event loop: listener, engine, memo, reload, workers, our pages
    config/     the file: its format, its mistakes, what it means
    telemetry/  every metric, every field of the decision record
    redact/     what stands for a token where one must be spoken of
    net/        outgoing HTTP
    tls/        certificates of a listener, names of its clients
    audit/      what `gateway audit` finds in what people have
    draft/      what `gateway init` makes of an Ingress that is there
    app/        puts the rooms together: in one process, or in several
    cli/        the commands
    dev/        what `gateway dev` puts around it

Between `ask` and `answer` stands a memo (server/memo.py): what was answered is answered again while it holds.

Start with core/reason.py, core/ask.py and core/answer.py; then dialects/nginx.py; then server/engine.py.
Imports point one way, from cli down to core (pyproject.toml, [tool.importlinter]).
"""

__version__ = "0.1.0"
