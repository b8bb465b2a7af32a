"""What leaked, and where?

The tool around the engine of `gateway.redact`: what is read, and how what was found is shown.
"""
