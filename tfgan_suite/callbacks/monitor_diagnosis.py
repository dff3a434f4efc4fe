"""From figures, look after look, to findings; and what must be remembered between looks."""

import copy
import math
import statistics

from tfgan_suite.callbacks.monitor_symptoms import NON_FINITE, SYMPTOMS
from tfgan_suite.files import strict

EARLY = 3  # looks whose median is the early size of a figure
_EARLY_FIGURES = ("g_gradient_norm", "d_gradient_norm", "loss_size")
_PLAYERS = ("generator", "discriminator")
_STATE = (
    "findings", "looks", "looked_at", "_early", "_best", "_recent", "_streaks", "_weights"
)  # fmt: skip


class Diagnosis:
    """Remembers what it must of the looks at a training, and says what is wrong, each thing once.

    Args:
        warm_up: updates of the generator in which a training may look young.
        patience: looks in a row that must show the same.
    """

    def __init__(self, warm_up, patience):
        self.warm_up, self.patience = warm_up, patience
        self.reset()

    def reset(self):
        """Forgets everything."""
        self.findings = []
        self.looks, self.looked_at = 0, None  # so many, the last after that step
        self._early = {name: [] for name in _EARLY_FIGURES}
        self._best = {"variety": 0.0, "separation": 0.0}
        self._recent = []  # variety at the last looks
        self._streaks = {}
        self._weights = {}  # player: [fingerprint, step at which it was first seen]

    def get_state(self):
        """Everything remembered, as JSON can hold it."""
        return strict({name.strip("_"): getattr(self, name) for name in _STATE})

    def set_state(self, state):
        """Takes back what `get_state` returned."""
        for name in _STATE:
            setattr(self, name, copy.deepcopy(state[name.strip("_")]))

    def observe(self, figures, fingerprints, *, epoch, step):
        """Takes a look into account.

        Args:
            figures: dict of finite numbers by the names that `GANMonitor` logs; beside these
                `g_learning_rate` and `d_learning_rate`.
            fingerprints: dict of `"generator"` and `"discriminator"` to integers that change with
                their weights.
            epoch: epochs begun.
            step: updates of the generator.

        Returns:
            The new findings: dicts of `name`, `words`, `advice`, `epoch`, `step` and `figures`.
        """
        figures = {**figures, **self._compare(figures, step), **self._stillness(fingerprints, step)}
        self.looks, self.looked_at = self.looks + 1, step
        new = []
        for symptom in SYMPTOMS:
            seen = symptom.present(figures) and (figures["is_warm"] or not symptom.warm_up)
            self._streaks[symptom.name] = self._streaks.get(symptom.name, 0) + 1 if seen else 0
            if self._streaks[symptom.name] >= (symptom.patience or self.patience):
                new += self._find(symptom, figures, epoch, step)
        return new

    def note_non_finite(self, names, epoch, step):
        """Takes into account that what has these names is NaN or infinite; as `observe`."""
        return self._find(NON_FINITE, {"non_finite": ", ".join(names)}, epoch, step)

    def _find(self, symptom, figures, epoch, step):
        if any(finding["name"] == symptom.name for finding in self.findings):
            return []
        finding = {
            "name": symptom.name,
            "words": symptom.words.format(**figures),
            "advice": symptom.advice,
            "epoch": epoch,
            "step": step,
            "figures": strict(figures),
        }
        self.findings.append(finding)
        return [finding]

    def _compare(self, figures, step):
        """Figures relative to the early ones, and to the best so far; remembers this look's."""
        size = abs(figures["g_loss"]) + abs(figures["d_loss"])
        now = {
            **figures,
            "loss_size": size + 1.0,  # a loss near 0 says nothing about its scale
            "variety": min(figures["diversity"], figures["modes"]),
        }
        found = {"variety": now["variety"]}
        for name in _EARLY_FIGURES:
            early = self._early[name]
            if len(early) < EARLY and math.isfinite(now[name]):
                early.append(now[name])
            found[f"early_{name}"] = statistics.median(early) if early else math.nan
        for name, best in self._best.items():
            if now[name] > best:
                self._best[name] = now[name]
            found[f"best_{name}"] = self._best[name]
        before = self._recent[:1]
        self._recent = [*self._recent, now["variety"]][-self.patience :]
        return {
            **found,
            "is_warm": step >= self.warm_up,
            "variety_grows": bool(before) and now["variety"] > 1.1 * before[0],
            "g_growth": _ratio(now["g_gradient_norm"], found["early_g_gradient_norm"]),
            "d_growth": _ratio(now["d_gradient_norm"], found["early_d_gradient_norm"]),
            # Against the first look: a critic without bounds may have diverged by the second, while
            # gradients may be small as long as the critic is flat.
            "loss_growth": _ratio(now["loss_size"], self._early["loss_size"][0]),
        }

    def _stillness(self, fingerprints, step):
        found = {}
        for player in _PLAYERS:
            last = self._weights.get(player)
            changed = last is None or last[0] != fingerprints[player]
            if changed:
                self._weights[player] = last = [fingerprints[player], step]
            found[f"{player}_is_frozen"] = step > last[1]
            found[f"{player}_since"] = last[1]
        return found


def _ratio(now, early):
    return now / early if early else math.nan
