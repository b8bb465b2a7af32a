"""What does the process tell its operator?

`record` one line for each decision, `log` everything else that is worth a line, `metrics` what is counted.
Every name of each is in its file. None of them ever holds a token, a query or a claim value that the
operator has not asked to see.
"""
