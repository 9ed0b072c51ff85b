"""What simulated models say. `{topic}` is filled from the person's last message."""

from __future__ import annotations

HELLO = """\
Hello! 👋 I am a **simulated model**: I run on this machine, know nothing, and cost nothing. What I can do is show how \
phoenix-tui behaves.

Ask me anything, for example:

- *how does failover work?*
- *compare two things in a table*
- *write a small Python function*

Keep an eye on the panel of providers while I talk. Sooner or later one of us will fail, and somebody else will finish \
the answer. 🔥
"""

FAILOVER = """\
## How failover works here

Every question goes to the first provider of the **fallback order** that can take it. What happens next depends on \
*when* something goes wrong:

1. **Before the first token.** Nothing of the answer has been seen, so the next provider is asked at once, and the \
switch is named in a line above the answer.
2. **In the middle of an answer.** The part you saw is folded away, marked as interrupted, and the next provider \
starts afresh. Two half answers are never glued together.
3. **After the last token.** Then it was a success, whatever the connection does.

| What went wrong | Same provider again? | Next provider? |
| --- | --- | --- |
| connection reset, server error | once, quickly | yes |
| rate limit | when it asked for a short wait | yes |
| out of credit, wrong key | no | yes |
| conversation too long | no | one with a larger window |
| content refused | no | no: the reason is shown |

A provider that failed three times in a row rests for a while. Free checks look after it, and as soon as it answers \
again it gets its place back.

> No question is lost, and no answer is silently cut, mixed or swapped.
"""

ABOUT = """\
## phoenix-tui

A terminal chat for people who depend on language models and therefore use **several providers**: OpenRouter, OpenAI, \
Anthropic, Gemini, Grok, and the local servers Ollama and LM Studio.

- **Health** of every provider is always in sight: state, time to the first token, success rate, and why one is resting.
- **Failover** is automatic and visible. You always know *who* answered and *why*.
- **Keys stay yours**: they are never shown, logged or sent anywhere but to their provider.

Some things to try right now:

```text
alt+1 .. alt+7     choose the primary provider
esc                stop an answer at once
/providers         who is there, and how well
ctrl+p             every command there is
```

To use real providers, set a key and start it without `--demo`:

```sh
export OPENROUTER_API_KEY=...
phoenix-tui
```
"""

EXPLANATION = """\
## {Topic}

Short answer first: **it depends on scale**. What looks like one thing from far away is usually several small effects \
that happen to point in the same direction.

### What is going on

1. **Something gives the energy.** Without a source nothing moves, and most explanations forget to name it.
2. **Something resists.** The resistance decides how fast it goes, and what you notice of it.
3. **Something is left over.** That remainder is what we end up calling {topic}.

### A picture to remember

Imagine a crowded station. Nobody is in charge of the flow, yet lanes form, because it is easier to follow than to \
push. Change one gate, and ten minutes later the whole pattern is another one. 🚉

### Where to look next

- the history of the idea, which is stranger than the idea
- one experiment that you can do at the kitchen table
- what it would take to be *wrong* about it

*This text is simulated: pleasant to read, and not to be relied on.*
"""

PLAN = """\
Here is a plan for **{topic}** that survives contact with a normal week:

1. **Decide what done means.** One sentence, written down. If it needs the word *and*, it is two plans.
2. **Take the smallest step that shows something.** Twenty minutes, today.
   - what do you need that you do not have?
   - who would notice first if it went wrong?
3. **Book the boring part.** Put it at the time of day when you have the least to give; it needs the least.
4. **Look at it on Friday.** Keep, change or drop. Dropping counts as progress.

| Day | What | Time |
| --- | --- | ---: |
| Monday | the one sentence | 10 min |
| Tuesday | smallest step | 20 min |
| Thursday | boring part | 45 min |
| Friday | look at it | 15 min |

Two traps to avoid: polishing step one, and telling everybody before step two. ✅
"""

CODE = '''\
For **{topic}** I would start with something small and honest:

```python
from collections.abc import Iterable, Iterator


def windows(values: Iterable[float], size: int) -> Iterator[float]:
    """The mean of each run of `size` neighbours, in order."""
    if size < 1:
        raise ValueError(f"size must be at least 1, not {{size}}")
    held: list[float] = []
    for value in values:
        held.append(value)
        if len(held) > size:
            held.pop(0)
        if len(held) == size:
            yield sum(held) / size


print([round(mean, 2) for mean in windows([3, 1, 4, 1, 5, 9, 2, 6], 3)])
```

It prints `[2.67, 2.0, 3.33, 5.0, 5.33, 5.67]`.

A few notes:

- it works on **any** iterable, also one that never ends
- the error says what is wrong *and* what would be right
- for large windows use a `deque` and a running sum: `O(1)` a step instead of `O(size)`

Further reading: [itertools recipes](https://docs.python.org/3/library/itertools.html#itertools-recipes).
'''

COMPARISON = """\
There is no winner in **{topic}**, only a better fit. Side by side:

| | the first | the second |
| --- | --- | --- |
| to start with | ten minutes | an afternoon |
| after a year | you fight it a little | it has become boring, which is praise |
| when it breaks | loudly, at once | quietly, at three in the morning |
| help | many voices, most of them new | few voices, most of them right |

**Take the first** if you are finding out whether the thing is worth doing at all.

**Take the second** if other people will depend on it, or if *you* will, when you are tired.

My rule of thumb: whatever you choose, make it easy to leave. The best decisions are those that you can afford to get \
wrong. ⚖️
"""

STORY = """\
### The lighthouse keeper's second lamp

The old keeper had two lamps. Everybody knew the first: it turned above the bay, and the boats steered by it.

The second stood in the cellar, trimmed and filled, and in thirty years nobody had seen it burn. "Why do you keep it?" \
asked the girl who brought the oil. "For {topic}," said the keeper, and would not explain.

In November the great lamp cracked in the frost, between one turn and the next. For the space of a breath there was no \
light on the water at all. Then there was.

The fishermen never learned of it. They talked of the herring, and the price of nets. Only the girl, on the stairs \
with her can, had counted: *one, two,* and light.

"That," said the keeper, wiping soot from his hands, "is why."
"""

BY_TOPIC = (EXPLANATION, PLAN, COMPARISON, STORY)

REASONING = (
    "The person asks about {topic}. I should give the short answer first, then one picture to remember it by.",
    "Let me see what is really being asked: {topic}. A list fits better than prose here, and it should stay short.",
    "About {topic}: say what is known, mark what is not, and do not pad.",
)
