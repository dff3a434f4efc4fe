"""Sound: WAV files, spectrograms with their waveforms, raw samples."""

import io

import numpy as np
import pytest
import tensorflow as tf
from scipy.io import wavfile

from tfgan_suite.modalities import Audio, _spectrograms

RATE = 8000
SHORT = Audio(400, rate=RATE)


def tones(*hertz, samples=4000, loud=0.5):
    times = np.arange(samples) / RATE
    waves = [loud * np.sin(2 * np.pi * frequency * times) for frequency in hertz]
    return np.stack(waves)[..., np.newaxis].astype("float32")


@pytest.mark.parametrize("channels", [1, 2])
def test_wav_files_hold_the_samples(channels, tmp_path):
    sounds = np.random.default_rng(0).uniform(-1, 1, (2, 400, channels))
    audio = Audio(400, RATE, channels)
    paths = audio.write(sounds, tmp_path, "seed-0-")
    assert [path.name for path in paths] == ["seed-0-0000.wav", "seed-0-0001.wav"]
    rate, samples = wavfile.read(paths[1])
    assert rate == RATE
    assert samples.dtype == np.int16
    np.testing.assert_array_equal(samples.reshape(400, channels), audio.decode(sounds)[1])
    np.testing.assert_allclose(samples.reshape(400, channels) / 32768, sounds[1], atol=2**-15)


def test_what_lies_outside_is_clipped_and_said(tmp_path):
    sounds = tones(100, 200, samples=400)
    sounds[1, :100] = 1.5
    sounds[1, 100] = np.nan
    with pytest.warns(UserWarning, match="13 % of the samples, in 1 of 2 waveforms"):
        paths = SHORT.write(sounds, tmp_path)
    samples = wavfile.read(paths[1])[1]
    assert set(samples[:100]) == {32767}
    assert samples[100] == 0


@pytest.mark.parametrize("channels", [1, 2])
def test_wav_files_of_a_served_model_hold_the_same_samples(channels):
    audio = Audio(400, RATE, channels)
    sounds = np.random.default_rng(1).uniform(-1.2, 1.2, (3, 400, channels)).astype("float32")
    sounds[0, :8, 0] = (np.arange(8) - 3.5) / 32768  # halves, rounded away from 0
    key, form = audio.forms()["wav"]
    assert key == "wav_bytes"
    for sound, file in zip(audio.decode(sounds), tf.function(form)(tf.constant(sounds)).numpy()):
        rate, samples = wavfile.read(io.BytesIO(file))
        assert rate == RATE
        np.testing.assert_array_equal(samples.reshape(400, channels), sound)


@pytest.mark.parametrize("dtype", ["int16", "int32", "uint8"])
def test_raw_samples_become_floats(dtype):
    info = np.iinfo(dtype)
    middle = (info.max + info.min + 1) // 2
    encoded = SHORT.encode(np.array([[info.min, middle, info.max]], dtype))
    assert encoded.shape == (1, 3, 1)
    assert encoded.dtype == np.float32
    np.testing.assert_allclose(encoded[0, :, 0], [-1, 0, 1], atol=1e-2)


def test_sixteen_bits_come_back():
    raw = np.random.default_rng(0).integers(-(2**15), 2**15, (2, 50, 1)).astype(np.int16)
    np.testing.assert_array_equal(SHORT.decode(SHORT.encode(raw)), raw)


def test_a_spectrogram_is_brightest_at_the_tone():
    bands = 96
    for hertz in (200.0, 1000.0, 3000.0):
        energy = _spectrograms.mel_spectrogram(tones(hertz)[..., 0], RATE, bands, 50)
        mel, top = (2595 * np.log10(1 + f / 700) for f in (hertz, RATE / 2))
        wanted = mel / top * (bands + 1) - 1
        assert np.abs(energy[0, :, 25].argmax() - wanted) <= 1.0


def test_every_band_hears_something():
    frequencies = np.linspace(0, RATE / 2, 513)
    assert (_spectrograms.mel_bands(96, frequencies).sum(axis=1) > 0).all()


def test_a_picture_shows_the_tone_over_its_waveform():
    low, high = _spectrograms.pictures(tones(150, 3500, loud=0.5), RATE)
    brightness = [picture[:96, 96].sum(axis=-1).argmax() for picture in (low, high)]
    assert brightness[0] > 80  # low notes at the bottom
    assert brightness[1] < 15
    is_line = (low[96:] != 255).any(axis=(1, 2))
    np.testing.assert_allclose(np.flatnonzero(is_line)[[0, -1]], [10, 29], atol=2)  # +-0.5


@pytest.mark.parametrize("samples", [3, 100, 20000])
def test_sounds_of_every_length_are_drawn(samples):
    sheet = Audio(None, RATE).draw(np.zeros([3, samples, 1]), 2)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (2 * 138 + 2 + 22, 2 * 194 + 2, 3)


@pytest.mark.parametrize("options", [{"samples": 0}, {"rate": 0}, {"channels": -1}])
def test_wrong_options_are_named(options):
    with pytest.raises(ValueError, match="positive integer"):
        Audio(**{"samples": 10, "rate": 10, **options})
