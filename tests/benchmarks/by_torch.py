"""The same networks and the same mathematics as a plain PyTorch loop.

Where TensorFlow and PyTorch cannot live in one process, this file measures by itself:

    python -m tests.benchmarks.by_torch --device cuda [--seconds 2]
"""

import argparse
import contextlib
import json
import types

import torch
from torch import nn
from torch.nn import functional as F

from tests.benchmarks.rate import steps_per_second


def _weights(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class Generator(nn.Module):
    """DCGAN's generator, as `networks.dcgan.build_generator` has it, for 7 * 2^n pixels or 2^n."""

    def __init__(self, image_size, channels, filters, latent_dim):
        super().__init__()
        self.stages = _stages(image_size)
        self.smallest = image_size // 2**self.stages
        self.width = filters * 2 ** (self.stages - 1)
        self.dense = nn.Linear(latent_dim, self.smallest**2 * self.width, bias=False)
        layers, width = [nn.BatchNorm2d(self.width), nn.ReLU()], self.width
        for _ in range(self.stages - 1):
            layers += [
                nn.ConvTranspose2d(width, width // 2, 5, 2, 2, output_padding=1, bias=False),
                nn.BatchNorm2d(width // 2),
                nn.ReLU(),
            ]
            width //= 2
        layers += [nn.ConvTranspose2d(width, channels, 5, 2, 2, output_padding=1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.apply(_weights)

    def forward(self, z):
        x = self.dense(z).view(-1, self.width, self.smallest, self.smallest)
        return self.layers(x)


class Discriminator(nn.Module):
    """DCGAN's discriminator, as `networks.dcgan.build_discriminator` has it."""

    def __init__(self, image_size, channels, filters, batch_norm):
        super().__init__()
        stages = _stages(image_size)
        layers, width = [], channels
        for stage in range(stages):
            normalized = batch_norm and stage > 0
            layers.append(nn.Conv2d(width, filters * 2**stage, 5, 2, 2, bias=not normalized))
            width = filters * 2**stage
            layers += [nn.BatchNorm2d(width)] if normalized else []
            layers.append(nn.LeakyReLU(0.2))
        layers += [nn.Flatten(), nn.Linear((image_size // 2**stages) ** 2 * width, 1)]
        self.layers = nn.Sequential(*layers)
        self.apply(_weights)

    def forward(self, x):
        return self.layers(x)


def _stages(image_size):
    return (image_size // 4).bit_length() - 1


class Loop:
    """One step of a workload at a time: `k` updates of D, one of G.

    Args:
        workload: a `Workload`.
        latent_dim: components of z.
        channels_last: keep images as `[N, H, W, C]` in memory.
        device: on which it runs: "cpu" or "cuda".
        compiled: whether both networks go through `torch.compile`.
    """

    def __init__(self, workload, latent_dim, channels_last=False, device="cpu", compiled=False):
        torch.manual_seed(0)
        self.device = device
        size, filters = workload.image_size, workload.filters
        self.workload, self.latent_dim = workload, latent_dim
        self.g = Generator(size, workload.channels, filters, latent_dim)
        self.d = Discriminator(size, workload.channels, filters, not workload.wasserstein)
        self.g, self.d = self.g.to(device), self.d.to(device)
        if channels_last:
            self.g, self.d = (n.to(memory_format=torch.channels_last) for n in (self.g, self.d))
        rate, betas = (1e-4, (0.0, 0.9)) if workload.wasserstein else (2e-4, (0.5, 0.999))
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), rate, betas)
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), rate, betas)
        images = torch.rand(8, workload.batch_size, workload.channels, size, size) * 2 - 1
        self.minibatches = list(images.to(device))
        if channels_last:
            self.minibatches = [
                x.contiguous(memory_format=torch.channels_last) for x in self.minibatches
            ]
        if compiled:
            self.g, self.d = torch.compile(self.g), torch.compile(self.d)
        self.next = 0

    def run(self, steps):
        """Makes steps; returns D's last loss."""
        step = self._wasserstein if self.workload.wasserstein else self._modified_minimax
        for _ in range(steps):
            loss = step()
        return float(loss.detach())

    def _minibatch(self):
        self.next += 1
        return self.minibatches[self.next % len(self.minibatches)]

    def _generate(self):
        size = self.workload.batch_size, self.latent_dim
        return self.g(torch.randn(size, device=self.device))

    def _precision(self):
        if self.workload.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast(self.device, torch.bfloat16)

    def _update(self, optimizer, loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def _modified_minimax(self):
        with self._precision():
            with torch.no_grad():
                fakes = self._generate()
            real, fake = self.d(self._minibatch()).float(), self.d(fakes).float()
            d_loss = F.binary_cross_entropy_with_logits(real, torch.full_like(real, 0.875))
            d_loss = d_loss + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
        self._update(self.d_optimizer, d_loss)
        self._update_generator(
            lambda fake: F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
        )
        return d_loss

    def _update_generator(self, loss_of):
        # D's weights get no gradients that nobody asks for.
        self.d.requires_grad_(False)
        with self._precision():
            g_loss = loss_of(self.d(self._generate()).float())
        self._update(self.g_optimizer, g_loss)
        self.d.requires_grad_(True)

    def _wasserstein(self):
        for _ in range(self.workload.discriminator_steps):
            with self._precision():
                x = self._minibatch()
                with torch.no_grad():
                    fakes = self._generate()
                mixed = (fakes + torch.rand(len(x), 1, 1, 1, device=self.device) * (x - fakes)).requires_grad_()
                real, fake = self.d(x).float(), self.d(fakes).float()
                slopes = torch.autograd.grad(self.d(mixed).sum(), mixed, create_graph=True)[0]
                norms = (slopes.float().square().sum((1, 2, 3)) + 1e-10).sqrt()
                d_loss = fake.mean() - real.mean() + 10.0 * (norms - 1.0).square().mean()
            self._update(self.d_optimizer, d_loss)
        self._update_generator(lambda fake: -fake.mean())
        return d_loss


def main(argv=None):
    """Measures the workloads that `graphics_card` measures, without TensorFlow."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    arguments = parser.parse_args(argv)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    rows = (("DCGAN-28 grey", 28, 1, 64, False), ("WGAN-GP-32 RGB", 32, 3, 64, True),
            ("DCGAN-64 RGB, batch 128", 64, 3, 128, False))  # fmt: skip
    for name, size, channels, batch, wasserstein in rows:
        for precision in ("float32", "mixed_bfloat16"):
            for compiled in (False, True):
                workload = types.SimpleNamespace(
                    image_size=size, channels=channels, batch_size=batch, filters=64,
                    wasserstein=wasserstein, precision=precision,
                    discriminator_steps=5 if wasserstein else 1,
                )  # fmt: skip
                try:
                    loop = Loop(workload, 100, True, arguments.device, compiled)
                    found = round(steps_per_second(loop.run, arguments.seconds), 1)
                except Exception as error:  # one that cannot be compiled leaves the others
                    found = str(error)[:200]
                record = {"side": "PyTorch", "workload": name, "precision": precision}
                print(json.dumps({**record, "compiled": compiled, "steps/s": found}), flush=True)


if __name__ == "__main__":
    main()
