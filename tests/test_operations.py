"""Operations of a step: counted from the layers of the networks, for each algorithm."""

import keras
import pytest
import tensorflow as tf

import tfgan_suite as tgs
from tfgan_suite.operations import count_operations

N, LATENT_DIM = 4, 8  # images of a minibatch, components of z


def networks(**options):
    shape = {"image_size": 16, "channels": 3, "filters": 4}
    return (
        tgs.networks.dcgan.build_generator(latent_dim=LATENT_DIM, **shape, **options),
        tgs.networks.dcgan.build_discriminator(batch_norm=False, **shape, **options),
    )


def forward(network):
    """`(layers, flops)` of a pass for one image, from the sizes of the layers alone."""
    flops = []
    for layer in network.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
            small = min((layer.input, layer.output), key=lambda t: t.shape[1]).shape
            height, width, a, b = layer.kernel.shape
            flops.append(2 * small[1] * small[2] * height * width * a * b)
        elif isinstance(layer, keras.layers.Dense):
            flops.append(2 * layer.kernel.shape[0] * layer.kernel.shape[1])
    return len(flops), sum(flops), flops[0]


def passes(network):
    """What one image costs: forward; back to the weights; back to the weights and the image."""
    count, flops, first = forward(network)
    return {
        "forward": (count, flops),
        "by_weights": (2 * count - 1, 2 * flops - first),  # the first layer's input is data
        "by_input": (count, flops),
    }


def total(*terms):
    return sum(t[0] for t in terms), sum(t[1] for t in terms)


def update_of_d(d):
    """Both images forward, and back to D's weights; the one of G forward before."""
    return total(*[d["forward"], d["by_weights"]] * 2)


def update_of_g(g, d):
    """D forward and back to its input, not to its weights, and G back to its weights."""
    return total(d["forward"], d["by_input"], g["by_weights"])


def counted(trainer, k=1):
    shape = (N, 16, 16, 3) if k == 1 else (N, k, 16, 16, 3)
    found = tgs.step_operations(trainer, tf.TensorSpec(shape))
    return found.convolutions + found.products, found.flops


def compiled(family, k=1, **options):
    compile_options = options.pop("compile_options", {})
    g, d = networks()
    gan = family(g, d, LATENT_DIM, discriminator_steps=k, **options)
    gan.compile(**compile_options)
    return gan, passes(g), passes(d)


def assert_counts(gan, k, *terms):
    operations, flops = total(*terms)
    assert counted(gan, k) == (operations, N * flops)


@pytest.mark.parametrize("ema_decay", [None, 0.9])
@pytest.mark.parametrize("family", [tgs.MinimaxGAN, tgs.ModifiedMinimaxGAN])
def test_a_step_has_the_operations_of_its_algorithm(family, ema_decay):
    gan, g, d = compiled(family, ema_decay=ema_decay)
    assert_counts(gan, 1, g["forward"], update_of_d(d), g["forward"], update_of_g(g, d))


def test_shared_latents_save_a_pass_of_the_generator():
    gan, g, d = compiled(tgs.ModifiedMinimaxGAN, shared_latents=True)
    assert_counts(gan, 1, g["forward"], update_of_d(d), update_of_g(g, d))


def test_a_simultaneous_step_saves_a_pass_of_the_discriminator_too():
    gan, g, d = compiled(tgs.ModifiedMinimaxGAN, simultaneous=True)
    assert_counts(gan, 1, g["forward"], update_of_d(d), d["by_input"], g["by_weights"])


@pytest.mark.parametrize("k", [1, 3])
def test_critic_steps_are_counted_each(k):
    gan, g, d = compiled(tgs.WassersteinGAN, k)
    critic = total(g["forward"], update_of_d(d))
    assert_counts(gan, k, *[critic] * k, g["forward"], update_of_g(g, d))


def test_the_step_as_it_runs_has_as_many_operations():
    shape = {"image_size": 16, "channels": 3, "filters": 16}
    d = tgs.networks.dcgan.build_discriminator(**shape)
    g = tgs.networks.dcgan.build_generator(latent_dim=LATENT_DIM, **shape)
    gan = tgs.ModifiedMinimaxGAN(g, d, LATENT_DIM)
    gan.compile()
    images = tf.TensorSpec((32, 16, 16, 3))
    run = count_operations(tf.function(gan.train_step).get_concrete_function(images))
    counted = tgs.step_operations(gan, images)
    assert run.by_type["Conv2D"][0] > counted.by_type["Conv2D"][0]  # by other formulas
    assert (run.convolutions, run.products) == (counted.convolutions, counted.products)
    assert counted.flops < run.flops < 1.44 * counted.flops


def test_a_lazy_penalty_is_counted_when_it_is_due():
    always, *_ = compiled(tgs.ModifiedMinimaxGAN, compile_options={"penalties": [tgs.losses.R1()]})
    lazy, *_ = compiled(
        tgs.ModifiedMinimaxGAN, compile_options={"penalties": [tgs.losses.R1(interval=16)]}
    )
    without, *_ = compiled(tgs.ModifiedMinimaxGAN)
    assert counted(lazy)[1] == counted(always)[1] > counted(without)[1]


def test_a_product_of_transposed_and_of_stacked_matrices():
    @tf.function
    def products(a, b):
        return tf.matmul(a, b, transpose_a=True), tf.matmul(a[None], b[None], transpose_a=True)

    spec = tf.TensorSpec((7, 3)), tf.TensorSpec((7, 5))
    found = count_operations(products.get_concrete_function(*spec))
    assert (found.products, found.flops) == (2, 2 * 2 * 3 * 5 * 7)


def test_what_nothing_asks_for_is_not_counted():
    @tf.function
    def half(a):
        _ = tf.matmul(a, a)
        return a + 1

    assert count_operations(half.get_concrete_function(tf.TensorSpec((3, 3)))).flops == 0


def test_a_batch_of_unknown_size_is_named():
    gan, *_ = compiled(tgs.ModifiedMinimaxGAN)
    with pytest.raises(ValueError, match=r"Received: shape=\(None, 16, 16, 3\)"):
        tgs.step_operations(gan, tf.TensorSpec((None, 16, 16, 3)))


def test_a_trainer_that_is_not_compiled_is_named():
    gan = tgs.ModifiedMinimaxGAN(*networks(), LATENT_DIM)
    with pytest.raises(ValueError, match="not compiled"):
        tgs.step_operations(gan, tf.TensorSpec((N, 16, 16, 3)))
