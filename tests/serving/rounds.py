"""What a server must answer and refuse, asked over REST as text and over gRPC as messages."""

import io
import json
import urllib.error
import urllib.request

import numpy as np
from PIL import Image

SEEDS, LABELS = [5, -1, 2**62], [0, 2, 1]
LATENTS = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)


# Whatever proxy there is, or was when `urlopen` was first called: the server is on this machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(clients, body):
    """Sends a request in TensorFlow Serving's JSON; returns (HTTP status, JSON of the answer)."""
    request = urllib.request.Request(
        f"{clients.url}/v1/models/{clients.name}:predict", json.dumps(body).encode()
    )
    try:
        with _direct.open(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def of_seeds(trainer, seeds=SEEDS, labels=LABELS):
    return trainer.images(trainer.latent_prior.from_seeds(np.asarray(seeds, np.int64)), labels)


def close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(np.asarray(found, np.float32), expected, rtol=0, atol=tolerance)


def pixels(files):
    return np.stack([np.asarray(Image.open(io.BytesIO(file))) for file in files]).astype(int)


# --- What must be answered -------------------------------------------------------------------


def inputs_of_seeds(clients, trainer):
    inputs = {"seeds": SEEDS, "labels": LABELS}
    status, answer = post(clients, {"signature_name": "from_seed", "inputs": inputs})
    assert (status, list(answer)) == (200, ["outputs"])
    close(answer["outputs"], of_seeds(trainer))


def instances_of_seeds(clients, trainer):
    instances = [{"seeds": s, "labels": y} for s, y in zip(SEEDS, LABELS)]
    status, answer = post(clients, {"signature_name": "from_seed", "instances": instances})
    assert (status, list(answer)) == (200, ["predictions"])
    close(answer["predictions"], of_seeds(trainer))


def the_default_signature(clients, trainer):
    instances = [{"latents": z.tolist(), "labels": y} for z, y in zip(LATENTS, LABELS)]
    status, answer = post(clients, {"instances": instances})
    assert status == 200
    close(answer["predictions"], trainer.images(LATENTS, LABELS))


def pictures_in_base64(clients, trainer):
    status, answer = post(
        clients, {"signature_name": "png", "inputs": {"seeds": SEEDS, "labels": LABELS}}
    )
    assert status == 200
    assert [list(item) for item in answer["outputs"]] == [["b64"]] * 3


def rest_client(clients, trainer):
    every_method(clients.rest, trainer)


def grpc_client(clients, trainer):
    every_method(clients.grpc, trainer)


def every_method(client, trainer):
    close(client.from_seeds(SEEDS, LABELS), of_seeds(trainer))
    close(client.images(LATENTS, LABELS), trainer.images(LATENTS, LABELS))
    close(client.images(LATENTS, LABELS, psi=0.5), trainer.images(LATENTS / 2, LABELS))
    levels = (of_seeds(trainer).astype(np.float64) + 1.0) * 127.5
    assert np.abs(pixels(client.png(SEEDS, LABELS)) - levels).max() < 0.51


ANSWERED = [
    inputs_of_seeds, instances_of_seeds, the_default_signature, pictures_in_base64, rest_client,
    grpc_client,
]  # fmt: skip

# --- What must be refused: the body, and what the refusal names -------------------------------

_DEFAULT = {"latents": LATENTS.tolist(), "labels": LABELS}
_SEED = {"seeds": SEEDS, "labels": LABELS}


def _body(signature, inputs, **changed):
    return {"signature_name": signature, "inputs": {**inputs, **changed}}


def _with_nan(value):
    latents = LATENTS.copy()
    latents[1, 2] = value
    return latents.tolist()


REFUSED = {
    "a wrong key": (_body("from_seed", {"seed": SEEDS, "labels": LABELS}), "seeds"),
    "a missing key": (_body("from_seed", {"seeds": SEEDS}), "labels"),
    "a key too many": (_body("from_seed", _SEED, psi=[1.0, 1.0, 1.0]), "psi"),
    "a wrong signature": (_body("from_seeds", _SEED), "from_seeds"),
    "latents too short": (
        _body("serving_default", _DEFAULT, latents=LATENTS[:, :5].tolist()), "latents",
    ),
    "latents of rank 1": (_body("serving_default", _DEFAULT, latents=[0.0] * 6), "latents"),
    "ragged latents": (_body("serving_default", _DEFAULT, latents=[[0.0], [0.0, 1.0]]), "latents"),
    "seeds of rank 2": (_body("from_seed", _SEED, seeds=[[1], [2], [3]]), "seeds"),
    "float seeds": (_body("from_seed", _SEED, seeds=[0.5, 1.5, 2.5]), "seeds"),
    "text for seeds": (_body("from_seed", _SEED, seeds=["1", "2", "3"]), "seeds"),
    "a label too large": (_body("from_seed", _SEED, labels=[0, 3, 1]), "labels"),
    "a negative label": (_body("from_seed", _SEED, labels=[0, -1, 1]), "labels"),
    "a label too few": (_body("from_seed", _SEED, labels=[0, 1]), "labels"),
    "NaN latents": (_body("serving_default", _DEFAULT, latents=_with_nan(np.nan)), "latents"),
    "infinite latents": (_body("serving_default", _DEFAULT, latents=_with_nan(np.inf)), "latents"),
    "psi too large": (_body("truncated", _DEFAULT, psi=[0.0, 1.0, 1.5]), "psi"),
    "an empty batch": (_body("from_seed", {"seeds": [], "labels": []}), "seeds"),
    "10,000 rows": (
        _body("from_seed", {"seeds": list(range(10_000)), "labels": [0] * 10_000}), "seeds",
    ),
}  # fmt: skip
