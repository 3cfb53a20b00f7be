"""Nuisance regressors, filters and resampling of series over time."""
