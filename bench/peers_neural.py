"""neuralforecast's networks as forecasters of a panel, for bench/peers.py."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from gatecast.data import Panel, local_time
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Progress

READ = 168  # steps before an origin that a network sees
DAY, WEEK, YEAR = 24.0, 7.0, 365.25


class Neural:
    """A network of neuralforecast, trained once and asked from any origin.

    kind   LSTM or NHITS
    steps  of training
    """

    def __init__(self, kind: str, horizon: int, steps: int, seed: int) -> None:
        self.kind = kind
        self.horizon = horizon
        self.steps = steps
        self.seed = seed

    @property
    def name(self) -> str:
        """The kind of network."""
        return self.kind

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Train on every history."""
        del progress
        self.covariates_ = covariates(panel)
        self.fitted_ = network(self.kind, self.horizon, self.steps, self.seed, list(self.covariates_), panel)
        self.fitted_.fit(frame(panel, panel.known_steps, self.covariates_), verbose=False)
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """A number for each step and no intervals; the covariates of the steps ahead are known."""
        point = np.full((len(origins), self.horizon), np.nan)
        for chosen in rounds(origins):
            here = origins.where(chosen)
            known = np.zeros(len(panel), dtype=np.int64)
            known[here.series] = here.position + 1
            history = frame(panel, known, self.covariates_)
            options = {}
            if self.covariates_:
                ahead = frame(panel, known + self.horizon, self.covariates_, start=known)
                options["futr_df"] = ahead.drop(columns="y")
            told = self.fitted_.predict(history, verbose=False, **options)
            order = np.repeat(np.array([str(panel.ids[i]) for i in here.series]), self.horizon)
            by_series = {key: rows[self.kind].to_numpy() for key, rows in told.groupby("unique_id")}
            point[chosen] = np.stack([by_series[key] for key in order[:: self.horizon]])
        unsaid = np.full((*point.shape, len(levels)), np.nan)
        return Forecast(origins, np.asarray(levels), unsaid, point)


def rounds(origins: Origins) -> Iterator[np.ndarray]:
    """Origins in sets that hold each series once."""
    turn = np.array([np.sum(origins.series[:k] == s) for k, s in enumerate(origins.series)])
    for k in range(int(turn.max()) + 1):
        yield np.flatnonzero(turn == k)


def covariates(panel: Panel) -> dict[str, np.ndarray]:
    """What is known ahead, and the local calendar as sines and cosines; nothing where there is no clock."""
    clock = local_time(panel.times, panel.zone, panel.frequency)
    if clock is None:
        return {}
    columns = {name: panel.known[:, k] for k, name in enumerate(panel.known_names)}
    for name, value, cycle in (
        ("hour", clock.hour, DAY),
        ("weekday", clock.weekday, WEEK),
        ("season", clock.day_of_year, YEAR),
    ):
        columns |= {
            f"{name}_sine": np.sin(2 * np.pi * value / cycle),
            f"{name}_cosine": np.cos(2 * np.pi * value / cycle),
        }
    return columns


def frame(
    panel: Panel, until: np.ndarray, columns: dict[str, np.ndarray], start: np.ndarray | None = None
) -> Any:
    """The rows of each series from `start` up to `until`, as the long pandas table the peers read."""
    import pandas as pd

    first = panel.offsets[:-1] + (0 if start is None else start)
    rows = np.concatenate([np.arange(a, b) for a, b in zip(first, panel.offsets[:-1] + until, strict=True)])
    whose = np.searchsorted(panel.offsets, rows, side="right") - 1
    counted = panel.frequency.unit == "step"
    times = panel.times[rows]
    return pd.DataFrame(
        {
            "unique_id": np.array([str(i) for i in panel.ids])[whose],
            "ds": times if counted else times.astype("datetime64[us]"),
            "y": panel.values[rows],
            **{name: column[rows] for name, column in columns.items()},
        }
    )


def network(kind: str, horizon: int, steps: int, seed: int, known: list[str], panel: Panel) -> Any:
    """The model with its own defaults but for what it reads, its scaler and its length of training."""
    import neuralforecast
    import neuralforecast.models

    warnings.filterwarnings("ignore")
    for logger in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    model = getattr(neuralforecast.models, kind)(
        h=horizon,
        input_size=READ,
        max_steps=steps,
        scaler_type="robust",
        random_seed=seed + 1,
        futr_exog_list=known or None,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    counted = panel.frequency.unit == "step"
    return neuralforecast.NeuralForecast(models=[model], freq=1 if counted else "h")
