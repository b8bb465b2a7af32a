"""What does a decision cost, beside others, in one run? `make bench`; README.md says what the figures mean."""
