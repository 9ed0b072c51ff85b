"""Prepared answers: Markdown as models write it, and as they send it."""

from __future__ import annotations

import re

FIRST, LAST = "Ahoy", "Lastword"
"""What is waited for: the first and the last word of an answer. The first is a single
token."""
_PIECE = """\
## Section {number}

Sunlight is **scattered** by the molecules of the air, and `blue` more than red: the {number}th reason is that the
strength grows with the *fourth power* of the frequency, see [Rayleigh](https://example.org/{number}).

- short waves are scattered most,
- long waves go straight on,
- and what is left of the sun is yellow.

```python
def scattered(wavelength: float, exponent: int = -4) -> float:
    return wavelength**exponent  # number {number}
```

| colour | wavelength | scattering |
|:-------|-----------:|-----------:|
| red    |     700 nm |        1.0 |
| blue   |     450 nm |        5.8 |

"""


def markdown(characters: int) -> str:
    """About so many characters of headings, prose, lists, code and tables, with `FIRST` in front."""
    pieces = [FIRST, "\n\n"]
    length = number = 0
    while length < characters:
        number += 1
        pieces.append(_PIECE.format(number=number))
        length += len(pieces[-1])
    return "".join(pieces)[:characters]


def tokens(text: str) -> list[str]:
    """`text` in pieces of about four characters, as models send it."""
    return re.findall(r"\s*\S{1,4}|\s+", text)
