"""Cuts texts into words with the regular expressions that the families publish, for pre_tokenizers.json.

    pip install regex && python3 pre_tokenizers.py > pre_tokenizers.json
"""

import json
import random

import regex

PATTERNS = {
    "gpt-2": r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""",
    "llama-bpe": r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
    "qwen2": r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
}
PIECES = [
    "a", "word", "Zürich", "don't", "I'LL", "we've", "'s", "'", "12", "2025", "1234567", "½", "٣", "x", " ", "  ", "\n",
    "\r\n", "\t", "\u00a0", "\u3000", ".", ",", "...", "!?", "--", "→", "€", "中文", "日本語", "한국", "é", "🙂", "👩‍💻",
    "_", "(", ")", "\"", "\\", "/", "http://", "C++", "=", "==", "\u0301", "ﬁ", "Ⅷ", "ß",
]
FIXED = [
    "", " ", "\n", "\n\n\n", " \n ", "\t\t x", "Hello, world!", "  two  spaces ", "It's we're I'M you'd they'LL",
    "3.14159 and 1,000,000", "line one\n\n  line two\r\nthree", "naïve café — 東京 2025年", "def f(x):\n    return x**2\n",
]

random.seed(20261124)
texts = FIXED + ["".join(random.choice(PIECES) for _ in range(random.randint(1, 14))) for _ in range(150)]
words = {name: [regex.findall(pattern, text) for text in texts] for name, pattern in PATTERNS.items()}
for name, lists in words.items():
    assert all("".join(each) == text for each, text in zip(lists, texts)), name
print(json.dumps({"texts": texts, **words}, ensure_ascii=True, separators=(",", ":")))
