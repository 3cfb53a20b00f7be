"""The sheet that a person fills in before a visit, and how it is read back."""
