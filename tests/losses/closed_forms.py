"""Values and gradients of the adversarial losses in float64 NumPy, from the papers' formulas."""

import numpy as np


def softplus(x):
    return np.logaddexp(0.0, x)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def cross_entropy_discriminator(real, fake, smoothing):
    """-mean[t log D(x) + (1 - t) log(1 - D(x))] - mean log(1 - D(G(z))), t = 1 - smoothing / 2."""
    target = 1.0 - smoothing / 2.0
    value = np.mean(softplus(real) - target * real) + np.mean(softplus(fake))
    return value, (sigmoid(real) - target) / real.size, sigmoid(fake) / fake.size


def minimax_generator(real, fake):
    """mean log(1 - D(G(z))), with TF-GAN's constant: its real part for logits of one."""
    value = -softplus(-1.0) - np.mean(softplus(fake))
    return value, np.zeros_like(real), -sigmoid(fake) / fake.size


def modified_generator(real, fake):
    """-mean log D(G(z))."""
    return np.mean(softplus(-fake)), np.zeros_like(real), -sigmoid(-fake) / fake.size


def wasserstein_discriminator(real, fake):
    ones = np.ones_like(real)
    return np.mean(fake) - np.mean(real), -ones / real.size, np.ones_like(fake) / fake.size


def wasserstein_generator(real, fake):
    return -np.mean(fake), np.zeros_like(real), -np.ones_like(fake) / fake.size
