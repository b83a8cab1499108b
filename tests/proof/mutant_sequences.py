"""Layers that take sequences, with wrong rewrites that show for another kind of them alone."""

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

WIDTHS = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, widths=(8, 8), **kwargs):
        super().__init__(**kwargs)
        self.widths = tuple(widths)
        sizes = self.widths
        self.steps = [layers.Dense(width) for width in sizes]
        self._count = lambda: len(sizes)

    def build(self, input_shape):
        for step in self.steps:
            step.build(input_shape)
            input_shape = step.compute_output_shape(input_shape)

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return x * self._count()

    def get_config(self):
        return {**super().get_config(), "widths": self.widths}
""",
    (),
    right={
        "each width for itself": (("tuple(widths)", "tuple(width for width in widths)"),),
        "unpacked": (("= tuple(widths)", "= (*widths,)"),),
        "a list of its own besides": (("sizes = self.widths", "sizes = list(self.widths)"),),
    },
    wrong={
        "kept as it is given": (("tuple(widths)", "widths"),),
        "kept as it is given, for itself": (("sizes = self.widths", "sizes = widths"),),
        "taken from what may be used up": (("for width in sizes", "for width in widths"),),
        "a list": (("tuple(widths)", "list(widths)"),),
    },
)
SIDES = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, pool_size=2, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = (pool_size,) * 2 if isinstance(pool_size, int) else tuple(pool_size)
        self.window = (1, *self.pool_size, 1)
        self.pool = layers.MaxPooling2D(self.pool_size)

    def call(self, x):
        return self.pool(x)
""",
    ("Block(2)(floats(2, 8, 8, 3))",),
    right={
        "a sum": (("(1, *self.pool_size, 1)", "(1,) + self.pool_size + (1,)"),),
    },
    wrong={
        "kept as it is given": (("else tuple(pool_size)", "else pool_size"),),
        "a sum of what is given": (
            ("else tuple(pool_size)", "else pool_size"),
            ("(1, *self.pool_size, 1)", "(1,) + self.pool_size + (1,)"),
        ),
    },
)
SEQUENCES = {
    "a sequence of another kind": WIDTHS,
    "two sides of another kind": SIDES,
}
