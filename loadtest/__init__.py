"""What does a decision cost, beside others, in one run? `make bench`; README.md explains the figures."""
