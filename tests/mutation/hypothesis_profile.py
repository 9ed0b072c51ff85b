"""A pytest plugin: properties fail at the first example that breaks them, the same in every run.

Making an example small takes a minute, and nobody looks at the one that a mutant broke.
"""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile(
    "mutants", phases=(Phase.explicit, Phase.generate), derandomize=True, database=None, deadline=None
)
settings.load_profile("mutants")
