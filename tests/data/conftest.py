"""Fixtures of the data tests."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def no_network(monkeypatch):
    """Sends every request to a port of this machine where nobody listens."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write_image(tmp_path):
    """Returns a function that writes an array (or a Pillow image) below `tmp_path`."""

    def write(name, image, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(image, np.ndarray):
            image = Image.fromarray(image)
        image.save(path, **options)
        return path

    return write


@pytest.fixture
def noise():
    """Returns a function from a shape to random uint8 pixels, the same in every run."""
    generator = np.random.default_rng(0)
    return lambda *shape: generator.integers(0, 256, shape, dtype=np.uint8)
