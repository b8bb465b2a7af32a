"""Several processes on one port.

count        how many
supervisor   starts them, starts them again, ends them
messages     what the supervisor and a worker tell each other, and `channel`, how
remote_keys  issuers' keys where somebody else fetches them
"""
