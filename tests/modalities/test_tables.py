"""Tables: columns of every kind as numbers and back, as CSV lines in a graph, as pictures."""

import io
import json

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfgan_suite import modalities
from tfgan_suite.configured import record
from tfgan_suite.modalities import ContinuousColumn, DateColumn, Table

MIXED = pd.DataFrame(
    {
        "age": [31, 45, 28, 60],
        "price": [1.25, 3.5, None, 10.75],
        "joined": ["2019-03-01", "2024-02-29", None, "1969-12-31"],
        "born": pd.to_datetime(["1950-06-07", "1970-01-01", "2000-02-29", "1900-03-01"]),
        "city": ['a "b", c', None, "plain", "é"],
        "flag": [True, False, True, True],
        "size": pd.Categorical(["S", "L", "M", "S"], categories=["S", "M", "L"]),
        "country": ["here"] * 4,
        "nothing": [None] * 4,
        "count": pd.array([1, None, 300, 4], dtype="Int64"),
        "binary": [0, 1, 1, 0],
    }
)
TABLE = Table.fit(MIXED)


def kinds(table):
    return {column.name: column.kind for column in table.columns}


def test_kinds_of_columns_are_found():
    assert kinds(TABLE) == {
        "age": "continuous", "price": "continuous", "joined": "date", "born": "date",
        "city": "categorical", "flag": "categorical", "size": "categorical",
        "country": "constant", "nothing": "constant", "count": "continuous",
        "binary": "categorical",
    }  # fmt: skip


def test_blocks_say_what_the_numbers_are():
    people = pd.DataFrame({"n": [1.5, None, 2.5, 9.0], "sex": ["f", "m", "f", "f"]})
    table = Table.fit(people)
    assert table.blocks == ((0, 1, "continuous"), (1, 1, "indicator"), (2, 2, "one-hot"))
    assert table.shape == (4,)


def test_rows_come_back_with_their_types():
    pd.testing.assert_frame_equal(TABLE.decode(TABLE.encode(MIXED)), MIXED)


def test_everything_is_in_the_config():
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(TABLE)))
    again = keras.saving.deserialize_keras_object(config)
    assert repr(again) == repr(TABLE)
    from_record = modalities.get(json.loads(json.dumps(record(TABLE))))
    pd.testing.assert_frame_equal(from_record.decode(TABLE.encode(MIXED)), MIXED)


def test_numbers_are_scaled_by_mean_and_deviation():
    encoded = TABLE.encode(MIXED)[:, 0]
    ages = MIXED["age"].to_numpy(np.float64)
    np.testing.assert_allclose(encoded, (ages - ages.mean()) / ages.std(), rtol=1e-6)


def test_or_onto_minus_one_to_one():
    encoded = Table.fit(MIXED[["age"]], scaling="minmax").encode(MIXED[["age"]])
    assert (encoded.min(), encoded.max()) == (-1.0, 1.0)


def test_what_is_made_lies_in_the_ranges_and_has_the_decimals():
    made = np.random.default_rng(0).normal(size=(200, *TABLE.shape)) * 5.0
    frame = TABLE.decode(made)
    assert frame["age"].dtype == np.int64
    assert frame["age"].between(28, 60).all()
    prices = frame["price"].dropna()
    assert 0 < len(prices) < 200
    assert prices.between(1.25, 10.75).all()
    np.testing.assert_array_equal(prices, prices.round(2))
    assert set(frame["city"].dropna()) <= set(MIXED["city"].dropna())
    assert (frame["country"] == "here").all()


def test_rows_that_are_not_finite_are_named_but_drawn_around():
    made = TABLE.example(3)
    made[1, 0] = np.nan
    with pytest.raises(ValueError, match="row 1"):
        TABLE.decode(made)
    assert TABLE.draw(made).dtype == np.uint8


def test_lines_of_a_served_model_are_the_rows_of_decode():
    rows = np.concatenate([TABLE.encode(MIXED), TABLE.example(20)])
    key, form = TABLE.forms()["csv"]
    assert key == "csv"
    lines = tf.function(form)(tf.constant(rows)).numpy()
    text = ",".join(MIXED.columns) + "\n" + "\n".join(line.decode() for line in lines)
    served, decoded = pd.read_csv(io.StringIO(text)), TABLE.decode(rows)
    for name in MIXED.columns:
        file = io.StringIO(decoded[[name]].to_csv(index=False))
        wanted = pd.read_csv(file, skip_blank_lines=False)
        pd.testing.assert_series_equal(served[name], wanted[name], check_dtype=False)


def test_moments_are_the_same_in_a_graph():
    seconds = np.random.default_rng(0).integers(-3_000_000_000, 4_000_000_000, 200)
    series = pd.Series(pd.to_datetime(seconds, unit="s"), name="at")
    column = DateColumn.fit(series)
    texts = column.texts_in_graph(tf.constant(column.numbers(series))).numpy()
    assert [t.decode() for t in texts] == list(series.dt.strftime("%Y-%m-%d %H:%M:%S"))


def test_a_csv_file_has_the_original_columns(tmp_path):
    frame = MIXED.drop(columns="nothing")
    table = Table.fit(frame)
    (path,) = table.write(table.encode(frame), tmp_path, "seed-0-")
    assert path.name == "seed-0-rows.csv"
    written = pd.read_csv(path)
    assert list(written.columns) == list(frame.columns)
    np.testing.assert_array_equal(written["age"], frame["age"])
    assert "300" in path.read_text()
    assert "300.0" not in path.read_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"city": ["plan"] * 4}, r"'plan' \(did you mean plain\?\).*4 rows"),
        ({"age": [1.0, None, 2.0, 3.0]}, "'age' has no missing.*row 1"),
        ({"age": [1.0, np.inf, 2.0, 3.0]}, "infinite in row 1"),
        ({"country": ["there"] * 4}, "'country' has the one value 'here'"),
        ({"joined": ["yesterday"] * 4}, "2024-05-31"),
        ({"age": ["old"] * 4}, "must have numbers"),
    ],
)
def test_values_that_a_column_cannot_have_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        TABLE.encode(MIXED.assign(**changes))


def test_columns_that_are_not_there_are_named_and_others_dropped():
    with pytest.raises(ValueError, match=r"'age' \(did you mean agee\?\)"):
        TABLE.encode(MIXED.rename(columns={"age": "agee"}))
    with pytest.warns(UserWarning, match="dropped: more"):
        TABLE.encode(MIXED.assign(more=1))


def test_kinds_can_be_said_and_columns_dropped():
    frame = MIXED[["age", "binary", "city"]]
    table = Table.fit(frame, {"age": "categorical", "binary": "continuous"}, drop=["city"])
    assert kinds(table) == {"age": "categorical", "binary": "continuous"}
    pd.testing.assert_frame_equal(table.decode(table.encode(frame[["age", "binary"]])),
                                  frame[["age", "binary"]])  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (MIXED[:0], {}, "0 rows"),
        (MIXED[["country"]], {}, "whose values differ"),
        (MIXED, {"kinds": {"agee": "date"}}, r"did you mean age\?"),
        (MIXED, {"drop": ["nothin"]}, r"did you mean nothing\?"),
        (MIXED, {"kinds": {"age": "numeric"}}, "continuous, categorical, date"),
        (MIXED, {"scaling": "log"}, "scaling='log'"),
        (pd.DataFrame({"id": [f"n{i}" for i in range(300)]}), {}, "300 different.*drop="),
        (pd.DataFrame({"id": [2**60 + i for i in range(9)]}), {}, "2.53"),
        (pd.DataFrame({0: [1, 2, 3]}), {}, "names are texts"),
        (pd.DataFrame({"t": pd.date_range("2020", periods=3, tz="UTC")}), {}, "tz_localize"),
    ],
    ids=["empty", "constant", "kind", "drop", "unknown kind", "scaling", "texts", "ids", "names",
         "zone"],
)  # fmt: skip
def test_what_makes_no_table_is_named(frame, options, words):
    with pytest.raises(ValueError, match=words):
        Table.fit(frame, **options)


def test_a_summary_shows_what_was_found():
    lines = TABLE.summary()
    assert lines[0].split(maxsplit=1) == ["age", "continuous: from 28 to 60"]
    assert "date: from 1900-03-01" in lines[3]
    assert lines[4].endswith("categorical: 3 values, some missing")


def test_marginals_are_drawn_over_real_ones():
    frame = MIXED[["age", "city"]]
    table = Table.fit(frame)
    alone = table.draw(table.encode(frame), 2)
    over = table.draw(table.encode(frame), 2, real=table.encode(frame))
    assert alone.shape == over.shape
    grey = (190, 190, 190)
    assert (over == grey).all(axis=-1).sum() > 1000
    assert (alone == grey).all(axis=-1).sum() < 50  # of the edges of letters


def test_a_column_takes_what_it_was_given():
    column = ContinuousColumn("x", "int64", centre=10, scale=2, low=0, high=20, decimals=0)
    np.testing.assert_array_equal(column.decode(np.array([[0.4], [9.0]])), [11, 20])
