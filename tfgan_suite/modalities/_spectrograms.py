"""Pictures of sound: mel spectrograms with the waveform beneath."""

import numpy as np
from scipy.signal import ShortTimeFFT, get_window

WIDTH = 192  # pixels: of one sound
_BANDS, _WAVE = 96, 40  # pixels: height of the spectrogram, one row a band; of the waveform
_WINDOW = 0.025  # seconds
DECIBELS = 80  # below the loudest point of all, which are black
_LINE, _PAPER = (31, 90, 180), 255


def mel_bands(bands, frequencies):
    """Triangles of equal width and distance on the mel scale, 2595 log10(1 + f / 700).

    Args:
        bands: their number.
        frequencies: increasing frequencies in Hz, `[F]`, from 0 to half the rate.

    Returns:
        float64 array `[bands, F]`, 1 at the middle of each band.
    """
    mels = 2595.0 * np.log10(1.0 + np.asarray(frequencies) / 700.0)
    edges = np.linspace(0.0, mels[-1], bands + 2)
    distance = np.abs(mels - edges[1:-1, np.newaxis]) / (edges[1] - edges[0])
    return np.maximum(1.0 - distance, 0.0)


def mel_spectrogram(waveforms, rate, bands, columns):
    """Energies of waveforms in bands of the mel scale.

    Args:
        waveforms: floats `[N, samples]`.
        rate: samples in a second.
        bands: number of bands, from 0 to half the rate.
        columns: number of moments.

    Returns:
        float64 array `[N, bands, columns]`, the low bands first.
    """
    samples = waveforms.shape[1]
    hop = max(1, samples // columns)
    length = max(16, 2 * hop, round(_WINDOW * rate))
    points = 2 ** int(np.ceil(np.log2(length)) + 2)  # so that the narrowest band has some
    transform = ShortTimeFFT(get_window("hann", length), hop, rate, mfft=points)
    padded = np.pad(waveforms, [(0, 0), (0, max(0, length - samples))])
    energy = transform.spectrogram(padded, p0=0, p1=-(-samples // hop))
    energy = mel_bands(bands, transform.f) @ energy
    chosen = np.linspace(0, energy.shape[2] - 1, columns).round().astype(int)
    return energy[:, :, chosen]


def pictures(waveforms, rate):
    """One picture of each sound: its spectrogram, low notes at the bottom, and its waveform.

    Args:
        waveforms: floats `[N, samples, channels]` in [-1, 1].
        rate: samples in a second.

    Returns:
        uint8 array `[N, 136, 192, 3]`.
    """
    import matplotlib

    waveforms = np.nan_to_num(np.asarray(waveforms, np.float64), posinf=1.0, neginf=-1.0)
    energy = mel_spectrogram(waveforms.mean(axis=2), rate, _BANDS, WIDTH)
    loudest = max(energy.max(initial=0.0), 1e-12)
    levels = 10.0 * np.log10(np.maximum(energy / loudest, 10.0 ** (-DECIBELS / 10)))
    colours = matplotlib.colormaps["magma"](1.0 + levels / DECIBELS, bytes=True)[..., :3]
    curves = np.stack([_curve(waveform) for waveform in waveforms])
    return np.concatenate([colours[:, ::-1], curves], axis=1)


def _curve(waveform):
    """From the least to the greatest sample of each column, `[40, 192, 3]`."""
    edges = np.linspace(0, len(waveform), WIDTH + 1).astype(int)
    picture = np.full((_WAVE, WIDTH, 3), _PAPER, np.uint8)
    half = (_WAVE - 1) / 2
    for column, (start, end) in enumerate(zip(edges[:-1], edges[1:])):
        piece = np.clip(waveform[start : max(end, start + 1)], -1.0, 1.0)
        top, bottom = (int(round(half - half * level)) for level in (piece.max(), piece.min()))
        picture[top : bottom + 1, column] = _LINE
    return picture
