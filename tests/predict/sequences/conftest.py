"""Small worlds: chances, rules and luck that a test sets by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.gaussian import logit
from equipoise.core.nouns import Treatment
from equipoise.core.streams import stream
from equipoise.evidence import load
from equipoise.predict.sequences.washouts import between
from equipoise.predict.sequences.world import LUCK, Chances, Rules, World
from equipoise.predict.timing import Clock

KNOWN = {one.id: one for one in load().treatments}
STAGES = 5


def _uniform(name: str, people: int) -> np.ndarray:
    half = stream(name, 7).random(people // 2)
    return np.concatenate([half, 1.0 - half])


@pytest.fixture
def make_world() -> Callable[..., World]:
    """Return a function: chances of response by stage and option to a world of equal people."""

    def make(
        names: tuple[str, ...],
        response: np.ndarray,
        *,
        people: int = 20_000,
        dropout: float = 0.0,
        remission: float = 1.0 - 1e-12,
        risk: float = 0.4,
        taking: bool = False,
    ) -> World:
        treatments = tuple(KNOWN[name] for name in names)
        count = len(names)
        flat = np.zeros((people, count))
        intercept = np.zeros((STAGES, 3, count))
        intercept[:, 0] = logit(np.broadcast_to(response, (STAGES, count)))
        chances = Chances(
            intercept=intercept,
            error=flat,
            own=flat,
            dropout=flat + dropout,
            remission=flat + remission,
            rated=np.ones((STAGES, count), dtype=bool),
        )
        return World(
            _rules(treatments, risk, taking),
            chances,
            {
                kind: np.stack([_uniform(f"{kind}/{name}", people) for name in names]).T
                for kind in LUCK
            },
        )

    return make


def _rules(treatments: tuple[Treatment, ...], risk: float, taking: bool) -> Rules:
    groups = [one.group for one in treatments]
    return Rules(
        treatments=treatments,
        clocks=tuple(Clock(4.0, 0.5, 8.0, (0.4, 2.0)) for _ in treatments),
        floors=(0,) * len(treatments),
        counted=tuple(one.kind in {"drug", "augmentation"} for one in treatments),
        base=tuple(one == "drug" for one in groups),
        adjunct=tuple(one == "adjunct" for one in groups),
        visits=(3.0,) * len(treatments),
        risk=np.full((STAGES, len(treatments)), risk),
        year=52.0,
        shape=0.7,
        between=between(),
        taking=taking,
        under_way=(),
        start=0,
    )


@pytest.fixture
def with_floor() -> Callable[[World, tuple[int, ...]], World]:
    """Return a function that sets the failed drug trials before each option."""

    def make(world: World, floors: tuple[int, ...]) -> World:
        return replace(world, rules=replace(world.rules, floors=floors))

    return make
