"""Mutation testing of the pure hearts of the core: `make mutants`. docs/MUTATION.md has the figures."""
