"""The desk at the front: how calls find people, and how those people are joined to them."""
