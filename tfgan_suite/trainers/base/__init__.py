"""What all trainers are made of; see `tfgan_suite.trainers.Trainer`."""
