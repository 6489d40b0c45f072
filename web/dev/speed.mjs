// What the page costs: in a thread of a few messages and in a long one that was scrolled through to its beginning, while
// three answers stream into it; and how long keys and clicks take there until they are painted, in a browser that is made
// slower. Prints a JSON list of rows; what took longest goes to stderr.
//
//   node dev/speed.mjs ADDRESS KEY SHORT LONG SLOWER     ids of conversations; needs Chromium, as dev/shots.mjs does
import { randomUUID } from "node:crypto";
import { chromium } from "playwright-core";

const [address, key, short, long, slower] = process.argv.slice(2);
/** An answer of 4,096 tokens, the longest there is: for a minute and a half, and in some twelve seconds. */
const STEADY = "mock-50-20-4096";
const QUICK = "mock-50-3-4096";
const ANSWERS = 3;
const WINDOW_MS = 8_000;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.addInitScript(() => {
  const interactions = (globalThis.interactions = new Map());
  new globalThis.PerformanceObserver((list) => {
    for (const { interactionId, duration, name, target } of list.getEntries()) {
      if (interactionId === 0 || duration <= (interactions.get(interactionId)?.ms ?? 0)) continue;
      interactions.set(interactionId, { ms: duration, what: `${name} ${target?.className ?? ""}` });
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
});
const devtools = await page.context().newCDPSession(page);
// Of the processor, so that what else runs on the machine counts less.
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
const rows = [];
const row = (name, unit, value) => rows.push({ case: name, unit, value });

await signIn();
await open(short);
const few = `a thread of ${await onPage()} messages`;
let asked = await ask(short, STEADY, ANSWERS);
cost(`${ANSWERS} streams into ${few}`, await during(WINDOW_MS));
await stop(asked);
asked = await ask(short, QUICK, 1);
for (const [from, to] of [
  [1_000, 4_000],
  [17_000, 20_000],
]) {
  await grown(from);
  const begin = await look();
  await grown(to);
  cost(`from ${from} to ${to} of an answer`, between(begin, await look()));
}
await stop(asked);

await open(long);
await scrollThrough();
const many = `a long thread, ${await onPage()} of its messages on the page`;
await ask(long, STEADY, ANSWERS);
cost(`${ANSWERS} streams into ${many}`, await during(WINDOW_MS));
await watch();
await devtools.send("Emulation.setCPUThrottlingRate", { rate: Number(slower) });
await page.evaluate(() => globalThis.interactions.clear());
const before = await page.evaluate(() => globalThis.performance.interactionCount);
if (process.env.TRACE) await browser.startTracing(page, { path: process.env.TRACE });
await use();
if (process.env.TRACE) await browser.stopTracing();
const taken = await page.evaluate(() => [...globalThis.interactions.values()]);
const count = (await page.evaluate(() => globalThis.performance.interactionCount)) - before;
if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
await browser.close();

taken.sort((a, b) => b.ms - a.ms);
for (const { ms, what } of taken.slice(0, 12)) console.error(`${ms} ms: ${what}`);
// As INP is defined: of each fifty interactions the longest is left out. Those under 16 ms are counted but not listed.
const where = `${slower}x slower, ${ANSWERS} streams into ${many}`;
row(`${where}: interactions`, "", count);
row(`${where}: interaction to next paint, p50`, "ms", taken[Math.floor(count / 2)]?.ms ?? 16);
row(`${where}: interaction to next paint, p98`, "ms", taken[Math.floor(count / 50)]?.ms ?? 16);
row(`${where}: interaction to next paint, worst`, "ms", taken[0]?.ms ?? 16);
console.log(JSON.stringify(rows));

function onPage() {
  return page.evaluate(() => document.querySelectorAll("[data-message]").length);
}

async function signIn() {
  await page.goto(address);
  const instead = page.getByRole("button", { name: "Use an API key instead" });
  await instead
    .or(page.getByLabel("API key", { exact: true }))
    .first()
    .waitFor();
  if (await instead.isVisible()) await instead.click();
  await page.getByLabel("API key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: /on your mind/ }).waitFor();
}

// From here on nothing is looked for by its role: that computes the style of every element of a long thread.
async function open(conversation) {
  const last = (await call("GET", `/api/conversations/${conversation}`)).messages.at(-1).id;
  await page.goto(`${address}/#/c/${conversation}`);
  await page.waitForFunction((id) => document.querySelector(`[data-message="${id}"] .prose`) !== null, last);
}

/** As a reader would, page after page up to the beginning, and back to the end at once. */
async function scrollThrough() {
  await page.waitForFunction(() => {
    const box = document.querySelector(".thread-scroll");
    box.scrollTo(0, 0);
    return document.querySelector(".older") === null;
  });
  await page.locator(".to-end").click();
  await page.waitForFunction(() => document.querySelector(".later") === null);
  await page.waitForTimeout(1_000);
}

/** Asks so many questions together, and waits until all are being answered on the page. @return ids of the answers */
async function ask(conversation, model, questions) {
  let parent = (await call("GET", `/api/conversations/${conversation}`)).messages.at(-1).id;
  const answers = [];
  for (let i = 0; i < questions; i++) {
    const ids = { id: randomUUID(), reply_id: randomUUID(), parent_id: parent };
    await call("POST", `/api/conversations/${conversation}/messages`, {
      ...ids,
      text: `Question ${i}, which is answered at length`,
      model,
      ...(i > 0 ? { policy: "together" } : {}),
    });
    parent = ids.reply_id;
    answers.push(ids.reply_id);
  }
  await page.waitForFunction((all) => document.querySelectorAll(".streaming .prose").length === all, questions);
  return answers;
}

async function stop(answers) {
  for (const id of answers) await call("POST", `/api/messages/${id}/stop`);
  await page.waitForFunction(() => document.querySelector(".streaming") === null);
}

async function call(method, path, body) {
  const answer = await fetch(address + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/**
 * Somebody who looks at the frames. Where nobody does, a browser without a window tells of none that was painted, at
 * times for seconds, though it draws them.
 */
async function watch() {
  devtools.on("Page.screencastFrame", ({ sessionId }) => {
    devtools.send("Page.screencastFrameAck", { sessionId }).catch(() => undefined);
  });
  await devtools.send("Page.startScreencast", { format: "jpeg", quality: 10, maxWidth: 320, maxHeight: 200 });
}

/** Characters that stream on the page now, and milliseconds that its main thread has worked so far. */
async function look() {
  const characters = await page.evaluate(() =>
    [...document.querySelectorAll(".streaming .prose")].reduce((sum, prose) => sum + prose.textContent.length, 0),
  );
  const metrics = new Map(
    (await devtools.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value * 1000]),
  );
  const [busy, script, style, layout] = ["Task", "Script", "RecalcStyle", "Layout"].map((what) =>
    metrics.get(`${what}Duration`),
  );
  return { characters, busy, script, style, layout };
}

async function grown(characters) {
  await page.waitForFunction(
    (least) => (document.querySelector(".streaming .prose")?.textContent.length ?? 0) >= least,
    characters,
    { polling: 50 },
  );
}

async function during(ms) {
  const begin = await look();
  await page.waitForTimeout(ms);
  return between(begin, await look());
}

/** Microseconds for each character. */
function between(begin, end) {
  const each = (what) => (1000 * (end[what] - begin[what])) / (end.characters - begin.characters);
  return { busy: each("busy"), script: each("script"), style: each("style"), layout: each("layout") };
}

function cost(name, { busy, script, style, layout }) {
  row(`a streamed character, ${name}`, "us", busy);
  row(`a streamed character, ${name}, scripts alone`, "us", script);
  console.error(`${name}: ${style.toFixed(1)} us of styles, ${layout.toFixed(1)} us of layout`);
}

/** Types, scrolls with the keyboard, opens menus and an editor, asks one more question. */
async function use() {
  const box = page.locator("#message-box");
  await box.click();
  await page.keyboard.type("While three answers are being written, one types the next question.", { delay: 60 });
  await page.locator(".thread-scroll").focus();
  for (const pressed of ["PageUp", "PageUp", "PageUp", "PageDown", "ArrowUp", "Home", "PageDown", "End"]) {
    await page.keyboard.press(pressed);
    await page.waitForTimeout(250);
  }
  for (const menu of [".policy-button", ".account button", ".policy-button"]) {
    await page.locator(menu).first().click();
    await page.waitForTimeout(250);
    await page.keyboard.press("Tab");
    await page.waitForTimeout(250);
  }
  await box.click();
  await page.keyboard.type(" And a line more.", { delay: 60 });
  await page.keyboard.press("Enter");
  await page.waitForTimeout(2_000);
  await page.keyboard.type("It goes on.", { delay: 60 });
  await page.waitForTimeout(1_000);
}
