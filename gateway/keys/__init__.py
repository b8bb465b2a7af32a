"""What do we sign our own tokens with, and how does the world verify them?

`store` opens one of three stores (memory, directory, shared) and gives a `keyring`: the key that signs, and
the public halves of all. A `signing_key` never shows its private half. `custody` keeps the keys of a running
process: `rotation` says what they ought to be by now, by the times of `schedule`.
"""
