"""The joint posterior of all treatments and comparators.

`layout` names the unknowns, `rows` says what an observation speaks about, `observations` turns
trials and published contrasts into rows, `solve` is the Gaussian kernel, `posterior` asks it for
rates by stage, `components` knows which treatments were ever randomised against each other.
"""
