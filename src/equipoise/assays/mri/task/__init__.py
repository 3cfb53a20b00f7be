"""First-level models of task runs."""
