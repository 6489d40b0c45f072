// Takes a picture of every main state of the built page, light and dark, wide and on a phone, under the real content
// security policy, and runs axe on each. Fails on a violation or an error in the console.
//
//   npm run build && npm run shots [-- FOLDER]        needs Chromium (CHROMIUM names it, /usr/bin/chromium otherwise)
import { Buffer } from "node:buffer";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { fill, KEY, start } from "./server.mjs";

const OUT = process.argv[2] ?? join(tmpdir(), "stoa-shots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const SCHEMES = ["light", "dark"];
const CONSOLE = [
  "people",
  "keys",
  "usage",
  "audit",
  "running",
  "workspaces",
  "limits",
  "quality",
  "retention",
  "models",
  "incidents",
  "playground",
];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

mkdirSync(OUT, { recursive: true });
const problems = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [...FLAGS, "--disable-component-update", "--disable-sync"],
});
for (const size of Object.keys(SIZES)) for (const scheme of SCHEMES) await tour(size, scheme);
await browser.close();
for (const problem of problems) console.error(problem);
console.log(`${problems.length} problems; pictures in ${OUT}`);
process.exit(problems.length === 0 ? 0 : 1);

async function tour(size, scheme) {
  const server = await start({ pace: 8 });
  fill(server.world);
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: scheme,
    hasTouch: size === "phone",
    isMobile: size === "phone",
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    // The browser itself reports every answer of 401, 529 and the like; those are asked for here.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      problems.push(`${size} ${scheme}: console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => problems.push(`${size} ${scheme}: ${error.message}`));
  const shot = async (name) => {
    await page.screenshot({ path: join(OUT, `${size}-${scheme}-${name}.png`), animations: "disabled" });
    await axe(page, `${size} ${scheme} ${name}`);
  };
  const ask = async (text) => {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send message" }).click();
  };
  const startNew = () =>
    page.evaluate(() =>
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "o", ctrlKey: true, shiftKey: true })),
    );
  const ended = () => page.getByRole("button", { name: "Answer again" }).last().waitFor();

  await page.goto(server.address);
  await page.getByLabel("E-mail address").waitFor();
  await shot("01-sign-in");
  await page.getByLabel("E-mail address").fill("ada@example.org");
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("password is wrong").waitFor();
  await shot("02-sign-in-wrong");
  await page.goto(`${server.address}/#/join/invite0000`);
  await page.reload();
  await page.getByRole("heading", { name: "Join Stoa" }).waitFor();
  await shot("20-invitation");
  server.world.setUp = true;
  await page.goto(server.address);
  await page.reload();
  await page.getByRole("heading", { name: "Set up Stoa" }).waitFor();
  await shot("21-set-up");
  server.world.setUp = false;
  await page.getByRole("button", { name: "Use an API key instead" }).click();
  await page.getByLabel("API key", { exact: true }).fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: /on your mind/ }).waitFor();
  await page.waitForTimeout(300);
  await shot("03-empty");

  await ask("Explain hash tables, with code and a table");
  await page.locator(".answer-message .code").first().waitFor();
  await page.waitForTimeout(400);
  await shot("04-streaming");
  await ended();
  await page.locator(".hljs-keyword").first().waitFor();
  await shot("05-finished");

  await page.getByRole("button", { name: "Answer again" }).click();
  await page.getByText("2/2").waitFor();
  await page
    .getByRole("button", { name: "Stop answering" })
    .waitFor({ state: "detached" })
    .catch(() => undefined);
  await page.getByRole("region", { name: "Conversation" }).evaluate((box) => box.scrollTo(0, 0));
  await page.waitForTimeout(200);
  await shot("06-top");

  await startNew();
  await page
    .getByLabel("Message", { exact: true })
    .fill("About Paris:\n1. How many people live there?\n2. Explain its history\n3. What should one eat there?");
  await page.getByText("3 questions, answered together").waitFor();
  await shot("12-split");
  server.world.pace = 60;
  await page.getByRole("button", { name: "Send message" }).click();
  await page.locator(".together-card .prose").nth(2).waitFor();
  await page.waitForTimeout(500);
  await shot("13-together");
  await page.getByRole("button", { name: /the next question/ }).click();
  await page.waitForTimeout(200);
  await shot("14-policies");
  await page.getByRole("menuitemradio", { name: /Answer after/ }).click();
  await ask("And how do I get there by train?");
  await ask("Is there a night train?");
  await page.getByText("2 questions wait").waitFor();
  await shot("15-queue");
  await page.getByRole("button", { name: "Stop all answers" }).click();
  await page.getByText("2 questions wait").waitFor({ state: "detached" });
  server.world.pace = 8;
  await page.locator(".question").last().hover();
  await page.getByRole("button", { name: "Edit", exact: true }).last().click({ force: true });
  await page.waitForTimeout(200);
  await shot("16-edit");
  await page.keyboard.press("Escape");

  await startNew();
  server.world.pace = 30;
  await ask("Think first: what was a stoa?");
  await page.locator(".step.running .step-glimpse").waitFor();
  await page.waitForTimeout(700);
  await shot("29-thinking");
  server.world.pace = 8;
  await ended();
  await page.locator(".step > summary").click();
  await shot("30-thoughts");

  await startNew();
  await ask("I live in Delft and build bridges. What was a stoa?");
  await ended();
  await page.getByText("Shall I keep this in mind?").waitFor();
  await page.waitForTimeout(300);
  await shot("41-proposal");
  await page.getByRole("button", { name: /^Remember: / }).click();
  await page.getByText("Remembered.").waitFor();

  await startNew();
  await ask("The formula of the normal distribution, please");
  await ended();
  await page.locator(".katex").first().waitFor();
  await page.waitForTimeout(300);
  await shot("31-formulas");
  await ask("Now make a sundial");
  await ended();
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.frameLocator("iframe").locator("svg").waitFor();
  await page.waitForTimeout(300);
  await shot("32-artifact");
  await page.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Bad answer" }).last().click();
  await page.waitForTimeout(300);
  await shot("33-feedback");
  await page.keyboard.press("Escape");

  await startNew();
  await page.getByRole("button", { name: "Temporary conversation" }).click();
  await page.getByText("Nothing said here is kept").waitFor();
  await ask("What was a stoa?");
  await page.locator(".answer .prose p").nth(1).waitFor();
  await page.waitForTimeout(900);
  await shot("34-temporary");
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("button", { name: /^Model: / }).click();
  await page.waitForTimeout(200);
  await shot("35-compare");
  await page
    .getByRole("group", { name: "Compare with" })
    .getByRole("menuitemradio", { name: /Gemma 3 270M/ })
    .click();
  await ask("What was a stoa?");
  await page
    .getByRole("button", { name: /^Keep this answer/ })
    .nth(1)
    .waitFor();
  await page.waitForTimeout(300);
  await shot("40-compared");
  await page
    .getByRole("button", { name: /^Keep this answer/ })
    .nth(1)
    .click();
  await page.getByText("2/2").waitFor();
  await page.getByRole("button", { name: /^Model/ }).click();
  await page.getByRole("group", { name: "Compare with" }).getByRole("menuitemradio", { name: "No other" }).click();

  await startNew();
  await ask("Please fail");
  await page.getByText("The answer failed.").first().waitFor();
  await ask("Please refuse this");
  await page.getByText("safety policy").waitFor();
  await ask("Please interrupt");
  await page.getByText("in the middle of this answer").waitFor();
  await ask("reject me");
  await page.getByText("Not sent.").waitFor();
  await shot("07-errors");

  await startNew();
  server.world.loading = { model: "Qwen3 4B", phase: "downloading", done_bytes: 1.1e9, total_bytes: 2.5e9 };
  server.world.down = true;
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await ask("A question while the server is away");
  await page.getByText("Not sent yet").waitFor();
  await shot("08-unsent");
  server.world.down = false;
  // It also goes out by itself; then there is nothing left to press.
  await page
    .getByRole("button", { name: "Send now" })
    .click({ timeout: 1_000 })
    .catch(() => undefined);
  await ended();
  await page.reload();
  await page.getByText("Downloading Qwen3 4B").waitFor();
  await page.waitForTimeout(300);
  await shot("09-downloading");
  server.world.loading = null;

  await startNew();
  await page.locator('input[type="file"]').setInputFiles([
    {
      name: "Quarterly report 2026.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("Sales rose by 4%.\n\nCosts fell."),
    },
    {
      name: "hash_table.py",
      mimeType: "text/x-python",
      buffer: Buffer.from("class HashTable:\n    pass\n".repeat(30)),
    },
    { name: "picture.png", mimeType: "image/png", buffer: Buffer.from([137, 80, 78, 71, 0, 1]) },
  ]);
  await page.getByText("neither text nor PDF").waitFor();
  await shot("20-files-in-the-box");
  await page.getByRole("button", { name: "Remove picture.png" }).click();
  await ask("What do these say?");
  await ended();
  await page.waitForTimeout(300);
  await shot("21-files-in-the-thread");
  await page.getByRole("button", { name: /^hash_table\.py/ }).click();
  await page.getByText("class HashTable").first().waitFor();
  await shot("22-file-open");
  await page.keyboard.press("Escape");

  if (size === "phone") {
    await page.getByRole("button", { name: "Open conversations" }).click();
    await page.waitForTimeout(300);
    await shot("10-drawer");
  } else {
    await page.getByRole("button", { name: /Account of/ }).click();
    await shot("10-account-menu");
    await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Change password" }).waitFor();
  await page.waitForTimeout(300);
  await shot("22-settings");
  await page.getByRole("tab", { name: "Devices" }).click();
  await page.getByText("Safari, iPhone").waitFor();
  await shot("23-devices");
  await page.getByRole("tab", { name: "For the model" }).click();
  await page.getByRole("textbox", { name: "Memory 1" }).waitFor();
  await shot("36-personal");
  await page.getByRole("tab", { name: "Presets" }).click();
  await page.getByRole("button", { name: "Remove Reviewer" }).waitFor();
  await shot("37-presets");
  await page.getByRole("button", { name: "Close settings" }).click();
  await page.waitForTimeout(300);
  await page.getByRole("button", { name: "Bridge handbook" }).click();
  await page.getByText("loads.md").waitFor();
  await page.waitForTimeout(300);
  await shot("38-project");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Archived" }).click();
  await page.getByText("Notes on tides").waitFor();
  await page.waitForTimeout(300);
  await shot("39-archive");
  await page.keyboard.press("Escape");
  await page.locator(".row").nth(1).hover();
  await page
    .getByRole("button", { name: /Options for/ })
    .nth(1)
    .click();
  await page.waitForTimeout(200);
  await shot("11-row-menu");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByText("Conversation deleted").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.evaluate(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true })));
  await page.getByRole("combobox").fill("paris");
  await page.locator(".palette mark").first().waitFor();
  await shot("17-palette");
  await page.keyboard.press("Escape");
  if (size === "phone") await page.getByRole("button", { name: "Open conversations" }).click();
  await page
    .getByRole("button", { name: /Options for/ })
    .nth(1)
    .click({ force: true });
  await page.getByRole("menuitem", { name: "Share" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.getByLabel("The link", { exact: true }).waitFor();
  await page.waitForTimeout(300);
  await shot("18-share");
  await page.reload();
  await consolePages(page, server, shot);
  await page.goto(`${server.address}/#/console/people`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.waitForTimeout(300);
  await shot("28-invite");
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.getByLabel("The link", { exact: true }).waitFor();
  await page.goto(`${server.address}/#/s/0123456789abcdef`);
  await page.reload();
  await page.getByRole("heading", { name: "Hash tables", exact: true }).waitFor();
  await page.waitForTimeout(300);
  await shot("19-shared");
  await context.close();
  server.close();
}

async function consolePages(page, server, shot) {
  for (const name of CONSOLE) {
    await page.goto(`${server.address}/#/console/${name}`);
    await page.locator(".bars, .console-table tbody tr, .console-form").first().waitFor();
    await page.waitForTimeout(200);
    await shot(`console-${name}`);
  }
  await page.goto(`${server.address}/#/console/limits`);
  await page.getByRole("button", { name: "Change" }).nth(1).click();
  await page.waitForTimeout(300);
  await shot("console-limit");
  await page.keyboard.press("Escape");
  await page.goto(`${server.address}/#/console/models`);
  await page.getByRole("button", { name: "Change: stoa-latest" }).click();
  await page.waitForTimeout(300);
  await shot("console-rollout");
  await page.keyboard.press("Escape");
  await page.goto(`${server.address}/#/console/playground`);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("31 written").waitFor();
  await shot("console-playground-answer");
}

async function axe(page, where) {
  // Through the debugger, which the page's policy doesn't bind.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  for (const one of violations) {
    const places = one.nodes.map((node) => node.target).slice(0, 3);
    problems.push(`${where}: axe ${one.impact}: ${one.id}: ${one.help}: ${places.join(" | ")}`);
  }
}
