// See maven.sh, which starts this. Usage: node scripts/maven.mjs build|test
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NODE_MIN = [20, 19];
const NOT_INPUTS = new Set(["node_modules", "dist", "target", "pom.xml", "README.md"]);

const task = process.argv[2];
if (task !== "build" && task !== "test") fail(`unknown task: ${task}`);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  fail(
    `The chat page needs Node.js ${NODE_MIN.join(".")} or newer; this is ${process.versions.node} (${process.execPath}).`,
  );
}

const inputs = fingerprint(".");
if (stampOf(task) === inputs && (task === "test" || existsSync("dist/index.html"))) {
  console.log(`The page's ${task} is up to date.`);
  process.exit(0);
}
const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
if (!existsSync("node_modules") || stampOf("install") !== lock) {
  npm("ci", "--no-audit", "--no-fund");
  stamp("install", lock);
}
rmSync(`target/${task}.stamp`, { force: true });
npm("run", task);
stamp(task, inputs);

function fingerprint(root) {
  const hash = createHash("sha256").update(process.versions.node);
  const visit = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      if (folder === root && NOT_INPUTS.has(name)) continue;
      const path = join(folder, name);
      if (statSync(path).isDirectory()) visit(path);
      else hash.update(path).update("\0").update(readFileSync(path)).update("\0");
    }
  };
  visit(root);
  return hash.digest("hex");
}

function stampOf(name) {
  const path = `target/${name}.stamp`;
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function stamp(name, value) {
  mkdirSync("target", { recursive: true });
  writeFileSync(`target/${name}.stamp`, value);
}

function npm(...args) {
  const { status, error } = spawnSync("npm", args, { stdio: "inherit" });
  if (error !== undefined) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) fail(`"npm ${args.join(" ")}" failed in web/; the reason stands above.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
