// Fails the build when the first load grows past its budget: everything that index.html pulls in before a word is
// typed (scripts, styles, the fonts of a Latin page), as gzip sends it. Chunks fetched on demand don't count.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 250_000;
const FIRST_FONTS = /^(hanken-grotesk-latin-wght-normal|newsreader-latin-500-normal)-/;

const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);
const fonts = readdirSync(new URL("assets/", dist))
  .filter((name) => FIRST_FONTS.test(name))
  .map((name) => `assets/${name}`);
if (fonts.length !== 2) throw new Error("the fonts of the first load were not found: has their name changed?");

let total = gzipSync(html).length;
for (const name of new Set([...named, ...fonts])) {
  const body = readFileSync(new URL(name, dist));
  // woff2 is compressed already.
  total += name.endsWith(".woff2") ? body.length : gzipSync(body, { level: 9 }).length;
}
const inline = /<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|\sstyle="/.exec(html);
if (inline !== null) throw new Error("index.html has something inline, which its content security policy forbids");
console.log(`First load: ${(total / 1000).toFixed(1)} kB gzip of ${BUDGET_BYTES / 1000} kB`);
if (total > BUDGET_BYTES) {
  console.error("The first load is over its budget. Load what is not needed at once on demand.");
  process.exit(1);
}
