"""What must be looked up, and is it still to be believed? Never decides."""
