"""Small ONNX models made in the test: taggers and box finders that behave, and some that do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def _file(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    weights: Sequence[onnx.TensorProto] = (),
) -> bytes:
    graph = helper.make_graph(list(nodes), "g", list(inputs), list(outputs), list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def _picture(shape: Sequence[int | str] = (1, 3, 8, 8)) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("picture", TensorProto.FLOAT, list(shape))


def _constant(name: str, value: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(value, name)


def brightness_tagger(n_outputs: int = 2, shape: Sequence[int | str] = (1, 3, 8, 8)) -> bytes:
    """Logits: the first rises with brightness, the others are 0."""
    weights = np.zeros((1, n_outputs), np.float32)
    weights[0, 0] = 10.0
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "column"], ["one"]),
        helper.make_node("MatMul", ["one", "weights"], ["raw"]),
        helper.make_node("Sub", ["raw", "half"], ["logits"]),
    ]
    half = np.zeros((1, n_outputs), np.float32)
    half[0, 0] = 5.0
    made = [_constant("weights", weights), _constant("half", half), _constant("column", np.array([1, 1], np.int64))]
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)
    return _file(nodes, [_picture(shape)], [out], made)


def fixed_boxes(boxes: Sequence[Sequence[float]], scores: Sequence[float], labels: Sequence[int]) -> bytes:
    """The same boxes for every picture, as three tensors."""
    tables = {
        "boxes": np.array(boxes, np.float32).reshape(1, -1, 4),
        "scores": np.array(scores, np.float32).reshape(1, -1),
        "labels": np.array(labels, np.int64).reshape(1, -1),
    }
    nodes = [helper.make_node("Identity", [f"{name}_c"], [name]) for name in tables]
    kinds = {"boxes": TensorProto.FLOAT, "scores": TensorProto.FLOAT, "labels": TensorProto.INT64}
    outputs = [helper.make_tensor_value_info(name, kinds[name], list(t.shape)) for name, t in tables.items()]
    return _file(nodes, [_picture()], outputs, [_constant(f"{name}_c", t) for name, t in tables.items()])


def yolo_boxes(table: np.ndarray) -> bytes:
    """One tensor (1, 4 + K, M) for every picture."""
    nodes = [helper.make_node("Identity", ["c"], ["out"])]
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, list(table.shape))
    return _file(nodes, [_picture()], [out], [_constant("c", table.astype(np.float32))])


def endless_loop() -> bytes:
    """A model that turns in a circle for (nearly) ever once it is run."""
    cond_in = helper.make_tensor_value_info("cond_in", TensorProto.BOOL, [])
    count = helper.make_tensor_value_info("count", TensorProto.INT64, [])
    carried = helper.make_tensor_value_info("carried", TensorProto.FLOAT, [])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["cond_in"], ["cond_out"]),
            helper.make_node("Sin", ["carried"], ["carried_out"]),
        ],
        "body",
        [count, cond_in, carried],
        [
            helper.make_tensor_value_info("cond_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("carried_out", TensorProto.FLOAT, []),
        ],
    )
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[0, 1, 2, 3], keepdims=0),
        helper.make_node("Loop", ["rounds", "yes", "mean"], ["end"], body=body),
        helper.make_node("Expand", ["end", "shape"], ["logits"]),
    ]
    made = [
        _constant("rounds", np.array(2**62, np.int64)),
        _constant("yes", np.array(True)),
        _constant("shape", np.array([1, 2], np.int64)),
    ]
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2])
    return _file(nodes, [_picture()], [out], made)


def leaning_on_other_files() -> bytes:
    """A model whose weights lie in a file of the machine it runs on."""
    tensor = onnx.TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    nodes = [helper.make_node("Mul", ["picture", "w"], ["out"])]
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3, 8, 8])
    graph = helper.make_graph(nodes, "g", [_picture()], [out], [tensor])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def mean_colour_encoder(side: int, width: int | None = None) -> bytes:
    """An embedding of three numbers: the mean of each colour; any number of pictures at once."""
    nodes = [helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[2, 3], keepdims=0)]
    out = helper.make_tensor_value_info("mean", TensorProto.FLOAT, None)
    return _file(nodes, [_picture(("n", 3, side, width or side))], [out])


def nan_encoder(side: int) -> bytes:
    """An embedding of three numbers that are none: the logarithm of a negative mean."""
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Sub", ["mean", "much"], ["below"]),
        helper.make_node("Log", ["below"], ["nothing"]),
    ]
    out = helper.make_tensor_value_info("nothing", TensorProto.FLOAT, None)
    much = _constant("much", np.array([[1e4, 1e4, 1e4]], np.float32))
    return _file(nodes, [_picture(("n", 3, side, side))], [out], [much])
