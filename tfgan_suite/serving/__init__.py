"""Clients of a running TensorFlow Serving: `RestClient`, and `GrpcClient`.

    from tfgan_suite.serving import RestClient
    client = RestClient("http://localhost:8501", "wgan_gp_mnist")
    images = client.from_seeds([1, 2, 3])  # float32 [3, 28, 28, 1] in [-1, 1]
    files = client.png([1, 2, 3])  # three PNG files, as bytes

    cats = RestClient("http://localhost:8501", "pets", card="saved_models/pets")
    images = cats.from_seeds([1, 2, 3], labels=["cat", "cat", "dog"])

`RestClient` needs the standard library and NumPy alone; `GrpcClient` needs the package
`tensorflow-serving-api` (`pip install 'tfgan-suite[serving]'`).
"""

from tfgan_suite.serving.errors import ServingError
from tfgan_suite.serving.grpc import GrpcClient
from tfgan_suite.serving.rest import RestClient

__all__ = ["GrpcClient", "RestClient", "ServingError"]
