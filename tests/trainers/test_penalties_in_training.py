"""Penalties of either player inside a trainer: their logs, their memories, replicas, wrong use."""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import losses, testing


@keras.saving.register_keras_serializable("tests")
def doubled(images, seed):
    return 2.0 * images


def discriminator_penalties(interval=1):
    return [
        losses.R1(interval=interval),
        losses.LeCam(decay=0.5, interval=interval),
        losses.ConsistencyRegularization(transform=doubled, interval=interval),
        losses.LatentConsistencyRegularization(stddev=0.3, interval=interval),
        losses.OrthogonalRegularization(0.01, interval=interval),
    ]


def generator_penalties(interval=1):
    return [
        losses.PathLength(0.1, decay=0.5, interval=interval),
        losses.LatentDiversityRegularization(stddev=0.3, interval=interval),
        losses.SpectralNormRegularization(0.1, interval=interval),
    ]


def penalized(rate=0.05, interval=1, **options):
    return families.compiled(
        families.make(),
        rate=rate,
        penalties=discriminator_penalties(interval),
        generator_penalties=generator_penalties(interval),
        **options,
    )


def memories(gan):
    return np.concatenate([testing.vector(memory) for memory in gan.penalty_memories])


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_the_loss_contains_the_penalties_of_its_player(player):
    """At a rate of 0 the two runs differ by the penalties alone."""
    name, option, made = {
        "discriminator": ("d_loss", "penalties", discriminator_penalties()),
        "generator": ("g_loss", "generator_penalties", generator_penalties()),
    }[player]
    gan = families.compiled(families.make(), rate=0.0, **{option: made})
    plain = families.compiled(families.make(), rate=0.0)
    x = testing.points(8)
    logs, without = families.fit(gan, x), families.fit(plain, x)
    values = [logs[penalty.log_name(player)][0] for penalty in made]
    assert 0.0 not in values
    np.testing.assert_allclose(logs[name][0], without[name][0] + sum(values), rtol=1e-4)


@pytest.mark.parametrize("interval", [1, 2])
def test_eager_equals_compiled(interval):
    eager, graph = penalized(interval=interval, run_eagerly=True), penalized(interval=interval)
    x = testing.points(16)
    for gan in (eager, graph):
        families.fit(gan, x)
    assert testing.distance(eager.generator, graph.generator) < 1e-4
    assert testing.distance(eager.discriminator, graph.discriminator) < 1e-4
    np.testing.assert_allclose(memories(eager), memories(graph), rtol=1e-4)


def test_penalties_change_what_is_learned():
    gan, plain = penalized(), families.compiled(families.make(), rate=0.05)
    for trainer in (gan, plain):
        families.fit(trainer, testing.points(8))
    assert testing.distance(gan.generator, plain.generator) > 1e-3
    assert testing.distance(gan.discriminator, plain.discriminator) > 1e-3


def test_a_memory_counts_the_updates_that_are_due():
    gan = families.make(discriminator_steps=2)
    penalty = losses.LeCam(interval=3)
    families.compiled(gan, penalties=[penalty])
    families.fit(gan, testing.points(32))  # 4 steps, 8 updates of D: 0, 3 and 6 are due
    assert float(penalty.memory.variables[2].value) == 3.0


def test_a_generators_penalty_is_computed_in_every_interval_th_update():
    gan = families.make()
    penalty = losses.PathLength(0.0, decay=1.0, interval=4)
    families.compiled(gan, rate=0.5, generator_penalties=[penalty])
    x, lengths = testing.points(4), []
    for _ in range(6):
        families.fit(gan, x)
        lengths.append(float(penalty.memory.variables[0].value))
    assert lengths[0] == lengths[1] == lengths[2] == lengths[3]
    assert lengths[3] != lengths[4] == lengths[5]


def test_a_reloaded_trainer_goes_on_as_the_first_one(tmp_path):
    gan = penalized(interval=2)
    x = testing.points(12)
    families.fit(gan, x)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert np.array_equal(memories(again), memories(gan))
    penalties, expected = (
        trainer.players["generator"].penalties_on(trainer.generator) for trainer in (again, gan)
    )
    assert [p.get_config() for p in penalties] == [p.get_config() for p in expected]
    for trainer in (gan, again):
        families.fit(trainer, x)
    assert testing.same(again.generator, gan.generator)
    assert testing.same(again.discriminator, gan.discriminator)
    assert np.array_equal(memories(again), memories(gan))


def test_compiling_again_leaves_no_memory_behind():
    gan = families.make()
    before = len(gan.variables)
    for _ in range(2):
        families.compiled(gan, penalties=[losses.LeCam()])
        assert len(gan.penalty_memories) == 1
    families.compiled(gan)
    assert not gan.penalty_memories
    families.compiled(gan, penalties=[losses.LeCam()])
    assert len(gan.variables) == before + 3


@pytest.mark.parametrize("interval", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_two_replicas_equal_one(two_replicas, interval):
    x, results = testing.points(16), []
    one = penalized(interval=interval)
    families.fit(one, x)
    with two_replicas.scope():
        two = penalized(interval=interval)
    families.fit(two, x)
    for gan in (one, two):
        results.append([testing.vector(gan.generator), testing.vector(gan.discriminator)])
        results[-1].append(memories(gan))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_mixed_float16_trains_with_penalties_of_both_players():
    keras.config.set_dtype_policy("mixed_float16")
    gan = penalized(rate=0.01)
    logs = families.fit(gan, testing.points(8))
    assert all(np.isfinite(values).all() for values in logs.values())
    assert np.isfinite(memories(gan)).all()
    assert gan.optimizer.iterations == 2


def test_conditional_networks_take_generator_penalties():
    gan = families.make(networks=testing.conditional_networks())
    families.compiled(
        gan,
        rate=0.01,
        penalties=[losses.LatentConsistencyRegularization()],
        generator_penalties=[losses.PathLength(interval=1), losses.ModeSeeking()],
    )
    logs = gan.fit(testing.points(8), testing.one_hot(8), batch_size=4, verbose=0).history
    assert logs["path_length"][0] > 0.0
    assert logs["mode_seeking"][0] > 0.0


@pytest.mark.parametrize(
    "penalty",
    [losses.PathLength(), losses.ModeSeeking(), losses.LatentDiversityRegularization()],
    ids=lambda penalty: penalty.name,
)
def test_a_generators_penalty_is_not_for_the_critic(penalty):
    name = type(penalty).__name__
    with pytest.raises(
        ValueError,
        match=rf"`penalties` are added to the discriminator's loss, and {name} is a penalty on the "
        rf"generator: pass it as compile\(generator_penalties=\[...\]\). Received: {name}\(",
    ):
        families.make().compile(penalties=[penalty])


def test_a_critics_penalty_is_not_for_the_generator():
    with pytest.raises(ValueError, match=r"R1 is a penalty on the discriminator.*\(penalties="):
        families.make().compile(generator_penalties=[losses.R1()])


def test_one_object_cannot_serve_both_players():
    penalty = losses.OrthogonalRegularization()
    with pytest.raises(ValueError, match="belongs to one player.*Received the same object twice"):
        families.make().compile(penalties=[penalty], generator_penalties=[penalty])


def test_both_players_may_have_one_of_a_kind():
    gan = families.make()
    penalties = [losses.OrthogonalRegularization() for _ in range(2)]
    families.compiled(gan, penalties=penalties[:1], generator_penalties=penalties[1:])
    logs = families.fit(gan, testing.points(4))
    kinds = ("discriminator", "generator")
    assert all(logs[f"{kind}_orthogonal_regularization"][0] >= 0.0 for kind in kinds)
