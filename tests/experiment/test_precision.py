"""The precision of a run: chosen, recorded, kept, refused when it changes."""

import dataclasses

import keras
import pytest

from tfgan_suite import cli, experiment
from tfgan_suite.experiment import restoring, running
from tfgan_suite.experiment.config import PRECISIONS


def policies(network):
    return {layer.dtype_policy.name for layer in network._flatten_layers()}


def run(recipe, precision=None, **options):
    config = experiment.resolve_config(recipe, ["epochs=1"])
    return running.run(recipe, config, run_dir="r", precision=precision, **options)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_networks_compute_in_it_and_answer_in_float32(precision, recipe, in_tmp):
    result = run(recipe, precision)
    trainer = result.experiment.trainer
    for network in (trainer.generator, trainer.discriminator, trainer.ema_generator):
        assert precision in policies(network)
        assert network.layers[-1].compute_dtype == "float32"
        assert {v.dtype for v in network.trainable_variables} <= {"float32"}
    scaled = [
        isinstance(o, keras.optimizers.LossScaleOptimizer)
        for o in (trainer.optimizer, trainer.discriminator_optimizer)
    ]
    assert scaled == [precision == "mixed_float16"] * 2
    assert keras.config.dtype_policy().name == "float32"  # judges and others compute as before
    assert result.directory.read_config()["precision"] == precision


def test_a_run_goes_on_in_its_precision(recipe, in_tmp):
    config = experiment.resolve_config(recipe, ["epochs=1"])
    run(recipe, "mixed_bfloat16")
    assert run(recipe).experiment is None  # finished, and nothing has changed
    longer = dataclasses.replace(config, epochs=2)
    result = running.run(recipe, longer, run_dir="r", allow_changes=True)
    assert "mixed_bfloat16" in policies(result.experiment.trainer.generator)
    assert result.directory.read_config()["precision"] == "mixed_bfloat16"


def test_another_precision_is_a_change(recipe, in_tmp):
    run(recipe, "mixed_bfloat16")
    with pytest.raises(ValueError, match="precision: 'mixed_bfloat16' -> 'float32'"):
        run(recipe, "float32")


def test_a_run_of_old_is_in_float32(recipe, in_tmp):
    run(recipe)
    record = in_tmp / "r/config.json"
    record.write_text(record.read_text().replace('"precision": "float32",', ""))
    assert run(recipe, "float32").experiment is None
    with pytest.raises(ValueError, match="precision: 'float32' -> 'mixed_bfloat16'"):
        run(recipe, "mixed_bfloat16")


def test_the_policy_of_keras_is_the_default(recipe, in_tmp):
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert run(recipe).directory.read_config()["precision"] == "mixed_bfloat16"


def test_an_unknown_precision_is_refused(recipe, in_tmp):
    with pytest.raises(ValueError, match="must be one of .*'mixed_float16'.*Received: 'half'"):
        run(recipe, "half")
    assert not (in_tmp / "r").exists()


def test_restored_it_samples_and_exports_in_its_precision(recipe, in_tmp):
    run(recipe, "mixed_bfloat16")
    restored = restoring.restore("r")
    assert "mixed_bfloat16" in policies(restored.trainer.generator)
    assert cli.main(["export", "r", "--to", "exported"]) == 0
    assert cli.main(["verify", "exported", "--against", "r"]) == 0
    assert cli.main(["evaluate", "r"]) == 0


def test_the_flag_of_the_command(recipe, in_tmp, capsys):
    arguments = ["train", str(recipe.path), "--set", "epochs=1", "--run-dir", "r"]
    assert cli.main([*arguments, "--dry-run", "--precision", "mixed_float16"]) == 0
    assert "mixed_float16" in capsys.readouterr().out
    assert cli.main([*arguments, "--precision", "mixed_float16"]) == 0
    assert cli.main([*arguments, "--precision", "float32"]) == 2
    assert "precision: 'mixed_float16' -> 'float32'" in capsys.readouterr().err
    assert cli.main(arguments) == 0
