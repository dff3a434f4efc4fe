"""A size that a network cannot make: the error names the nearest that it makes."""

import re

import pytest

from tfgan_suite import networks

BUILDERS = {
    "dcgan": networks.dcgan.build_generator,
    "sngan": networks.sngan.build_generator,
    "r3gan": networks.r3gan.build_generator,
    "resnet": networks.resnet_translator.build_generator,
    "unet": networks.unet.build_generator,
}


@pytest.mark.parametrize(
    "network, size, nearest",
    [
        ("dcgan", 8, 16),
        ("dcgan", 300, 128),
        ("dcgan", (200, 300), 128),
        ("dcgan", (20, 300), (20, 128)),
        ("sngan", 34, 32),
        ("sngan", 127, 128),
        ("sngan", (31, 36), (32, 40)),
        ("sngan", 500, 128),
        ("r3gan", 30, 32),
        ("r3gan", 512, 256),
        ("resnet", 18, 20),
        ("resnet", (17, 40), (16, 40)),
        ("unet", 20, 32),
    ],
)
def test_the_nearest_size_is_named_and_made(network, size, nearest):
    build = BUILDERS[network]
    with pytest.raises(ValueError, match=f"Received: image_size={re.escape(str(size))}") as error:
        build(size)
    text = nearest if isinstance(nearest, int) else "{},{}".format(*nearest)
    assert f"The nearest that it makes: image_size={text}." in str(error.value)
    options = {"group_size": 1} if network == "r3gan" else {}
    assert build(nearest, filters=1, **options).outputs[0].shape[1:3] == (
        (nearest, nearest) if isinstance(nearest, int) else nearest
    )
