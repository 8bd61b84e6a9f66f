// Builds observatory/static from the sources in this folder and lists the SHA-256 of each file.
// Same sources and lock file, same bytes. Run by `make assets` after `npm ci --ignore-scripts`.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const out = join(here, "..", "static");

// Variable fonts of the members' pages (SIL Open Font License 1.1), Latin with its extensions.
// The reporters' form loads none: an old phone on a bad line has fonts of its own.
const fonts = ["source-sans-3", "source-serif-4"].flatMap((family) =>
  ["latin", "latin-ext"].map((subset) => ({
    from: join(root, "node_modules", "@fontsource-variable", family, "files",
      `${family}-${subset}-wght-normal.woff2`),
    name: `${family}-${subset}.woff2`,
  })),
);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  entryPoints: ["intake.css", "members.css"].map((name) => join(here, name)),
  outdir: out,
  bundle: true,
  minify: true,
  legalComments: "none",
  external: ["*.woff2"],
  target: ["chrome87", "firefox78", "safari14"],
});
// The scripts that seal a report, in the form and in the offline page: one file each, without the
// parts of their libraries that open, and old enough in grammar for a telephone of some years.
await build({
  entryPoints: ["intake.js", "offline.js", "exit.js"].map((name) => join(here, name)),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  target: ["chrome87", "firefox78", "safari14.1"],
});
// The script of the members' pages. Passkeys and Ed25519 need a browser of 2023 or later anyway.
await build({
  entryPoints: [join(here, "members.js")],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  target: ["chrome113", "firefox119", "safari17"],
});
for (const { from, name } of fonts) cpSync(from, join(out, name));
cpSync(join(here, "icon.svg"), join(out, "icon.svg"));

const sums = readdirSync(out).sort().map((name) => {
  const digest = createHash("sha256").update(readFileSync(join(out, name))).digest("hex");
  return `${digest}  ${name}\n`;
});
writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
console.log(`built ${sums.length} files in observatory/static`);
