"""The command `equipoise labs check`: what the laboratory values of one record say, and what not.

:func:`equipoise.apps.labs.check.check_labs` gives the document; the page is made beside.
"""
