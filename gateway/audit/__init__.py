"""Where is the door open, and does the client's token reach the pod?

Reads what people have and needs no gateway: Kubernetes manifests, a cluster, and the files of five proxies.

    estate/     what was given: objects and proxy files, each value with its place
    normal/     one module a controller: the same question asked of each -> Exposure
    exposure    the normal form: what the door shows of one host and path
    doors       which routes share a host, or lead to one Service; `paths` says which lie within another
    rules/      one module a family: what is wrong with it, why, and the fix
    examples/   one unsound and one sound configuration for each rule
    check       all of it, once: estate -> exposures -> findings

Start with `exposure`, then one module of `normal/` and the family of `rules/` beside it.
"""
