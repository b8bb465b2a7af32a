"""What is decided, and by which steps?

The policy decision point, as two pure functions: `ask` (match, extract) and `answer` (verify, identify,
authorize, mint). No clock, randomness, I/O, logging or configuration library. Each step's output is
the next step's ticket, so that no step can be skipped:

    RequestFacts -> Route -> UnverifiedToken -> SignedClaims -> ValidClaims -> Principal -> Permission
    -> DownstreamToken -> Permit

Read in this order: reason, facts, policy, trust, ask, answer; then the step you came for.
"""
