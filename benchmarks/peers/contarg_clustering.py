"""contarg's clustering target of the run of ``targeting.py``, which starts this script.

With contarg installed its own ``find_target`` and ``rank_clusters`` run; otherwise its published
steps: clean, Spearman correlations between voxels, agglomerative clustering with average linkage
cut at distance 0.5, correlation of median series weighted by the size of the seed's clusters,
product of the ranks of size, concentration and correlation. It prints point, time and memory as
JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECONDS, BAND, CUT, LEAST = 2.0, (0.01, 0.1), 0.5, 50
REGRESSORS = slice(0, 6)  # contarg's default: motion


def by_contarg(folder: Path) -> list[NDArray[np.float64]]:
    """Return the centres of the ranked clusters in mm, the winner first, by contarg itself."""
    import nibabel as nib
    import pandas as pd
    from contarg.hierarchical import find_target, rank_clusters

    mask = str(folder / "search.nii.gz")
    row = pd.Series({
        "clnstim_mask": mask,
        "clnref_mask": str(folder / "seed.nii.gz"),
        "img": str(folder / "bold.nii.gz"),
        "confounds": str(folder / "confounds.tsv"),
        "entities": {"subject": "01", "session": "1", "run": "1"},
    })
    found = find_target(
        row, "img", "none", linkage="average", t_r=SECONDS, n_dummy=0, return_df=True
    )
    found["clnstim_mask"] = mask
    ranked = rank_clusters(found, 1, 1, 1)
    grid: Any = nib.load(mask)
    turn, origin = grid.affine[:3, :3].T, grid.affine[:3, 3]
    order = ranked.sort_values("overall_rank") if len(ranked) else ranked
    return [np.asarray(np.mean(idxs @ turn + origin, axis=0)) for idxs in order.idxs]


def by_steps(folder: Path) -> list[NDArray[np.float64]]:
    """Return the centres of the ranked clusters in mm, the winner first, by the published steps."""
    import nibabel as nib
    from scipy.spatial.distance import pdist
    from scipy.stats import rankdata, spearmanr

    image = nib.load(folder / "bold.nii.gz")
    with (folder / "confounds.tsv").open(encoding="utf-8") as stream:
        stream.readline()
        motion = np.loadtxt(stream)[:, REGRESSORS]
    mask: Any = nib.load(folder / "search.nii.gz")
    stim, stim_labels = _clusters(image, mask, motion)
    seed, seed_labels = _clusters(image, nib.load(folder / "seed.nii.gz"), motion)
    where = np.argwhere(np.asanyarray(mask.dataobj) > 0)
    place = where @ mask.affine[:3, :3].T + mask.affine[:3, 3]
    medians = [np.median(seed[:, seed_labels == k], axis=1) for k in np.unique(seed_labels)]
    sizes = [np.sum(seed_labels == k) for k in np.unique(seed_labels)]
    rows = []
    for k in np.unique(stim_labels):
        own = stim_labels == k
        if own.sum() <= LEAST:
            continue
        middle = np.median(stim[:, own], axis=1)
        net = sum(n * spearmanr(middle, m)[0] for n, m in zip(sizes, medians, strict=True))
        rows.append((net, own.sum() / pdist(place[own]).mean(), own.sum(), place[own].mean(axis=0)))
    kept = [row for row in rows if row[0] < 0]
    ranks = [rankdata([sign * row[i] for row in kept]) for i, sign in ((0, 1), (1, -1), (2, -1))]
    return [kept[place][3] for place in np.argsort(np.prod(ranks, axis=0))]


def _clusters(image: Any, mask: Any, motion: NDArray[np.float64]) -> Any:
    from nilearn.masking import apply_mask
    from nilearn.signal import clean
    from scipy.stats import spearmanr
    from sklearn.cluster import AgglomerativeClustering

    low, high = BAND
    raw = apply_mask(image, mask)
    series = clean(raw, confounds=motion, t_r=SECONDS, low_pass=high, high_pass=low, detrend=True)
    distance = 1 - spearmanr(series)[0]
    cluster = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=CUT
    )
    return series, cluster.fit_predict(distance)


def main(folder: Path) -> None:
    """Find the target and print point, time and memory."""
    warnings.simplefilter("ignore")
    try:
        import contarg.hierarchical  # noqa: F401

        work = by_contarg
    except ImportError:
        work = by_steps
    start = time.perf_counter()
    points = work(folder)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    answer = [[round(float(x), 2) for x in point] for point in points]
    print(json.dumps({"seconds": seconds, "gigabytes": peak, "points": answer}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
