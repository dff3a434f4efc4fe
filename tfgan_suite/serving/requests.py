"""What can be asked of a served generator, whatever carries the request."""

import numpy as np


class Requests:
    """Mixin of the clients: one method for each signature, over their `predict`.

    Arrays go out in the dtypes of the signatures. A number that such a dtype cannot hold is refused
    here; all else is judged by the server, which names what is wrong.
    """

    def images(self, latents, labels=None, psi=None):
        """Images of latents.

        Args:
            latents: floats `[N, latent_dim]`.
            labels: integers `[N]` if the generator is conditional.
            psi: floats `[N]` in [0, 1], or one for all rows: truncation towards the mean of the
                latents. None for none.

        Returns:
            float32 array `[N, ...]`; pictures are in [-1, 1].

        Raises:
            ServingError: if the server refuses the request.
            ConnectionError: if there is no server.
        """
        latents = _floats("latents", latents)
        inputs = {"latents": latents, **_labels(labels)}
        if psi is None:
            return self.predict("serving_default", inputs)["images"]
        inputs["psi"] = np.broadcast_to(_floats("psi", psi), latents.shape[:1])
        return self.predict("truncated", inputs)["images"]

    def from_seeds(self, seeds, labels=None):
        """Images of seeds: integers `[N]`, one for each image. As `images` otherwise."""
        inputs = {"seeds": _integers("seeds", seeds), **_labels(labels)}
        return self.predict("from_seed", inputs)["images"]

    def png(self, seeds, labels=None):
        """PNG files of seeds: a list of `bytes`. As `from_seeds` otherwise."""
        inputs = {"seeds": _integers("seeds", seeds), **_labels(labels)}
        return list(self.predict("png", inputs)["image_bytes"])

    def translate(self, images):
        """Images of images `[N, H, W, C]` in [-1, 1], by a translator. As `images` otherwise."""
        return self.predict("serving_default", {"images": _floats("images", images)})["images"]


def _labels(labels):
    return {} if labels is None else {"labels": _integers("labels", labels)}


def _floats(name, values):
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"`{name}` must be numbers. Received: {array.dtype}")
    return array.astype(np.float32)


def _integers(name, values):
    array = np.asarray(values)
    if array.size and (array.dtype.kind not in "iu" or int(array.max()) >= 2**63):
        raise ValueError(
            f"`{name}` must be integers that fit 64 bits. Received: {array.dtype}, {values!r}"
        )
    return array.astype(np.int64)
