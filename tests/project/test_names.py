"""Names find their meaning across modules, whatever way they took."""

from __future__ import annotations

import textwrap

import pytest

from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.definitions import ClassRef, Kind, Scope
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import may_create


class Project:
    """Modules given as text; `pkg` and `pkg.sub` are packages."""

    def __init__(self, **texts: str) -> None:
        self.modules = {
            name.replace("__", "."): summarize(
                textwrap.dedent(text),
                name.replace("__", "."),
                f"{name}.py",
                is_package=name in ("pkg", "pkg__sub"),
            )
            for name, text in texts.items()
        }
        self.hierarchy = Hierarchy(self.load)

    def load(self, name: str, asker: str) -> ModuleSummary | None:
        return self.modules.get(name)

    def ref(self, module: str, name: str) -> ClassRef:
        summary = self.modules[module]
        return ClassRef.of(summary, summary.classes[name])

    def kind(self, module: str, name: str) -> Kind:
        return self.hierarchy.lineage(self.ref(module, name)).kind

    def made(self, name: str, callee: str, method: str = "build") -> str | None:
        ref = self.ref("m", name)
        found = self.hierarchy.method(ref, method)
        assert found is not None
        scope = Scope(module=found.module, owner=ref, function=found.summary)
        made = self.hierarchy.made(scope, callee)
        return made.name if made else None


@pytest.mark.parametrize(
    ("imports", "base"),
    [
        ("import keras", "keras.layers.Layer"),
        ("import keras", "keras.Layer"),
        ("import keras.layers as L", "L.Layer"),
        ("from keras import layers", "layers.Layer"),
        ("from keras.layers import Layer as Base", "Base"),
        ("import tensorflow as tf", "tf.keras.layers.Layer"),
        ("from tensorflow import keras", "keras.layers.Layer"),
        ("from tensorflow.keras import layers", "layers.Layer"),
        ("from tensorflow.python.keras.layers import Layer", "Layer"),
        ("import tf_keras", "tf_keras.layers.Layer"),
        ("import keras_core as keras", "keras.layers.Layer"),
        ("from keras.src.layers.layer import Layer", "Layer"),
        ("from keras.layers import *", "Layer"),
        ("from keras import layers\nL = layers", "L.Layer"),
        ("import keras\nBase = keras.layers.Layer", "Base"),
        (
            "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras",
            "keras.Layer",
        ),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras", "keras.Layer"),
        ("import keras", "keras.layers.Dense"),
        ("import keras", "keras.layers.SomethingNewerThanUs"),
        (
            "import keras\nfrom typing import Generic, TypeVar\nT = TypeVar('T')",
            "keras.Layer, Generic[T]",
        ),
        ("import keras\nfrom nowhere import Mixin", "Mixin, keras.layers.Layer"),
    ],
)
def test_a_layer_is_known_by_any_spelling(imports: str, base: str) -> None:
    project = Project(m=f"{imports}\nclass A({base}):\n    pass\n")

    assert project.kind("m", "A") is Kind.LAYER


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("class A:\n    pass", Kind.OTHER),
        ("import keras\nclass A(keras.initializers.Initializer):\n    pass", Kind.OTHER),
        ("import keras\nclass A(keras.metrics.Metric):\n    pass", Kind.OTHER),
        ("import keras_tuner\nclass A(keras_tuner.HyperModel):\n    pass", Kind.UNKNOWN),
        ("import tensorflow as tf\nclass A(tf.Module):\n    pass", Kind.OTHER),
        ("import abc\nclass A(abc.ABC):\n    pass", Kind.OTHER),
        ("class A(B):\n    pass\nclass B(A):\n    pass", Kind.OTHER),
        ("import keras\nclass A(keras.Model):\n    pass", Kind.MODEL),
        ("import keras\nclass A(keras.Sequential):\n    pass", Kind.MODEL),
    ],
)
def test_what_is_no_layer_is_not_taken_for_one(text: str, kind: Kind) -> None:
    found = Project(m=text).kind("m", "A")

    assert found is kind or (kind is Kind.OTHER and found is Kind.UNKNOWN and "class B" in text)


def test_a_base_is_followed_through_packages_and_re_exports() -> None:
    project = Project(
        pkg="from .sub import *\nfrom pkg.sub.deep import Deep as Shown\n",
        pkg__sub="from .deep import Deep\n",
        pkg__sub__deep="from keras import layers\nclass Deep(layers.Layer):\n    pass\n",
        m="import pkg\nfrom pkg import Deep\n"
        "class A(pkg.Shown):\n    pass\nclass B(Deep):\n    pass\n",
    )

    assert project.kind("m", "A") is Kind.LAYER
    assert project.kind("m", "B") is Kind.LAYER
    assert [
        item.summary.name for item in project.hierarchy.lineage(project.ref("m", "A")).chain
    ] == [
        "A",
        "Deep",
    ]


def test_relative_imports_climb() -> None:
    project = Project(
        pkg="",
        pkg__sub="",
        pkg__blocks="import keras\nclass Block(keras.Layer):\n    pass\n",
        pkg__sub__user="from ..blocks import Block\nfrom .. import blocks\n"
        "class A(Block):\n    pass\nclass B(blocks.Block):\n    pass\n",
    )

    assert project.kind("pkg.sub.user", "A") is Kind.LAYER
    assert project.kind("pkg.sub.user", "B") is Kind.LAYER


HELD = """
    import functools
    from functools import partial
    from keras import layers
    NORMS = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}
    Conv = layers.Conv2D

    def make_norm(kind):
        if kind:
            return layers.BatchNormalization()
        return layers.LayerNormalization()

    def maybe(kind):
        if kind:
            return layers.ReLU()
        return print

    class Base(layers.Layer):
        activation_class = layers.Activation

        def __init__(self, sync=False, conv=layers.Conv1D, kind: type[layers.Layer] = None):
            super().__init__()
            self._norm = layers.BatchNormalization if sync else layers.LayerNormalization
            self._conv = conv
            self._kind = kind
            self._built_child = layers.Dense(3)
            self._partial = partial(layers.Dense, 3)

    class A(Base):
        def build(self, shape):
            op = layers.Conv2D
            for cls in (layers.Dense, layers.ReLU):
                self.x = cls(3)

        def call(self, x):
            return x
"""


@pytest.mark.parametrize(
    ("callee", "made"),
    [
        ("layers.Dense", "keras.layers.Dense"),
        ("self._norm", "keras.layers.BatchNormalization"),
        ("self._conv", "keras.layers.Conv1D"),
        ("self._kind", "keras.layers.Layer"),
        ("self._partial", "keras.layers.Dense"),
        ("self.activation_class", "keras.layers.Activation"),
        ("NORMS[]", "keras.layers.BatchNormalization"),
        ("NORMS.get()", "keras.layers.BatchNormalization"),
        ("keras.activations.get()", None),
        ("Conv", "keras.layers.Conv2D"),
        ("op", "keras.layers.Conv2D"),
        ("cls", "keras.layers.Dense"),
        ("self.__class__", "A"),
        ("layers.Dense.from_config", "keras.layers.Dense"),
        ("layers.*", "keras.layers.Layer"),
        ("make_norm", "make_norm"),
        ("maybe", None),
        ("self._built_child", None),
        ("self.unheard_of", None),
        ("layers.add", None),
        ("layers.InputSpec", None),
        ("print", None),
    ],
)
def test_a_call_makes_a_layer_also_through_what_holds_its_class(
    callee: str, made: str | None
) -> None:
    assert Project(m=HELD).made("A", callee) == made


def test_only_a_class_whose_build_makes_layers_is_a_candidate() -> None:
    project = Project(
        m="""
        from keras import layers

        class Makes(layers.Layer):
            def build(self, shape):
                self._more(shape)

            def _more(self, shape):
                self.d = layers.Dense(3)

        class MakesNot(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(shape=(3,))

        class NotKeras:
            def build(self, shape):
                self.d = layers.Dense(3)

        class Tuned(layers.Layer):
            def build(self, hp):
                self.d = layers.Dense(3)
        """
    )
    names = ("Makes", "MakesNot", "NotKeras", "Tuned")

    assert [may_create(project.hierarchy, project.ref("m", name)) for name in names] == [
        True,
        False,
        False,
        False,
    ]


def test_weights_are_expected_unless_there_surely_are_none() -> None:
    project = Project(
        m="""
        from keras import layers

        class Plain(layers.Layer):
            def call(self, x):
                return x

        class Composite(layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.drop = layers.Dropout(0.5)

        class Weighted(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(shape=())

        class Inner(layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.inner = Weighted()

        class Wraps(layers.Layer):
            def __init__(self, layer, **kwargs):
                super().__init__(**kwargs)
                self.layer = layer
        """
    )
    names = ("Plain", "Composite", "Weighted", "Inner", "Wraps")

    weightless = [project.hierarchy.weightless(project.ref("m", name)) for name in names]

    assert weightless == [True, True, False, False, False]


def test_a_text_whose_instance_has_another_name_says_the_same_each_time_it_is_asked() -> None:
    text = "class Block:\n    def build(this, shape):\n        this.units = shape\n"

    first, again = (summarize(text, "module", "module.py", is_package=False) for _ in "12")

    assert first == again
    assert first.classes["Block"].methods["build"].instance == "this"
