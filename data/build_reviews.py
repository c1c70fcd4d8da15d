"""Build data/reviews/train.tsv: 4,000 short reviews, written by the grammar in data/reviews/grammar.txt.

    python data/build_reviews.py

Reviews come in twins, filled with the same words, a friendly one and an unfriendly one. The test reviews, test.tsv,
were written by hand and come from no grammar.
"""

import random
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("reviews")
PAIRS = {"plain": 500, "negation": 400, "contrast": 500, "comparison": 300, "irony": 300}
SLOT = re.compile(r"<([a-z ]+)(\d?)>")


def read_grammar(path):
    """{section: its lines}; a section begins with its name in brackets, # begins a comment."""
    sections = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def word_lists(lines):
    """{name: entries} of lines 'name: entry / entry'; the part 'acting is' also gives <part is>: 'the acting is'."""
    lists = {name: entries.split(" / ") for name, entries in (line.split(": ", 1) for line in lines)}
    if "part" in lists:
        lists["part is"] = [f"the {part}" for part in lists["part"]]
        lists["part"] = [part.rpartition(" ")[0] for part in lists["part is"]]
    return lists


class Filler:
    """Fills the slots of one pair of twins: the same slot gets the same words, another slot of its list others."""

    def __init__(self, lists, rng):
        self.lists, self.rng, self.chosen, self.used = lists, rng, {}, set()

    def fill(self, text):
        """`text` with its slots filled; a slot keeps its words."""
        return SLOT.sub(
            lambda slot: self.chosen.get(slot[0]) or self.chosen.setdefault(slot[0], self.draw(slot[1])), text
        )

    def draw(self, name):
        """An entry of a list that this pair has not used, with the entry's own slots filled afresh."""
        entries = [each for each in self.lists[name] if SLOT.search(each) or each not in self.used]
        entry = entries[int(self.rng.random() * len(entries))]  # random() alone is the same in every version of Python
        self.used.add(entry)
        return SLOT.sub(lambda slot: self.draw(slot[1]), entry)


def spelled(text):
    """A text with 'an' before a vowel's sound and a capital letter at the start of each sentence."""
    text = re.sub(r"\b(a) (?=[aeiou]|hone)", r"\1n ", text)
    return re.sub(r"(?:^|(?<=[.?] ))[a-z]", lambda letter: letter[0].upper(), text)


def twins(rule, lists, rng):
    """A friendly and an unfriendly review by one rule, most of them with a remark that says nothing either way."""
    filler = Filler(lists, rng)
    remark = filler.draw("setting")
    form = ("{0}", f"{remark}. {{0}}", f"{{0}} {remark}.")[int(3 * rng.random())]
    return [spelled(form.format(filler.fill(side.strip()))) for side in rule.split("|")]


def main():
    sections = read_grammar(FOLDER / "grammar.txt")
    general = word_lists(sections["all"])
    lists = []
    for domain in (each for each in sections if each != "all" and not each.startswith("rules")):
        own = word_lists(sections[domain])
        lists.append({name: general.get(name, []) + own.get(name, []) for name in general | own})
    rng, lines, seen = random.Random(0), [], set()
    for kind, pairs in PAIRS.items():
        rules = sections[f"rules {kind}"]
        for number in range(pairs):
            rule, words = rules[number % len(rules)], lists[number // len(rules) % len(lists)]
            pair = twins(rule, words, rng)
            while seen & set(pair):
                pair = twins(rule, words, rng)
            seen |= set(pair)
            lines += [f"{label}\t{kind}\t{text}\n" for label, text in zip(("positive", "negative"), pair)]
    (FOLDER / "train.tsv").write_text("".join(lines), encoding="utf-8", newline="\n")
    vocabulary = {word for text in seen for word in re.findall("[a-z']+", text.lower())}
    print(f"{len(lines):,} reviews, {len(vocabulary):,} words")


if __name__ == "__main__":
    main()
