"""A recorded day lived through again: the same machine, told the same events at the same moments, with the same chance."""
