"""Recipes: given in comments and tables, found in tests, guessed from signatures."""

from __future__ import annotations

from textwrap import dedent

import pytest
from measured import CELL
from proof_layers import FORMS, HEAD

from keraslint.diagnostic import Outcome
from keraslint.proof.prove import Claim
from keraslint.proof.recipes.constructions import constructions_in
from keraslint.proof.recipes.found_recipes import recipes_near
from keraslint.proof.recipes.recipe import Recipe, recipes_for, recipes_in, recipes_of_config


def test_recipes_are_read_from_comment_lines_only():
    text = dedent("""
        # keraslint: recipe Block(4)(floats(2, 3))
        class Block: ...
            #keraslint:recipe Block(5)(floats(2, 3))
        word = "x"  # keraslint: recipe Block(6)(floats(2, 3))
    """)

    assert recipes_in(text) == (
        Recipe("Block(4)(floats(2, 3))"),
        Recipe("Block(5)(floats(2, 3))"),
    )


def test_a_recipe_belongs_to_the_layer_that_it_makes():
    one, other = Recipe("Block(4)(floats(2, 3))"), Recipe("Outer.BigBlock()(floats(2, 3))")

    assert recipes_for("Outer.Block", (one, other)) == (one,)
    assert recipes_for("Outer.BigBlock", (one, other)) == (other,)


def test_the_configuration_names_one_recipe_or_several():
    table = {"Block": "Block(4)(floats(2, 3))", "Outer.Other": ["Other(1)", "Other(2)"]}

    assert recipes_of_config("Block", table) == (Recipe("Block(4)(floats(2, 3))"),)
    assert recipes_of_config("Outer.Other", table) == (Recipe("Other(1)"), Recipe("Other(2)"))
    assert recipes_of_config("Missing", table) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("y = Block(4, name='a')(np.ones((2, 3)))", ["Block(4, name='a')(np.ones((2, 3)))"]),
        ("layer = mine.layers.Block(\n    4,  # four\n)\n", ["Block(4)"]),
        ("layer = Block(size)(x)", []),
        ("layer = Block(4)(x)", ["Block(4)"]),
        ("class Block(layers.Layer):", []),
        ("BigBlock(4)", []),
        ("Block(4", []),
        (
            "def test_it():\n    x = np.ones((2, 16, 3), 'float32')\n"
            "    layer = Block(8, in_channels=3)\n    y, skip = layer(x, training=True)\n",
            ["Block(8, in_channels=3)(np.ones((2, 16, 3), 'float32'), training=True)"],
        ),
        (
            "x = np.ones((2, 3))\nx = Block(4)(x)\nx = Block(5)(x)\n",
            ["Block(4)(np.ones((2, 3)))", "Block(5)"],
        ),
        (
            "@pytest.mark.parametrize(('n', 'kind'), [(3, 'a'), (4, 'b')])\n"
            "def test_it(n, kind):\n    Block(n, kind)(np.ones((2, n)))\n",
            ["Block(3, 'a')(np.ones((2, 3)))"],
        ),
        (
            "class Tests:\n    def setUp(self):\n        size = 4\n"
            "        self.kwargs = {'units': size}\n        self.data = np.ones((2, size))\n"
            "    def test_it(self):\n"
            "        self.check(cls=Block, init_kwargs=self.kwargs, input_data=self.data)\n",
            ["Block(**{'units': 4})(np.ones((2, 4)))"],
        ),
        ("for size in (3, 4):\n    Block(size)\n", []),
        ("x = layers.Dense(3)(np.ones((2, 3)))\nBlock(4)(x)\n", ["Block(4)"]),
        (
            'class Block:\n    """A block.\n\n    ```python\n    size = 4\n\n'
            '    Block(size)(np.ones((2, size)))\n    ```\n    """\n',
            ["Block(4)(np.ones((2, 4)))"],
        ),
        (
            '"""\n>>> layer = Block(4)\n>>> layer(np.ones((2, 3)))\n(2, 4)\n"""',
            ["Block(4)(np.ones((2, 3)))"],
        ),
        (
            "self.run_layer_test(cls=mine.Block, init_kwargs={'units': 4},\n"
            "    input_data=random.uniform(shape=(2, 3)))",
            ["Block(**{'units': 4})(random.uniform(shape=(2, 3)))"],
        ),
    ],
)
def test_constructions_with_constant_arguments_are_found(text, found):
    assert list(constructions_in(text, "Block")) == found


def test_tests_beside_a_file_are_searched_and_called_ones_come_first(tmp_path):
    (tmp_path / "block_test.py").write_text("Block(1)\nBlock(2)(np.ones((2, 3)))\n")

    found = recipes_near("Block", tmp_path / "block.py", tmp_path, "")

    assert [recipe.text for recipe in found] == ["Block(2)(np.ones((2, 3)))", "Block(1)"]


@pytest.mark.keras
@pytest.mark.parametrize(
    "imported",
    ["from mine.block import Block", "from mine.block import (\n    Other,\n    Block,\n)"],
)
def test_tests_that_import_the_class_are_searched_whatever_they_are_called(tmp_path, imported):
    tests = tmp_path / "tests" / "deep"
    tests.mkdir(parents=True)
    (tests / "shapes.py").write_text(f"{imported}\nBlock(3)(np.ones((2, 3)))\n")
    (tests / "others.py").write_text("from theirs import Other\nBlock(4)(np.ones((2, 3)))\n")

    found = recipes_near("Block", tmp_path / "mine" / "block.py", tmp_path, "")

    assert [one.text for one in found] == ["Block(3)(np.ones((2, 3)))"]


@pytest.mark.keras
def test_a_layer_is_called_as_its_test_calls_it(prover, tmp_path):
    file = tmp_path / "block.py"
    (tmp_path / "test_block.py").write_text("Block(units=7)(np.ones((2, 3), 'float32'))")
    claim = Claim(layer="Block", path=file, before=FORMS["V2"], after=FORMS["A4"])
    file.write_text(FORMS["V2"])

    verdict = prover.prove(claim)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == "Block(units=7)(np.ones((2, 3), 'float32'))"


@pytest.mark.keras
def test_a_construction_that_tells_the_channels_is_called_on_as_many(prover, tmp_path):
    text = HEAD + dedent("""
        class Down(layers.Layer):
            def __init__(self, filters, in_channels, **kwargs):
                super().__init__(**kwargs)
                self.filters = filters

            def build(self, input_shape):
                if input_shape[-1] != self.filters:
                    self.shortcut = layers.Dense(self.filters)
                    self.shortcut.build(input_shape)

            def call(self, x):
                return x if x.shape[-1] == self.filters else self.shortcut(x)
    """)
    file = tmp_path / "down.py"
    file.write_text(text)
    (tmp_path / "test_down.py").write_text("def test_it(x):\n    Down(8, in_channels=3)(x)\n")

    verdict = prover.prove(Claim(layer="Down", path=file, before=text, after=text))

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == "Down(8, in_channels=3)(floats(2, 6, 3))"


@pytest.mark.keras
def test_a_cell_without_any_recipe_is_called_with_its_states(judge):
    wrong = CELL.replace("states[0]", "0.5 * states[0]")

    verdicts = judge(CELL, CELL), judge(CELL, wrong)

    assert [one.outcome for one in verdicts] == [Outcome.PROVED, Outcome.REFUTED]
    assert verdicts[0].recipe == "Block()(floats(2, 8), states())"


@pytest.mark.keras
def test_a_layer_without_any_recipe_is_guessed_and_the_guess_is_shown(judge):
    before = HEAD + dedent("""
        class PatchBlock(layers.Layer):
            def __init__(self, in_channels, filters, num_heads, rate=0.1, **kwargs):
                super().__init__(**kwargs)
                self.in_channels, self.filters, self.heads = in_channels, filters, num_heads

            def build(self, input_shape):
                assert input_shape[-1] == self.in_channels and len(input_shape) == 4
                self.conv = layers.Conv2D(self.filters, 3, groups=self.heads)
                self.conv.build(input_shape)

            def call(self, images):
                return self.conv(images)
    """)
    after = before.replace("self.conv.build(input_shape)", "pass")

    verdict = judge(before, after, layer="PatchBlock")

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.recipe == (
        "PatchBlock(in_channels=8, filters=8, num_heads=2)(floats(2, 8, 8, 8))"
    )


@pytest.mark.keras
def test_a_guess_listens_to_what_the_class_asks_for(judge):
    text = HEAD + dedent("""
        class WindowAttention(layers.Layer):
            def __init__(self, kind, window, **kwargs):
                super().__init__(**kwargs)
                if kind != "local" or window[0] != window[1]:
                    raise ValueError(kind)

            def build(self, input_shape):
                self.score = layers.Dense(1)

            def call(self, x, attention_mask=None):
                batch, length, size = ops.shape(x)
                mask = ops.reshape(attention_mask, (batch, length, length))
                return self.score(ops.matmul(ops.cast(mask, x.dtype), x))
    """)

    verdict = judge(text, text, layer="WindowAttention")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == (
        'WindowAttention(kind="local", window=(2, 2))'
        "(floats(2, 6, 8), attention_mask=bools(2, 6, 6))"
    )


@pytest.mark.keras
def test_an_argument_that_is_taken_apart_is_guessed_in_parts(judge):
    """The parts that follow may be larger, and a mask is told by its name."""
    text = HEAD + dedent("""
        class UpBlock2D(layers.Layer):
            def __init__(self, filters, window_size, shift_size, **kwargs):
                super().__init__(**kwargs)
                assert shift_size < window_size
                self.up = layers.Conv2DTranspose(filters, 2, strides=2)

            def call(self, inputs):
                low, skip, mask = inputs
                assert mask.shape == (2, 6)
                return ops.concatenate([self.up(low), skip], axis=-1)
    """)

    verdict = judge(text, text, layer="UpBlock2D")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == (
        "UpBlock2D(filters=8, window_size=2, shift_size=1)"
        "([floats(2, 8, 8, 8), floats(2, 16, 16, 8), bools(2, 6)])"
    )


@pytest.mark.keras
@pytest.mark.parametrize(
    ("arguments", "taken", "recipe"),
    [
        ("inputs", "x, time = inputs", "[floats(2, 8, 8, 8), floats(2, 8)]"),
        ("x, time", "", "floats(2, 8, 8, 8), time=floats(2, 8)"),
        ("x, time, training", "", "floats(2, 8, 8, 8), time=floats(2, 8), training=False"),
    ],
)
def test_what_comes_beside_planes_may_be_a_vector_for_each_example(judge, arguments, taken, recipe):
    text = HEAD + dedent(f"""
        class ResBlock2D(layers.Layer):
            def __init__(self, filters, **kwargs):
                super().__init__(**kwargs)
                self.shift = layers.Dense(filters)
                self.conv = layers.Conv2D(filters, 3, padding="same")

            def call(self, {arguments}):
                {taken}
                assert len(x.shape) == 4
                return self.conv(x + self.shift(time)[:, None, None])
    """)

    verdict = judge(text, text, layer="ResBlock2D")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == f"ResBlock2D(filters=8)({recipe})"


@pytest.mark.keras
def test_a_functional_model_is_called_as_it_was_made(judge):
    text = HEAD + dedent("""
        class Backbone(keras.Model):
            '''
            Args:
                stages: A list of integers, one for each stage.
            '''

            def __init__(self, input_shape, stages, **kwargs):
                ids = keras.Input((None,), dtype="int32", name="ids")
                image = keras.Input(input_shape, name="image")
                for stage in stages:
                    image_out = layers.Conv2D(stage, 1)(image)
                pooled = layers.GlobalAveragePooling2D()(image_out)
                out = pooled + ops.mean(layers.Embedding(4, stages[0])(ids), axis=1)
                super().__init__({"ids": ids, "image": image}, out, **kwargs)
                self.stages = stages
    """)

    verdict = judge(text, text, layer="Backbone")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == (
        "Backbone(input_shape=(8, 8, 3), stages=(4, 4))"
        "({'ids': ints(2, 8, below=4), 'image': floats(2, 8, 8, 3)})"
    )


@pytest.mark.keras
def test_a_dict_of_inputs_is_guessed_with_the_keys_that_call_reads(judge):
    text = dedent("""\
        from keras import layers, ops


        class Block(layers.Layer):
            def call(self, features):
                ids = ops.one_hot(features["token_ids"], 4)
                x = ops.mean(ids, axis=1) + ops.sum(features["price"], axis=-1, keepdims=True)
                if "mask" in features:
                    x = x * features["mask"]
                return x
    """)

    verdict = judge(text, text)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.recipe == 'Block()({"token_ids": ints(2, 6, below=4), "price": floats(2, 8)})'


@pytest.mark.keras
def test_a_layer_that_nobody_can_make_is_unknown(judge):
    text = (
        FORMS["V1"]
        .replace("units=4", "units")
        .replace(
            "super().__init__(**kwargs)",
            "super().__init__(**kwargs)\n        assert units != units",
        )
    )

    verdict = judge(text, text)

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.reason.startswith("baseline fails: no way to make it was found: AssertionError")
