"""The evidence commands: meta-analyses of a user's trials, and what the tables hold."""
