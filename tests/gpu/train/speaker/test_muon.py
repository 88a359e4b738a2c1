"""The optimizer for matrices."""

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from torch import nn  # noqa: E402

from gpu.train.speaker.muon import Muon, orthogonalized  # noqa: E402


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (8, 300)])
def test_singular_values_come_near_one_and_vectors_stay(shape):
    matrix = torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 17
    found = orthogonalized(matrix)
    assert found.shape == shape and found.dtype == matrix.dtype
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.6 and values.max() < 1.3
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    turned = left.T @ found @ right.T
    assert (turned - turned.diagonal().diag()).abs().max() < 0.1


def test_flat_directions_are_learnt_as_quickly_as_steep_ones():
    """A loss a thousand times as steep in one direction: plain descent at a rate that is safe leaves the flat one."""
    weight = nn.Parameter(torch.zeros(4, 4))
    wanted, steepness = torch.eye(4), torch.tensor([1_000.0, 1.0, 1.0, 1.0])[:, None]
    optimizer = Muon([weight], lr=0.1, weight_decay=0.0)
    for step in range(150):
        optimizer.param_groups[0]["lr"] = 0.3 * (1 - step / 150)
        loss = (steepness * (weight - wanted) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (weight - wanted).abs().max() < 0.2


def test_a_convolution_is_a_matrix_of_a_row_for_each_output():
    layer = nn.Conv1d(6, 4, 3)
    before = layer.weight.detach().clone()
    optimizer = Muon([layer.weight], lr=0.01, weight_decay=0.0)
    layer(torch.randn(2, 6, 9)).square().sum().backward()
    optimizer.step()
    moved = (layer.weight.detach() - before).flatten(1)
    values = torch.linalg.svdvals(moved) / (0.01 * 0.2 * 18**0.5)
    assert values.min() > 0.6 and values.max() < 1.3


def test_decay_shrinks_what_has_no_gradient():
    weight = nn.Parameter(torch.ones(2, 2))
    weight.grad = torch.zeros(2, 2)
    Muon([weight], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(weight, torch.full((2, 2), 0.95))
