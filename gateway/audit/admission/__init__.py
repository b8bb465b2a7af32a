"""Which rules can an API server hold to before it stores anything? Those that one object breaks alone."""
