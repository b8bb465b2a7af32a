"""What does the API server of a cluster keep for us?

`place` says where it is and who we are there. `secrets` reads and replaces one Secret, known by its `name`.
`failure` says in words what an operator has to change. Nothing here watches, lists or deletes.
"""
