"""Sound: waveforms of one or more channels."""

import warnings

import numpy as np
import tensorflow as tf
from scipy.io import wavfile

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.fields import SignedField
from tfgan_suite.files import replacing
from tfgan_suite.modalities import _spectrograms
from tfgan_suite.modalities.modality import Modality
from tfgan_suite.registration import register

_FULL = 2**15  # 16-bit samples reach from -32768 to 32767


@register
class Audio(SignedField, Modality):
    """Waveforms `[N, samples, channels]` in [-1, 1].

    Drawn as a sheet of spectrograms on the mel scale, in decibels below the loudest point of the
    sheet, with the waveforms beneath. Written as 16-bit WAV files. Exported models call them
    `waveforms`, and have the signature `wav`.

    Args:
        samples: number of samples; None for any.
        rate: samples in a second.
        channels: number of channels.

    Raises:
        ValueError: if a number is not a positive integer.

    Example:
        >>> Audio(8192, rate=8000).draw(np.zeros([4, 8192, 1])).dtype
        dtype('uint8')
    """

    kind, noun, key = "audio", "waveforms", "waveforms"
    grid = (32, 4)
    _advice = " in [-1, 1]; scale 16-bit samples with `waveforms / 32768`"

    def __init__(self, samples=None, rate=16000, channels=1):
        self.samples = positive_int_or_none("samples", samples)
        self.rate = positive_int("rate", rate)
        self.channels = positive_int("channels", channels)
        self.row = (samples, channels)

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        columns = columns or self.grid[1]
        examples = np.asarray(examples)
        cells = _spectrograms.pictures(examples, self.rate)
        sheet = drawing.tile(cells / 127.5 - 1.0, columns)
        return drawing.captioned(
            sheet,
            f"{examples.shape[1] / self.rate:.3g} s, 0 to {self.rate / 2:g} Hz (mel), "
            f"{_spectrograms.DECIBELS} dB",
        )

    def write(self, examples, folder, prefix=""):
        examples, paths = np.asarray(examples), []
        with np.errstate(invalid="ignore"):
            outside = ~(np.abs(examples) <= 1.0)
        if outside.any():
            warnings.warn(
                f"{100 * outside.mean():.2g} % of the samples, in {outside.any(axis=(1, 2)).sum()} "
                f"of {len(examples)} waveforms, lie outside [-1, 1] and were clipped.",
                stacklevel=2,
            )
        for example, path in self.numbered(self.decode(examples), folder, prefix, ".wav"):
            with replacing(path) as temporary:
                wavfile.write(temporary, self.rate, example)
            paths.append(path)
        return paths

    # --- Serving and raw data -----------------------------------------------------------------

    def forms(self):
        return {"wav": ("wav_bytes", self._wav_files)}

    def _wav_files(self, waveforms):
        return tf.map_fn(
            lambda waveform: tf.audio.encode_wav(waveform, self.rate),
            tf.cast(waveforms, tf.float32),
            fn_output_signature=tf.TensorSpec([], tf.string),
        )

    def encode(self, raw):
        """Waveforms as files have them, as floats in [-1, 1].

        Args:
            raw: `[N, samples, channels]`, or `[N, samples]` for one channel: integers of 16 or 32
                bits, unsigned ones of 8, or floats, which stay as they are.

        Returns:
            float32 array `[N, samples, channels]`.
        """
        raw = np.asarray(raw)
        if raw.dtype == np.uint8:
            raw = (raw.astype(np.float32) - 128.0) / 128.0
        elif raw.dtype.kind == "i":
            raw = raw / -float(np.iinfo(raw.dtype).min)
        raw = raw.astype(np.float32)
        return raw[..., np.newaxis] if raw.ndim == 2 else raw

    def decode(self, examples):
        """int16 samples `[N, samples, channels]`, rounded; what lies outside is clipped."""
        scaled = np.nan_to_num(np.asarray(examples, np.float64)) * _FULL
        rounded = np.trunc(scaled + np.copysign(0.5, scaled))
        return np.clip(rounded, -_FULL, _FULL - 1).astype(np.int16)

    def get_config(self):
        return {"samples": self.samples, "rate": self.rate, "channels": self.channels}
