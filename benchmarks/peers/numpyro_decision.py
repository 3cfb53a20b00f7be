"""The same decision model in numpyro, sampled by NUTS; ``decision.py`` starts this script.

Reads the arrays of the model as JSON and prints, as JSON, the mean response of every option, the
value of every test, and seconds. The value of a test is worked out as is usual from draws: the
utility of each option is regressed on the draws of the result (a cubic), and the mean of the
largest fitted value is compared with the largest mean.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS


def model(case: dict[str, Any]) -> None:
    """Literature, person and measurements as random variables."""
    count = len(case["theta"])
    theta = numpyro.sample("theta", dist.Normal(jnp.array(case["theta"]), jnp.array(case["sd"])))
    own = numpyro.sample("own", dist.Normal(jnp.zeros(count), jnp.sqrt(case["own_variance"])))
    dropout = numpyro.sample("dropout", dist.Normal(case["dropout"], case["dropout_sd"]))
    kappa = numpyro.sample("kappa", dist.Normal(case["kappa"], case["kappa_sd"]))
    slopes = numpyro.sample(
        "slopes", dist.Normal(jnp.array(case["slopes"]), jnp.array(case["slope_sd"]))
    )
    scores = numpyro.sample("scores", dist.Normal(jnp.zeros(len(case["slopes"])), 1.0))
    shares = jnp.array(case["shares"])
    stay = 1 - jax.nn.sigmoid(dropout)
    response = stay * jax.nn.sigmoid(theta + own + (slopes * scores) @ shares)
    numpyro.deterministic("response", response)
    utility = 100 * (
        case["weights"][0] * response * jax.nn.sigmoid(kappa)
        + case["weights"][1] * response
        + case["weights"][2] * stay
    )
    numpyro.deterministic("utility", utility)
    reliability = jnp.array(case["reliability"])
    results = numpyro.sample(
        "results", dist.Normal(jnp.sqrt(reliability) * scores, jnp.sqrt(1 - reliability))
    )
    del results


def value(utility: np.ndarray, result: np.ndarray) -> float:
    """Return the value of a test from draws, by a cubic regression of every utility on it."""
    design = np.vander(result, 4)
    fitted = design @ np.linalg.lstsq(design, utility, rcond=None)[0]
    return float(fitted.max(axis=1).mean() - utility.mean(axis=0).max())


def main(path: Path) -> None:
    """Sample and print."""
    case = json.loads(path.read_text(encoding="utf-8"))
    start = time.perf_counter()
    sampler = MCMC(NUTS(model), num_warmup=500, num_samples=case["draws"], progress_bar=False)
    sampler.run(jax.random.PRNGKey(1), case)
    draws = {name: np.asarray(one) for name, one in sampler.get_samples().items()}
    sampled = time.perf_counter() - start
    worth = [value(draws["utility"], result) for result in draws["results"].T]
    print(
        json.dumps({
            "response": draws["response"].mean(axis=0).tolist(),
            "worth": worth,
            "seconds": time.perf_counter() - start,
            "sampled": sampled,
            "version": numpyro.__version__,
        })
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
