"""Appraisal of a record: diagnosis check, trials, stage, red flags, a verdict per option."""

from equipoise.appraise.appraisal import appraise, option_verdict

__all__ = ["appraise", "option_verdict"]
