"""Every trainer and every generator of the package, and every kind of generator, as served:
every modality with every condition.

They are exported, loaded in a fresh process through TensorFlow's C API, and asked for batches of 1,
3 and 17 by every signature.
"""

import inspect
import io

import c_api
import keras
import numpy as np
import pandas as pd
import pytest
import scipy.io.wavfile
import served_kinds as kinds
from PIL import Image

import tfgan_suite
from tfgan_suite import testing
from tfgan_suite.conditions import Condition
from tfgan_suite.configured import subclasses
from tfgan_suite.export import export, verify
from tfgan_suite.modalities import Modality
from tfgan_suite.served_part import served_parts

BATCHES = (1, 3, 17)
TOLERANCE = 1e-5


def _trainer(cls):
    """A trainer of vectors, its moving average apart from the raw weights."""
    networks = testing.mlp_networks()
    if cls in (tfgan_suite.ACGAN, tfgan_suite.ConditionalGAN):
        generator, discriminator = testing.label_networks(classes=kinds.CLASSES)
        if cls is tfgan_suite.ACGAN:
            build_class_head = tfgan_suite.networks.heads.build_class_head
            discriminator = build_class_head(networks[1], kinds.CLASSES, seed=1)
        networks = generator, discriminator
    trainer = cls(*networks, testing.LATENT_DIM, ema_decay=0.9, seed=1)
    trainer.ema_generator.set_weights([1.5 * w + 0.1 for w in trainer.generator.get_weights()])
    return trainer


def _network(module):
    """The generator of a family of networks, of small RGB pictures."""
    size = {"image_size": getattr(module, "SMALLEST", 16), "channels": 3}
    if "data_shape" in inspect.signature(module.build_generator).parameters:
        size = {"data_shape": (16, 16, 3)}
    sizes = {"filters": 2, "hidden_units": (4,), "blocks": 1, "group_size": 2}
    known = inspect.signature(module.build_generator).parameters
    sizes = {name: value for name, value in sizes.items() if name in known}
    if "latent_dim" not in known:  # a translator
        return kinds.served(module.build_generator(**size, **sizes))
    return kinds.with_latents(module.build_generator(**size, latent_dim=kinds.DIM, **sizes))


# Public trainers with a generator of latents, and networks, join by themselves.
TRAINERS = {
    name: cls
    for name, cls in sorted(vars(tfgan_suite.trainers).items())
    if name in tfgan_suite.trainers.__all__
    and inspect.isclass(cls)
    and issubclass(cls, tfgan_suite.GAN)
    and list(inspect.signature(cls).parameters)[:3] == ["generator", "discriminator", "latent_dim"]
}
NETWORKS = {
    name: getattr(tfgan_suite.networks, name)
    for name in tfgan_suite.networks.__all__
    if hasattr(getattr(tfgan_suite.networks, name), "build_generator")
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """All of them: name -> (part, directory of the version)."""
    makers = dict(kinds.KINDS)
    makers |= {name: lambda cls=cls: _trainer(cls) for name, cls in TRAINERS.items()}
    makers |= {name: lambda m=module: _network(m) for name, module in NETWORKS.items()}
    folder, made = tmp_path_factory.mktemp("exported"), {}
    for number, (name, make) in enumerate(makers.items()):
        trainer = make()
        (part,) = served_parts(trainer).values()
        made[name] = part, export(trainer, folder / str(number))
    return made


@pytest.fixture(scope="module")
def answers(exported):
    """(name, signature, rows) -> (request, answer), all asked of one fresh process."""
    plan = {}
    for name, (part, path) in exported.items():
        for signature in c_api.read_graph(path).signature_def:
            if signature.startswith("__"):
                continue
            for rows in BATCHES:
                request = kinds.requests(part, signature, rows)
                plan[name, signature, rows] = (path, signature, request)
    made = c_api.run_all(list(plan.values()))
    return {key: (plan[key][2], answer) for key, answer in zip(plan, made)}


EVERY = pytest.mark.parametrize("name", [*kinds.KINDS, *TRAINERS, *NETWORKS])


@EVERY
def test_every_signature_is_the_generator(exported, answers, name):
    part, _ = exported[name]
    mine = {key: value for key, value in answers.items() if key[0] == name}
    assert {key[1] for key in mine} >= {"serving_default"}
    for (_, signature, rows), (request, answer) in mine.items():
        assert len(kinds.expected(part, request)) == rows
        check_answer(part, signature, request, answer)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(kinds.MATRIX.keys() - kinds.QUICK.keys()))
def test_every_modality_with_every_condition(tmp_path, name):
    part = kinds.of(*kinds.MATRIX[name])
    path = export(part, tmp_path)
    report = verify(path, against=part)
    assert report.passed, str(report)
    names = [name for name in c_api.read_graph(path).signature_def if not name.startswith("__")]
    plan = [(path, signature, kinds.requests(part, signature, 3)) for signature in names]
    for (_, signature, request), answer in zip(plan, c_api.run_all(plan), strict=True):
        check_answer(part, signature, request, answer)


def check_answer(part, signature, request, answer):
    """An answer's output has its key, and is what the generator itself makes of the request."""
    examples = kinds.expected(part, request)
    form = FORMS.get(signature.removesuffix("_of_text"))
    key, check = form or (part.interface.output.key, _are_examples)
    assert list(answer) == [key]
    check(answer[key], examples, part.interface.output)


def _are_examples(found, examples, _):
    np.testing.assert_allclose(found, examples, rtol=TOLERANCE, atol=TOLERANCE)


def _are_png(files, images, _):
    levels = (np.clip(images, -1, 1).astype(np.float64) + 1.0) * 127.5
    for data, level in zip(files, levels, strict=True):
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "PNG"
            pixels = np.asarray(image).reshape(level.shape)
        assert np.abs(pixels - level).max() <= 0.5 + 1e-2


def _are_strings(texts, sequences, modality):
    assert [text.decode() for text in texts] == modality.decode(sequences)


def _are_wav(files, waveforms, modality):
    for data, samples in zip(files, modality.decode(waveforms), strict=True):
        rate, found = scipy.io.wavfile.read(io.BytesIO(data))
        assert rate == modality.rate
        assert np.abs(found.reshape(samples.shape).astype(int) - samples).max() <= 1


def _are_lines(lines, rows, modality):
    frame = modality.decode(rows)
    text = b"\n".join([",".join(frame.columns).encode(), *lines]).decode()
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(text)), frame, atol=0.011)


FORMS = {
    "png": ("image_bytes", _are_png),
    "strings": ("strings", _are_strings),
    "wav": ("wav_bytes", _are_wav),
    "csv": ("csv", _are_lines),
}


# Vectors of every condition differ by what is asked with, which the test above asks with.
VERIFIED = [name for name in kinds.KINDS if not name.startswith("vectors of ")]


@pytest.mark.parametrize("name", [*VERIFIED, *NETWORKS, "vectors of tokens", "WassersteinGAN"])
def test_verified(exported, name):
    part, path = exported[name]
    report = verify(path, against=part)
    assert report.passed, str(report)
    assert not [check for check in report.checks if check.status == "skip"], str(report)


def _kinds_of(base, package):
    kept = (cls for cls in subclasses(base) if cls.__module__.startswith(package))
    return {cls for cls in kept if cls.__dict__.get("kind")}


def test_nothing_of_the_package_is_forgotten():
    kept = {type(modality) for modality in kinds.MODALITIES.values()}
    assert kept == _kinds_of(Modality, "tfgan_suite.modalities.")
    kept = {type(condition) for told in kinds.CONDITIONS.values() for condition in told}
    assert kept == _kinds_of(Condition, "tfgan_suite.conditions.")
    assert {"GAN", "MinimaxGAN", "ModifiedMinimaxGAN", "WassersteinGAN"} <= set(TRAINERS)
    assert {"dcgan", "mlp", "resnet_translator", "unet"} <= set(NETWORKS)


@pytest.mark.parametrize(
    ("kind", "signatures"),
    [
        ("pictures", {"serving_default", "from_seed", "truncated", "png"}),
        ("points", {"serving_default", "from_seed", "truncated"}),
        ("labels", {"serving_default", "from_seed", "truncated", "png"}),
        ("translator", {"serving_default", "png"}),
        ("images of 4 channels of labels and attributes", {"serving_default", "from_seed", "truncated", "png"}),
        ("images of 5 channels of labels and attributes", {"serving_default", "from_seed", "truncated"}),
        ("waveforms of labels and attributes", {"serving_default", "from_seed", "truncated", "wav"}),
        ("videos of labels and attributes", {"serving_default", "from_seed", "truncated"}),
        ("rows of labels and attributes", {"serving_default", "from_seed", "truncated", "csv"}),
        (
            "vectors of tokens",
            {
                "serving_default", "from_seed", "truncated", "serving_default_of_text",
                "from_seed_of_text", "truncated_of_text",
            },
        ),
        ("sequences of labels and attributes", {"serving_default", "from_seed", "truncated", "strings"}),
    ],
)
def test_signatures_of_each_kind(exported, kind, signatures):
    found = c_api.read_graph(exported[kind][1]).signature_def
    assert {name for name in found if not name.startswith("__")} == signatures


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("labels", {"latents", "labels"}),
        ("one-hot labels", {"latents", "labels"}),
        ("condition vectors", {"latents", "condition"}),
        ("translator", {"images"}),
        ("translator of attributes", {"images", "attributes"}),
        ("vectors of labels and attributes", {"latents", "labels", "attributes"}),
    ],
)
def test_keys_of_each_kind(exported, kind, keys):
    definition = c_api.read_graph(exported[kind][1]).signature_def["serving_default"]
    assert set(definition.inputs) == keys


def test_a_psi_of_zero_gives_the_mean_of_the_latents(exported):
    part, path = exported["pictures"]
    latents = kinds.requests(part, "serving_default", 2)["latents"]
    request = {"latents": latents, "psi": np.array([0.0, 1.0], np.float32)}
    images = c_api.run(path, "truncated", request)["images"]
    expected = part.generator(np.stack([0.0 * latents[0], latents[1]]), training=False)
    np.testing.assert_allclose(images, expected, rtol=0, atol=TOLERANCE)


def test_the_least_of_several_tables_counts(tmp_path):
    latents, labels = keras.Input((kinds.DIM,)), keras.Input((), dtype="int32")
    tables = [keras.layers.Embedding(n, kinds.DIM)(labels) for n in (7, 5)]
    x = keras.layers.Dense(2)(keras.layers.Add()([latents, *tables]))
    path = export(kinds.with_latents(keras.Model([latents, labels], x)), tmp_path)
    request = {"seeds": np.arange(2), "labels": np.array([4, 5])}
    with pytest.raises(RuntimeError, match=r"`labels` must be in \[0, 5\)"):
        c_api.run(path, "from_seed", request)
