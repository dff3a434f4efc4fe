"""One file per experiment: a `Config` and `build(config)`. See `python -m tfgan_suite list`."""
