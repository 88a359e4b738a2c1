"""An optimizer for matrices: Muon (Jordan et al., 2024), with AdamW beside it for all that is none.

The gradient's momentum is brought to singular values near one before it is taken off the weights, so that no direction
learns slowly because others are steep. Fewer crops are needed for the same loss, and crops are what a CPU has few of.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
STEPS = 5
# Of the polynomial that brings singular values near one quickest (Jordan, "Muon", 2024).
_LINEAR, _CUBIC, _FIFTH = 3.4445, -4.7750, 2.0315
# Update sizes as those of AdamW, so that one rate serves both (Liu et al., "Muon is scalable for LLM training", 2025).
_LIKE_ADAM = 0.2


def orthogonalized(matrix: Tensor) -> Tensor:
    """A matrix with the same singular vectors, its singular values between about 0.7 and 1.2."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    found = (matrix.T if is_tall else matrix).bfloat16()
    found = found / (found.norm() + 1e-7)
    for _ in range(STEPS):
        product = found @ found.T
        found = _LINEAR * found + (_CUBIC * product + _FIFTH * product @ product) @ found
    result: Tensor = found.T if is_tall else found
    return result.to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions and more; those of convolutions are matrices of a row for each output."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                momentum = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                momentum.lerp_(weight.grad, 1 - MOMENTUM)
                update = orthogonalized(weight.grad.lerp(momentum, MOMENTUM).flatten(1))
                size = _LIKE_ADAM * max(update.shape) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.sub_(update.view_as(weight), alpha=group["lr"] * size)
