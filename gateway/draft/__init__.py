"""What configuration follows from the Ingress that is there already? The room behind `gateway init`.

    manifests -> ingress | http_route | ingress_route -> settle -> policies -> written -> folder

`manifests` reads the stream. Each kind has its reader, which says in one normal form (`rule`) what goes to
which backend, and leaves out what no policy can say. `settle` compares the rules of a host with each other:
what the proxy would send to one backend and the policy would count as another's is left out as well.
`policies` groups what is left, `written` puts it into words with every guess marked, `folder` writes it.

Nothing here opens more than the Ingress does: docs/decisions/0028-init-guesses-and-never-widens.md.
"""
