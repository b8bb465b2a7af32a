"""How is a judgement told: to a person, to a program, to a page of a pull request?

One module a format, each of one function. Names, paths and reasons are what somebody has written: no report
lets one of them be more than text.
"""
