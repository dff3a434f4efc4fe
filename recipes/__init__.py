"""One file per family of GANs: `Config`, `PRESETS`, `build(config)`. See `tfgan_suite list`."""
