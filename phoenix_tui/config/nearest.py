"""The nearest valid name to one that was mistyped."""

from __future__ import annotations

from collections.abc import Collection, Iterable

# What people call a thing, where it is no mistyping of our name for it.
OTHER_WORDS = {
    "claude": "anthropic",
    "google": "gemini",
    "xai": "grok",
    "x.ai": "grok",
    "gpt": "openai",
    "chatgpt": "openai",
    "lm-studio": "lmstudio",
    "lm_studio": "lmstudio",
    "llama": "ollama",
    "or": "openrouter",
    "completions": "chat",
    "chat_completions": "chat",
    "response": "responses",
    "off": "never",
    "none": "never",
    "no": "never",
    "false": "never",
    "on": "auto",
    "yes": "auto",
    "true": "auto",
}

# Variables of other programs that differ from one of ours by a slip's width.
_FOREIGN = frozenset(
    {
        "AI_API_KEY",
        "GROQ_API",
        "GROQ_API_KEY",
        "GROQ_BASE_URL",
        "GROQ_MODEL",
        "LLM_MODE",
        "LLM_MODELS",
        "OLLAMA_MODELS",
        "OPENAI_APP",
        "OPENAI_MODELS",
        "ZAI_API_KEY",
    }
)


def slips(one: str, other: str, limit: int) -> int:
    """How many slips of the finger (a character wrong, missing, extra, or two swapped) lie between two words, or
    `limit` + 1 when there are more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def nearest_value(word: str, valid: Collection[str]) -> str | None:
    """The one of `valid` that `word` most likely means, None when none is near."""
    word = word.strip().lower()
    if OTHER_WORDS.get(word) in valid:
        return OTHER_WORDS[word]
    limit = max(1, min(3, len(word) // 2))
    near = min(((slips(word, name, limit), name) for name in valid), default=(limit + 1, ""), key=lambda it: it[0])
    return near[1] if near[0] <= limit else None


def near_miss(name: str, ours: Iterable[str]) -> str | None:
    """The one of our variables that `name` most likely means; None for our own names and for those that are nobody's
    business. Strict, since a file is full of other programs' variables."""
    if name in _FOREIGN or len(name) > 64 or not (name.isascii() and name.isprintable()):
        return None
    plain = _plain(name)
    best: tuple[int, str] | None = None
    for our in ours:
        if name == our:
            return None
        our_plain = _plain(our)
        if plain == our_plain or f"{plain.removesuffix('KEY')}APIKEY" == our_plain:
            return our
        limit = 2 if len(our) >= 14 else 1
        if plain[:3] != our_plain[:3] and plain[-3:] != our_plain[-3:]:
            continue
        distance = slips(plain, our_plain, limit)
        if distance <= limit and (best is None or distance < best[0]):
            best = (distance, our)
    return best[1] if best else None


def _plain(name: str) -> str:
    """`name` without the differences that no program would mean: case and separators."""
    return name.upper().replace("_", "").replace("-", "").replace(".", "")
