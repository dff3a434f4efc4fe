"""What goes wrong in the training of a GAN: how it is seen, its name, and what usually helps."""

import dataclasses
from collections.abc import Callable

VANISHED = 0.01  # of the early gradient, or of the Wasserstein loss's slope
APART = 0.9  # separation from which D tells real from generated with ease
BLIND = 0.6  # separation that chance reaches: 0.5, and under 0.04 of standard error with 128 images
INVERTED = 0.25  # separation of a D that takes generated images for the real ones
COLLAPSED = 0.5  # diversity, or groups reached, relative to the real images'
MEMORIZED = 0.75  # separation of real images seen from real images held out
EXPLODED = 100.0  # times the early gradient; sound trainings reached 11
RAN_AWAY = 1000.0  # times the first loss; sound trainings reached 15


@dataclasses.dataclass(frozen=True)
class Symptom:
    """One thing that goes wrong.

    Attributes:
        name: of the finding.
        present: function from a dict of figures to whether it is seen in them.
        words: what is seen, with the figures' names in braces.
        advice: what usually helps.
        warm_up: whether a young training may look like that.
        patience: looks in a row that must show it; None for the monitor's.
    """

    name: str
    present: Callable
    words: str
    advice: str
    warm_up: bool = False
    patience: int | None = None


def _vanishing(f):
    fallen = f["g_gradient_norm"] < VANISHED * f["early_g_gradient_norm"]
    return f["separation"] > APART and (fallen or f["g_signal"] < VANISHED)


def _collapsed(f):
    lacking = f["variety"] < COLLAPSED and not f["variety_grows"]
    return lacking and not f["generator_is_frozen"]


def _memorizing(f):
    return f.get("memorization", 0.0) > MEMORIZED and f["separation"] > MEMORIZED


def _not_learning(f):
    # Of a collapsed generator, or of data that are not what the monitor was given, D may think well.
    inverted = f["separation"] < INVERTED and f["variety"] >= COLLAPSED
    at_chance = f["best_separation"] < BLIND and f["separation"] > 1.0 - BLIND
    return (at_chance or inverted) and not f["discriminator_is_frozen"]


def _diverging(f):
    return max(f["g_growth"], f["d_growth"]) > EXPLODED or f["loss_growth"] > RAN_AWAY


# Seen at once, and nothing else can then be seen.
NON_FINITE = Symptom(
    "non_finite",
    lambda f: True,
    "NaN or infinite: {non_finite}.",
    "Use smaller learning rates; look for NaN in the data; use bfloat16 or float32 in place of "
    "float16; let callbacks.GuardNonFinite go back to a checkpoint.",
)

SYMPTOMS = (
    Symptom(
        "divergence",
        _diverging,
        "The training diverges: G's gradient is {g_growth:.3g} times its early norm, D's "
        "{d_growth:.3g} times, the losses are {loss_growth:.3g} times the first ones "
        "(g_loss {g_loss:.3g}, d_loss {d_loss:.3g}).",
        "Use smaller learning rates, beta_1 of 0 to 0.5 in Adam, and a Lipschitz constraint on D "
        "(GradientPenalty, R1, SpectralNormalization).",
        patience=2,
    ),
    Symptom(
        "frozen_generator",
        lambda f: f["generator_is_frozen"],
        "No weight of the generator has changed since step {generator_since}; the learning rate is "
        "{g_learning_rate:.3g}.",
        "Look at the generator's optimizer and schedule, at `trainable`, and at whether updates "
        "are skipped because of NaN.",
        patience=2,
    ),
    Symptom(
        "frozen_discriminator",
        lambda f: f["discriminator_is_frozen"],
        "No weight of the discriminator has changed since step {discriminator_since}; the learning "
        "rate is {d_learning_rate:.3g}. A generator that plays against it learns to deceive it, "
        "not the data.",
        "Look at the discriminator's optimizer and schedule, at `trainable`, and at whether "
        "updates are skipped because of NaN.",
        patience=2,
    ),
    Symptom(
        "vanishing_gradients",
        _vanishing,
        "The generator's gradient vanishes: its norm is {g_gradient_norm:.3g}, early it was "
        "{early_g_gradient_norm:.3g}; of the slope of its loss {g_signal:.3g} is left (a "
        "Wasserstein loss has 1), while D tells {separation:.1%} of the pairs of a real and a "
        "generated image apart (Arjovsky and Bottou 2017, arXiv:1701.04862).",
        "Use ModifiedMinimaxGAN in place of MinimaxGAN, or a Wasserstein loss with a "
        "GradientPenalty; let D do fewer or smaller steps; give D augmentation or R1.",
    ),
    Symptom(
        "mode_collapse",
        _collapsed,
        "The generator's images lack variety: {diversity:.1%} of the real ones' effective number "
        "of different images, {modes:.1%} of their effective number of groups (the lesser was at "
        "best {best_variety:.1%}).",
        "Use a Wasserstein loss with a GradientPenalty, or R1; let D do more steps and G smaller "
        "ones; put MinibatchStddev into D; add LatentDiversityRegularization or ModeSeeking; look "
        "at whether the data hold the variety of the images that the monitor was given.",
        warm_up=True,
    ),
    Symptom(
        "memorizing_discriminator",
        _memorizing,
        "The discriminator knows its training images by heart: it puts them above held-out real "
        "ones in {memorization:.1%} of the pairs (50 % if it could not tell), and calls "
        "{real_accuracy:.1%} of them real, of the held-out ones {held_out_accuracy:.1%}.",
        "Use more images, or DifferentiableAugmentation or AdaptiveAugmentation; a smaller D, "
        "dropout or R1; stop earlier.",
    ),
    Symptom(
        "discriminator_not_learning",
        _not_learning,
        "The discriminator does not learn: it puts real images above generated ones in "
        "{separation:.1%} of the pairs (50 % by chance; best so far {best_separation:.1%}).",
        "Raise D's learning rate or number of steps, or its size; weaken its penalties or clip "
        "less; look at whether real and generated images have the same range, and the monitor's "
        "real images are those of the training.",
        warm_up=True,
    ),
)
