"""The settings of the decision model, read from `tables/hyperparameters`."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.tables import setting

__all__ = ["Numerics", "Settings", "load_settings"]


@dataclass(frozen=True, slots=True)
class Numerics:
    """How finely numbers are worked out.

    Parameters
    ----------
    nodes : int
        Quadrature nodes of what ranks.
    newton_steps, grid : int
        Steps of the calibrated intercept, and points at which it is solved for draws.
    draws : int
        Number of draws, even.
    probit_scale, jitter : float
        Start of the intercept; what is added to a covariance before it is factorised.
    """

    nodes: int
    newton_steps: int
    grid: int
    draws: int
    probit_scale: float
    jitter: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers of the model.

    Parameters
    ----------
    mechanism_correlation : float
        Between any two mechanisms.
    moderator_sd : tuple of (grade, sd)
        Prior standard deviation of a moderator, logit per sd of true score.
    band, certainty : float
        Chance below notice, and the chance from which a shift counts.
    tie_points, tie_tolerance : float
    tie_chances : tuple of (direct, indirect, elsewhere)
        When options are tied, within one network and across two; utilities this close in one draw
        are equal.
    concentration : float
        Of the Dirichlet distribution of the weights.
    horizon, time_log_sd : float
        Week of the outcome; sd of the log of the time to response.
    numerics : Numerics
        How finely numbers are worked out.
    deviation_sds : tuple of (class, group, option)
        Standard deviation of each of a person's own deviations, logit.
    """

    mechanism_correlation: float
    moderator_sd: tuple[tuple[str, float], ...]
    band: float
    certainty: float
    tie_points: float
    tie_chances: tuple[float, float, float]
    tie_tolerance: float
    concentration: float
    horizon: float
    time_log_sd: float
    numerics: Numerics
    deviation_sds: tuple[float, float, float]


def load_settings() -> Settings:
    """Return the settings in force."""
    return Settings(
        mechanism_correlation=setting("profile_mechanism_correlation"),
        moderator_sd=tuple((g, setting(f"moderator_sd_{g.lower()}")) for g in "ABCDN"),
        band=setting("predict_band"),
        certainty=setting("predict_certainty"),
        tie_points=setting("predict_tie_points"),
        tie_chances=(
            setting("predict_tie_chance"),
            setting("predict_tie_chance_indirect"),
            setting("predict_tie_chance_elsewhere"),
        ),
        tie_tolerance=setting("predict_tie_tolerance"),
        concentration=setting("predict_weight_concentration"),
        horizon=setting("predict_horizon"),
        time_log_sd=setting("predict_time_log_sd"),
        numerics=Numerics(
            nodes=int(setting("predict_nodes")),
            newton_steps=int(setting("predict_newton_steps")),
            grid=int(setting("predict_grid")),
            draws=int(setting("predict_draws")),
            probit_scale=setting("predict_probit_scale"),
            jitter=setting("numerics_jitter"),
        ),
        deviation_sds=(
            setting("predict_class_sd"),
            setting("predict_group_sd"),
            setting("predict_option_sd"),
        ),
    )
