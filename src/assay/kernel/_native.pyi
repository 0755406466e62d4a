# Types of the compiled kernel; the meaning of each function stands in native.py.

import numpy as np
from numpy.typing import NDArray

def match_boxes(
    left_offsets: NDArray[np.int64],
    left: NDArray[np.float64],
    left_classes: NDArray[np.int32],
    right_offsets: NDArray[np.int64],
    right: NDArray[np.float64],
    right_classes: NDArray[np.int32],
    first: int,
    last: int,
    threshold: float,
    mode: int,
    right_of_left: NDArray[np.int64],
    left_of_right: NDArray[np.int64],
    iou_of_left: NDArray[np.float64],
) -> int: ...
def box_iou(a: NDArray[np.float64], b: NDArray[np.float64], out: NDArray[np.float64]) -> None: ...
def cluster_boxes(
    starts: NDArray[np.int64],
    boxes: NDArray[np.float64],
    authors: NDArray[np.int32],
    first: int,
    last: int,
    threshold: float,
    group: NDArray[np.int64],
    tightness: NDArray[np.float64],
) -> int: ...
