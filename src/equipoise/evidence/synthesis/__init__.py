"""Meta-analysis: estimates of several studies become one, pairwise or over a network.

Pure array kernels. They know no treatment and read no file; each module is imported by its name.
"""
