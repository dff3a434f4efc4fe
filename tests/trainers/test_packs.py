"""PacGAN: discriminators that judge several examples together, in all that a trainer does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_suite as tgs
from tfgan_suite import layers, losses, networks, testing

K = keras.layers
M, DIM = 2, 3
PENALTIES = (losses.R1, losses.R2, losses.GradientPenalty, losses.DRAGAN)


def of_packs(labels=False, kind="tanh"):
    """D of packs of two points of the plane, perhaps told both labels."""
    given = [keras.Input((M * 2,))] + ([keras.Input((M,), dtype="int32")] if labels else [])
    x = given[0]
    if labels:
        rows = K.Embedding(3, 2, embeddings_initializer=keras.initializers.HeNormal(5))(given[1])
        x = K.Concatenate()([x, K.Flatten()(rows)])
    x = K.Dense(4, kind, kernel_initializer=keras.initializers.HeNormal(6))(x)
    logits = K.Dense(1, kernel_initializer=keras.initializers.HeNormal(7), dtype="float32")(x)
    return keras.Model(given if labels else given[0], logits)


def packed(labels=False, **options):
    return networks.packing.build_discriminator(of_packs(labels, **options), M)


def made(labels=False, penalties=(), **options):
    generator = testing.label_networks()[0] if labels else testing.mlp_networks()[0]
    cls = tgs.ConditionalGAN if labels else tgs.GAN
    gan = cls(generator, packed(labels), testing.LATENT_DIM, ema_decay=0.9, seed=3)
    gan.compile(
        keras.optimizers.SGD(0.1), loss="relativistic_standard_logistic", penalties=penalties,
        **options,
    )  # fmt: skip
    return gan


def fit(gan, rows=16, labels=False, **options):
    y = (np.arange(rows) % 3).astype("int32") if labels else None
    options = {"batch_size": 8, "shuffle": False, "verbose": 0, **options}
    return gan.fit(testing.points(rows), y, **options).history


def parts(gan):
    return np.concatenate([testing.vector(n) for n in (gan.generator, gan.discriminator)])


# --- The layer and the network ------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6,), (6, 3), (6, 4, 5, 2)], ids=len)
def test_packs_are_of_consecutive_rows_along_the_last_axis(shape):
    x = np.arange(np.prod(shape)).reshape(shape)
    triples = [x[i : i + 3] for i in (0, 3)]
    expected = [np.stack(t) if len(shape) == 1 else np.concatenate(t, axis=-1) for t in triples]
    made = layers.Pack(3)(tf.constant(x))
    np.testing.assert_array_equal(made, expected)
    assert made.dtype == tf.constant(x).dtype


def test_images_and_labels_are_packed_alike():
    x, y = testing.points(6), np.array([0, 1, 2, 2, 1, 0], "int32")
    inner = of_packs(labels=True)
    outer = networks.packing.build_discriminator(inner, M)
    expected = inner([x.reshape(3, 4), y.reshape(3, 2)])
    np.testing.assert_allclose(outer([x, y]), expected, rtol=1e-6)
    assert outer.inputs[1].shape == (None,) and outer.output_shape == (None, 1)


@pytest.mark.parametrize(
    "discriminator, named",
    [
        (lambda: networks.mlp.build_discriminator((8, 8, 3), (4,)), "samples=2.*shape"),
        (lambda: testing.label_networks()[1], r"take \(2,\) labels"),
    ],
)
def test_what_cannot_be_packed_is_named(discriminator, named):
    with pytest.raises(ValueError, match=named):
        networks.packing.build_discriminator(discriminator(), M)


# --- Penalties ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", PENALTIES, ids=lambda cls: cls.__name__)
def test_penalties_take_the_norm_of_a_pack_s_gradient(cls):
    """D linear in a pack, of slope (1, 2, 3, 4): its squared norm is 30, not 5 and 25."""
    pack = keras.Input((4,))
    linear = keras.Model(pack, K.Dense(1, use_bias=False)(pack))
    linear.set_weights([np.array([[1.0], [2.0], [3.0], [4.0]])])
    outer = networks.packing.build_discriminator(linear, M)
    real, fake = (tf.constant(testing.points(6, 2, seed)) for seed in (0, 1))
    expected = 15.0 if cls in (losses.R1, losses.R2) else (np.sqrt(30.0) - 1.0) ** 2
    np.testing.assert_allclose(cls(1.0)(outer, real, fake), expected, rtol=1e-5)


def test_points_between_packs_are_on_one_line():
    """D sees e in each row: a pack has one, packs have different ones."""
    from tfgan_suite.losses.penalties.gradient import between

    e = between(tf.ones([6, 2]), tf.zeros([6, 2]), tf.constant([3, 4]), samples=3).numpy()
    assert (e[:3] == e[0]).all() and (e[3:] == e[3]).all() and e[0, 0] != e[3, 0]


# --- Trainings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [False, True], ids=["plain", "labels"])
def test_packs_are_trained_judged_and_looked_at(labels):
    gan = made(labels, penalties=[losses.R1(), losses.R2()])
    before = parts(gan)
    logs = fit(gan, labels=labels)
    assert all(np.isfinite(values).all() for values in logs.values())
    assert np.abs(parts(gan) - before).max() > 1e-3
    x, y = testing.points(7), (np.arange(7) % 3).astype("int32")
    seen = gan.probe((x, y) if labels else x)
    assert seen["real_logits"].shape == (3,) and len(seen["generated"]) == 6


def test_eager_mode_xla_and_micro_batches_agree():
    results = []
    for options in ({"run_eagerly": True}, {"jit_compile": True}, {"micro_batches": 2}):
        gan = made(penalties=[losses.R1(), losses.R2()], **options)
        fit(gan)
        results.append(parts(gan))
    for other in results[1:]:
        np.testing.assert_allclose(other, results[0], rtol=1e-4, atol=1e-5)


def test_two_replicas_equal_one(two_replicas):
    one = made(penalties=[losses.R2()])
    with two_replicas.scope():
        two = made(penalties=[losses.R2()])
    for gan in (one, two):
        fit(gan)
    np.testing.assert_allclose(parts(one), parts(two), rtol=1e-4, atol=1e-5)


def test_a_saved_training_goes_on_as_the_whole_one(tmp_path):
    gan = made()
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    for trainer in (gan, again):
        fit(trainer)
    np.testing.assert_array_equal(parts(gan), parts(again))


def test_rows_that_make_no_pack_are_left_out_of_an_epoch():
    gan = made()
    fit(gan, rows=19)
    assert int(gan.step) == 2


@pytest.mark.parametrize(
    "options, named",
    [
        ({"batch_size": 5}, "packs of 2 examples.*batch_size=5"),
        ({"batch_size": 6, "micro_batches": 2}, r"batch_size=6, 2 share\(s\)"),
    ],
)
def test_a_batch_of_no_whole_packs_is_named_before_the_first_step(options, named):
    gan = made(micro_batches=options.pop("micro_batches", 1))
    with pytest.raises(ValueError, match=named):
        fit(gan, rows=30, **options)
    assert int(gan.step) == 0


def test_heads_of_packs_are_refused():
    head = networks.packing.build_discriminator(
        networks.heads.build_class_head(of_packs(), 3, seed=1), M
    )
    with pytest.raises(ValueError, match="of packs has logits alone.*2 outputs"):
        tgs.ACGAN(testing.label_networks()[0], head, testing.LATENT_DIM)
