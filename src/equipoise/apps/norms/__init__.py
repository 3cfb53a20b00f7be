"""The commands `equipoise norms`: learn a norm from a site's own controls.

Other commands read a norm with :func:`equipoise.apps.norms.fit.read_norms`.
"""
