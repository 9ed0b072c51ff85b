"""Who writes what simulated models say: picks a text that fits the question, fills it, cuts it into tokens."""

from __future__ import annotations

import random
import re

from phoenix_tui.sim import answer_texts as texts
from phoenix_tui.sim.model import Answer, Call

# As most tokenisers do: a word takes its space along, long words are several tokens.
_TOKEN = re.compile(r" ?\w{1,7}|\n+|[^\w\n]")
_LEADING = re.compile(
    r"^(?:please|can you|could you|would you|tell me|explain|describe|write|give me|show me|make|what (?:is|are|was)|"
    r"who (?:is|was)|how (?:do|does|can|should) (?:i|we|you|it)|how to|how|why (?:is|are|do|does)|why|about|me|"
    r"an?|the)\b\s*",
    re.IGNORECASE,
)
_SUBJECTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(?:fail(?:over|s|ed|ure)?|fall\s?back|outage|switch|went wrong|cut off)\b", re.IGNORECASE),
        texts.FAILOVER,
    ),
    (
        re.compile(r"\b(?:phoenix(?:-tui)?|this (?:program|app|demo|tool)|providers?|keys?)\b", re.IGNORECASE),
        texts.ABOUT,
    ),
    (re.compile(r"\b(?:code|python|function|script|program|regex|sql|bash|class)\b", re.IGNORECASE), texts.CODE),
    (re.compile(r"\b(?:compare|versus|vs|difference|better|table|or)\b", re.IGNORECASE), texts.COMPARISON),
    (re.compile(r"\b(?:plan|steps?|learn|organi[sz]e|trip|recipe|list)\b", re.IGNORECASE), texts.PLAN),
    (re.compile(r"\b(?:story|poem|tale)\b", re.IGNORECASE), texts.STORY),
    (re.compile(r"^\W*(?:hi|hello|hey|hallo|moin|good (?:morning|evening)|test)\b", re.IGNORECASE), texts.HELLO),
)
_LONGEST_TOPIC = 60


def compose(call: Call, dice: random.Random) -> Answer:
    """An answer to the person's last message."""
    topic = topic_of(call.question)
    template = next((text for pattern, text in _SUBJECTS if pattern.search(call.question)), None)
    text = fill(template or dice.choice(texts.BY_TOPIC), topic)
    return Answer(text=tokens(text.strip()), reasoning=tokens(fill(dice.choice(texts.REASONING), topic)))


def tokens(text: str) -> tuple[str, ...]:
    """`text` in pieces as a model makes them; joined they are `text` again."""
    return tuple(_TOKEN.findall(text))


def topic_of(question: str) -> str:
    """What a question is about, in a few words and without anything that would be Markdown."""
    topic = " ".join(re.sub(r"[^\w\s'+#-]", " ", question).split())
    while (shorter := _LEADING.sub("", topic, count=1)) != topic:
        topic = shorter
    if len(topic) > _LONGEST_TOPIC:
        topic = f"{topic[:_LONGEST_TOPIC].rsplit(' ', 1)[0]} …"
    return topic or "this"


def fill(template: str, topic: str) -> str:
    """`template` with its gaps filled."""
    return template.format(topic=topic, Topic=topic[:1].upper() + topic[1:])
