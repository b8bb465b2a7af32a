"""What may an operator write, what does it mean, and what is wrong with it? Read `schema`, then `load`."""
