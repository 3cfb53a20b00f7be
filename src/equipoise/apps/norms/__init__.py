"""The commands `equipoise norms`: learn a norm from a site's own controls."""
