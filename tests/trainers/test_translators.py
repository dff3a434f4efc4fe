"""Pix2Pix and CycleGAN: their steps written out once more, their logs, and what they refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import CycleGAN, Pix2Pix, callbacks, data, losses, testing

SHAPE, RATE, SEED = (8, 8, 1), 0.1, 7


def network(seed, shapes=(SHAPE,), strides=1, activation=None):
    """Two convolutions from one or more inputs."""
    kernels = [keras.initializers.GlorotUniform(seed * 10 + i) for i in range(2)]
    inputs = [keras.Input(shape) for shape in shapes]
    x = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    same = {"kernel_size": 3, "padding": "same"}
    x = keras.layers.Conv2D(
        2, **same, strides=strides, activation="tanh", kernel_initializer=kernels[0]
    )(x)
    x = keras.layers.Conv2D(1, **same, activation=activation, kernel_initializer=kernels[1])(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], x)


def translator(seed, shape=SHAPE):
    return network(seed, (shape,), activation="tanh")


def judge(seed, inputs=1, shape=SHAPE):
    return network(seed, (shape,) * inputs, strides=2)


def make_pix2pix(**options):
    return Pix2Pix(translator(1), judge(2, inputs=2), seed=SEED, **options)


def make_cyclegan(**options):
    return CycleGAN(translator(1), translator(2), judge(3), judge(4), seed=SEED, **options)


def compiled(trainer, **options):
    trainer.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE), **options)
    return trainer


def fit(trainer, first, second, batch_size=2):
    options = {"shuffle": False, "verbose": 0}
    return trainer.fit(first, second, batch_size=batch_size, **options).history


def descend(tape, loss, networks):
    weights = [w for network in networks for w in network.trainable_variables]
    for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
        weight.assign(weight.value - RATE * gradient)


def distance(a, b):
    return tf.reduce_mean(tf.abs(a - b))


FIRST, SECOND = (testing.images(6, SHAPE, seed=seed) for seed in (1, 2))


def test_pix2pix_is_the_papers_step():
    trainer = compiled(make_pix2pix(pixel_weight=3.0))
    history = fit(trainer, FIRST, SECOND)
    g, d = translator(1), judge(2, inputs=2)
    g_losses, d_losses = [], []
    for start in range(0, 6, 2):
        y, x = (tf.constant(i[start : start + 2]) for i in (FIRST, SECOND))
        made = g(x)
        with tf.GradientTape() as tape:
            real, fake = (tf.math.softplus(s * d([i, x])) for s, i in ((-1, y), (1, made)))
            d_loss = tf.reduce_mean(real) + tf.reduce_mean(fake)
            half = 0.5 * d_loss
        descend(tape, half, [d])
        with tf.GradientTape() as tape:
            made = g(x)
            g_loss = tf.reduce_mean(tf.math.softplus(-d([made, x]))) + 3.0 * distance(y, made)
        descend(tape, g_loss, [g])
        g_losses.append(float(g_loss))
        d_losses.append(float(d_loss))
    assert testing.distance(trainer.generator, g) < 1e-5
    assert testing.distance(trainer.discriminator, d) < 1e-5
    np.testing.assert_allclose(history["g_loss"], np.mean(g_losses), rtol=1e-5)
    np.testing.assert_allclose(history["d_loss"], np.mean(d_losses), rtol=1e-5)


@pytest.mark.parametrize("identity_weight", [0.0, 0.5])
def test_cyclegan_is_half_of_the_papers_step(identity_weight):
    trainer = compiled(
        make_cyclegan(pool_size=0, cycle_weight=10.0, identity_weight=identity_weight)
    )
    fit(trainer, FIRST, SECOND)
    g, f, d_a, d_b = translator(1), translator(2), judge(3), judge(4)
    for start in range(0, 6, 2):
        a, b = FIRST[start : start + 2], SECOND[start : start + 2]
        with tf.GradientTape() as tape:
            g_a, f_b = g(a), f(b)
            paper = tf.reduce_mean((d_b(g_a) - 1) ** 2) + tf.reduce_mean((d_a(f_b) - 1) ** 2)
            paper += 10.0 * (distance(a, f(g_a)) + distance(b, g(f_b)))
            paper += 10.0 * identity_weight * (distance(b, g(b)) + distance(a, f(a)))
            half = 0.5 * paper
        descend(tape, half, [g, f])
        with tf.GradientTape() as tape:
            loss = 0.0
            for d, real, fake in ((d_a, a, f_b), (d_b, b, g_a)):
                loss += tf.reduce_mean((d(real) - 1) ** 2) + tf.reduce_mean(d(fake) ** 2)
            half = 0.5 * loss
        descend(tape, half, [d_a, d_b])
    pairs = zip((g, f, d_a, d_b), map(trainer.__getattribute__, trainer.network_names))
    assert max(testing.distance(ours, reference) for reference, ours in pairs) < 1e-5


def test_discriminators_of_cyclegan_see_images_from_the_pool():
    """Full after two images, a pool of probability 1/2 sooner or later gives an older one."""
    with_pool, without = (compiled(make_cyclegan(pool_size=n)) for n in (2, 0))
    for trainer in (with_pool, without):
        fit(trainer, FIRST[:2], SECOND[:2])
    assert testing.same(with_pool.discriminator_a, without.discriminator_a)
    assert int(with_pool.pool_a.stored) == int(with_pool.pool_b.stored) == 2
    for trainer in (with_pool, without):
        fit(trainer, FIRST, SECOND)
    assert testing.distance(with_pool.discriminator_a, without.discriminator_a) > 1e-6


def test_the_logs_of_cyclegan_say_what_they_are():
    history = fit(compiled(make_cyclegan(pool_size=0)), FIRST[:2], SECOND[:2])
    g, f, d_a, d_b = translator(1), translator(2), judge(3), judge(4)
    a, b = FIRST[:2], SECOND[:2]
    cycle = (distance(a, f(g(a))) + distance(b, g(f(b)))) / 2
    identity = (distance(a, f(a)) + distance(b, g(b))) / 2
    real = (tf.reduce_mean(d_a(a)) + tf.reduce_mean(d_b(b))) / 2
    for name, expected in (("cycle_loss", cycle), ("identity_loss", identity)):
        np.testing.assert_allclose(history[name], float(expected), rtol=1e-5)
    np.testing.assert_allclose(history["real_logits"], float(real), rtol=1e-4, atol=1e-6)


def test_evaluation_uses_the_average_and_changes_nothing():
    trainer = compiled(make_pix2pix(ema_decay=0.9))
    trainer.ema_generator.set_weights([1.5 * w for w in trainer.generator.get_weights()])
    networks = trainer.generator, trainer.ema_generator, trainer.discriminator
    before = [testing.vector(network) for network in networks]
    scores = trainer.evaluate(FIRST, SECOND, batch_size=3, return_dict=True, verbose=0)
    expected = distance(FIRST, trainer.ema_generator(SECOND))
    np.testing.assert_allclose(scores["pixel_loss"], float(expected), rtol=1e-5)
    for network, vector in zip(networks, before, strict=True):
        np.testing.assert_array_equal(testing.vector(network), vector)
    assert int(trainer.step) == int(trainer.optimizer.iterations) == 0


def test_a_probe_of_pix2pix_looks_at_what_becomes_of_the_inputs():
    trainer = compiled(make_pix2pix())
    before = [testing.vector(n) for n in (trainer.generator, trainer.discriminator)]
    seen = trainer.probe((FIRST[:4], SECOND[:4]), held_out=(FIRST[4:], SECOND[4:]))
    g, d, inputs = trainer.generator, trainer.discriminator, tf.constant(SECOND[:4])
    with tf.GradientTape() as tape:
        made = g(inputs)
        loss = tf.reduce_mean(tf.math.softplus(-d([made, inputs])))
    norm = np.sqrt(sum(np.sum(x.numpy() ** 2) for x in tape.gradient(loss, g.trainable_variables)))
    np.testing.assert_allclose(seen["g_gradient_norm"], norm, rtol=1e-4)
    np.testing.assert_allclose(seen["generated"], made, atol=1e-6)
    logits = d([FIRST[4:], SECOND[4:]]).numpy().mean(axis=(1, 2, 3))
    np.testing.assert_allclose(seen["held_out_logits"], logits, rtol=1e-4, atol=1e-6)
    for network, vector in zip((g, d), before):
        np.testing.assert_array_equal(testing.vector(network), vector)
    with pytest.raises(ValueError, match="Data for Pix2Pix are pairs"):
        trainer.probe(FIRST)


def test_a_monitor_watches_pix2pix():
    images, inputs = testing.images(8, SHAPE, seed=1), testing.images(8, SHAPE, seed=2)
    monitor = callbacks.GANMonitor((images, inputs), say=print)
    history = compiled(make_pix2pix()).fit(
        images, inputs, batch_size=4, epochs=2, verbose=0, callbacks=[monitor]
    ).history
    assert monitor.diagnosis.looks == 3
    for name in ("separation", "diversity", "g_gradient_norm"):
        assert len(history[f"monitor_{name}"]) == 2
        assert np.isfinite(history[f"monitor_{name}"]).all()


def test_penalties_are_on_each_discriminator_by_itself():
    trainer = make_cyclegan(pool_size=0)
    trainer.compile(penalties=[losses.LeCam(0.3)])
    assert len(trainer.penalty_memories) == 2
    history = fit(trainer, FIRST, SECOND)
    assert np.isfinite(history["le_cam"]).all()
    memories = [testing.vector(memory) for memory in trainer.penalty_memories]
    assert not np.allclose(*memories)


def test_penalties_of_latents_need_latents():
    with pytest.raises(ValueError, match="Pix2Pix has no latents"):
        make_pix2pix().compile(penalties=[losses.LatentConsistencyRegularization()])


def test_both_directions_are_exported():
    trainer = make_cyclegan(ema_decay=0.9)
    parts = trainer.exports()
    assert list(parts) == ["a_to_b", "b_to_a"]
    assert parts["a_to_b"].generator is trainer.generator_ab
    assert parts["b_to_a"].serving_generator is trainer.ema_generator_ba
    single = make_pix2pix()
    assert single.exports() == {"": single}


OTHER = (8, 8, 3)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Pix2Pix(judge(1, inputs=2), judge(2)), "takes one input.*inputs of shapes"),
        (lambda: Pix2Pix(translator(1), judge(2, shape=OTHER)), "must take images of the shape"),
        (
            lambda: Pix2Pix(translator(1), network(2, (SHAPE, OTHER))),
            r"second input must be what the generator takes.*\(8, 8, 3\) beside",
        ),
        (lambda: make_pix2pix(pixel_weight=-1), "`pixel_weight` must be a finite number >= 0.*-1"),
        (
            lambda: CycleGAN(translator(1), translator(2, OTHER), judge(3), judge(4)),
            "must take what the other makes",
        ),
        (
            lambda: CycleGAN(
                network(1, (OTHER,)), to_colours(2), judge(3, shape=OTHER), judge(4)
            ),
            "identity loss needs domains of images of one shape; give identity_weight=0",
        ),
        (lambda: make_cyclegan(cycle_weight=float("nan")), "`cycle_weight` must be a finite"),
        (lambda: make_cyclegan(pool_size=-1), "`pool_size` must be a positive integer"),
    ],
    ids=range(8),
)
def test_what_does_not_fit_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def to_colours(seed):
    images = keras.Input(SHAPE)
    return keras.Model(images, keras.layers.Conv2D(3, 1)(images))


def test_domains_of_other_channels_have_no_identity_loss():
    networks = network(1, (OTHER,)), to_colours(2), judge(3, shape=OTHER), judge(4)
    trainer = compiled(CycleGAN(*networks, identity_weight=0.0))
    history = fit(trainer, testing.images(2, OTHER), FIRST[:2])
    assert history["identity_loss"] == [0.0] and history["cycle_loss"][0] > 0.0


@pytest.mark.parametrize("make", [make_pix2pix, make_cyclegan])
def test_data_must_be_two_images(make):
    trainer = compiled(make(), run_eagerly=True)
    with pytest.raises(ValueError, match=r"Data for \w+ are .*as data.load_"):
        trainer.fit(FIRST, verbose=0)
    with pytest.raises(ValueError, match=r"must have the shape that .* takes: \(8, 8, 1\)"):
        trainer.fit(FIRST, SECOND[:, :6], verbose=0)
    with pytest.raises(ValueError, match="a row for each other.*Received: 6 and 5 rows"):
        trainer.fit(FIRST, SECOND[:5], verbose=0)


def test_unpaired_data_of_unequal_size_train_a_cyclegan():
    trainer = compiled(make_cyclegan())
    batches = data.load_unpaired(FIRST[:5], SECOND[:3], batch_size=1, seed=1)
    trainer.fit(batches, epochs=2, verbose=0)
    assert int(trainer.step) == 10


def test_edges_in_a_folder_of_their_own_train_a_pix2pix(tmp_path):
    """Grey inputs, coloured images, and files that belong together by their names."""
    rng = np.random.default_rng(0)
    folders = {"photos": OTHER, "edges": SHAPE[:2]}
    for name, shape in folders.items():
        (tmp_path / name).mkdir()
        for number in range(4):
            pixels = rng.integers(0, 256, shape, dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    source = tuple(tmp_path / name for name in folders)
    pairs = data.load_pairs(source, batch_size=2, seed=1)
    trainer = compiled(Pix2Pix(to_colours(1), network(2, (OTHER, SHAPE)), seed=SEED))
    history = trainer.fit(pairs, epochs=2, verbose=0).history
    assert int(trainer.step) == 4 and np.isfinite(history["g_loss"]).all()
    assert trainer(next(iter(pairs))[1]).shape == (2, *OTHER)
