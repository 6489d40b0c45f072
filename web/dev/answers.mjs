// What the development server says: texts that exercise the page. A question's words choose the answer.

const CODE = `A **hash table** finds a value in constant time on average. It keeps an array of *buckets* and turns each key into an index with a hash function.

## How it works

1. Hash the key: \`h = hash(key)\`
2. Pick a bucket: \`i = h mod n\`
3. Compare the keys that are in it

\`\`\`python
class Table:
    """A small hash table with chaining."""

    def __init__(self, size: int = 8) -> None:
        self.buckets = [[] for _ in range(size)]

    def put(self, key, value):
        bucket = self.buckets[hash(key) % len(self.buckets)]
        for i, (known, _) in enumerate(bucket):
            if known == key:
                bucket[i] = (key, value)
                return
        bucket.append((key, value))
\`\`\`

| Operation | Average | Worst case |
|:----------|:-------:|-----------:|
| Look up   | O(1)    | O(n)       |
| Insert    | O(1)    | O(n)       |
| Delete    | O(1)    | O(n)       |

> The worst case comes when every key lands in the same bucket; a good hash function makes that unlikely.

- [x] Grows when it is three quarters full
- [ ] Keeps an order

More in the [article on hash tables](https://en.wikipedia.org/wiki/Hash_table).`;

const PLAIN = `A stoa was a covered walkway, open to the front, where people met to trade, to argue and to teach. The Stoics took their name from one: the *Painted Porch* at the edge of the Athenian market.

What made it work was that anyone could walk in. Ideas were tried out loud, in the open, and whoever passed by could object.`;

export const THOUGHT = `The question is about stoas. A stoa is a covered walkway, open to the front; the Painted Porch gave the Stoics their name.

I should say what it was, and then why it mattered: anyone could walk in and object. Two short paragraphs will do.`;

const FORMULA = String.raw`The normal distribution with mean $\mu$ and variance $\sigma^2$ has the density

$$
f(x) = \frac{1}{\sigma\sqrt{2\pi}} \exp\left(-\frac{(x-\mu)^2}{2\sigma^2}\right)
$$

About 68% of it lies within one $\sigma$ of the mean, because

$$
\int_{\mu-\sigma}^{\mu+\sigma} f(x)\,dx = \operatorname{erf}\left(\tfrac{1}{\sqrt 2}\right) \approx 0.683
$$`;

const PAGE = `Here is a small clock; open it to see it run.

~~~html
<!doctype html>
<title>A sundial for the screen</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f3efe6; font-family: Georgia, serif; color: #4a3f2b }
  svg { width: min(60vmin, 22rem) }
  #hand { transform-origin: 50px 50px; transform: rotate(222deg) }
</style>
<main>
  <svg viewBox="0 0 100 100" role="img" aria-label="A sundial">
    <circle cx="50" cy="50" r="47" fill="#fbf8f1" stroke="#b79a62" stroke-width="2" />
    <g id="marks" stroke="#b79a62" stroke-width="2"></g>
    <path id="hand" d="M48 50 50 12 52 50Z" fill="#1f5a78" />
  </svg>
</main>
<script>
  const marks = document.getElementById("marks");
  for (let hour = 0; hour < 12; hour++) {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("x1", 50); line.setAttribute("x2", 50);
    line.setAttribute("y1", 8); line.setAttribute("y2", hour % 3 ? 11 : 15);
    line.setAttribute("transform", "rotate(" + hour * 30 + " 50 50)");
    marks.append(line);
  }
</script>
~~~

The hand stands where the shadow falls in the afternoon.`;

const HOSTILE = `Raw HTML: <b>bold</b>, <img src=x onerror="document.title='owned'">, <a href="javascript:alert(1)">a link</a> and a [Markdown one](javascript:alert(1)).

<script>document.title = "owned"</script>

<div style="position:fixed;inset:0">a block</div>

![a picture](https://example.org/pixel.png)`;

const LONG = Array.from({ length: 60 }, (_, i) => `Paragraph ${i + 1}. ${PLAIN.replaceAll("\n\n", " ")}`).join("\n\n");

export function answerTo(question) {
  const words = question.toLowerCase();
  if (words.includes("hostile")) return HOSTILE;
  if (words.includes("long")) return LONG;
  if (words.includes("formula")) return FORMULA;
  if (words.includes("sundial")) return PAGE;
  if (/code|hash|python|table/.test(words)) return CODE;
  return PLAIN;
}
