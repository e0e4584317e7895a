// One Chromium for many forms: a JSON object a line in, one a line out.
//
//   node drive.mjs NODE_MODULES CHROMIUM [STYLESHEET]
//
//   {"calls": [["draw", {…}], ["fill", […]], ["send"], …]}   -> {"told": […], "console": […]}
//   {"picture": "PATH", "width": 640, "fields": ["first", "last"]}  -> {"told": "PATH"}, the whole form without fields
//
// What goes wrong is answered with {"error": "…"}. The first line out says that the browser is there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [modules, chromium, stylesheet] = process.argv.slice(2);
const require = createRequire(modules + "/");
const esbuild = require("esbuild");
const puppeteer = require("puppeteer-core");

const ARGUMENTS = [
  "--no-sandbox", // the forms are our own, and root has no sandbox
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--lang=en-GB",
];

async function bundle() {
  const built = await esbuild.build({
    entryPoints: [fileURLToPath(new URL("page.mjs", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    nodePaths: [modules],
    define: { "process.env.NODE_ENV": '"development"' }, // so that React warns
    logLevel: "silent",
  });
  await esbuild.stop();
  return built.outputFiles[0].text;
}

const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");

const heard = [];
let browser = null;
let page = null;

async function start() {
  const options = { protocolTimeout: 20_000, executablePath: chromium, pipe: true, headless: true, args: ARGUMENTS, env: { ...process.env, TZ: "UTC" } };
  const [script] = await Promise.all([bundle(), puppeteer.launch(options).then((started) => (browser = started))]);
  page = await browser.newPage();
  page.on("console", (message) => heard.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  await page.setViewport({ width: 640, height: 480 });
  await page.setContent("<!doctype html><meta charset=utf-8><title>.</title><body></body>");
  if (stylesheet) await page.addStyleTag({ content: readFileSync(stylesheet, "utf8") });
  await page.addScriptTag({ content: script });
}

const run = async (calls) => {
  const told = [];
  for (const [name, ...given] of calls) told.push(await window[name](...given));
  return told;
};

async function picture({ picture: path, width, fields }) {
  await page.setViewport({ width, height: 200 });
  const clip = await page.evaluate((ends) => {
    const whole = document.querySelector("main").getBoundingClientRect();
    const [first, last] = ends.map((key) => document.getElementById(`root_${key}`).closest(".form-group"));
    const top = first === undefined ? whole.top : first.getBoundingClientRect().top - 8;
    const bottom = last === undefined ? whole.bottom : last.getBoundingClientRect().bottom + 8;
    return { x: 0, y: top + scrollY, width: whole.width, height: bottom - top };
  }, fields);
  await page.screenshot({ path, clip, captureBeyondViewport: true });
  return path;
}

async function answer(asked) {
  if (asked.picture !== undefined) return { told: await picture(asked) };
  const told = await page.evaluate(run, asked.calls);
  return { told, console: heard.splice(0) };
}

try {
  await start();
  say({ told: await browser.version() });
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    try {
      say(await answer(JSON.parse(line)));
    } catch (error) {
      say({ error: String(error.message), console: heard.splice(0) });
    }
  }
} catch (error) {
  say({ error: String(error.message) });
} finally {
  await browser?.close();
}
