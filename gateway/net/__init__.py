"""How do we reach issuers, and only issuers? Outgoing HTTP: addresses, authorities, sizes, deadlines."""
