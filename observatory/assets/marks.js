// What in a reporter's words could point to the reporter. The same rules, read in the same way, as
// observatory/intake/marks.py, which says more about them; a table of cases holds both to it.
// Nothing here touches the page, the network or any storage.
import source from "../intake/marks.json" with { type: "json" };

const FEW_WORDS = 4;

const parts = { ...source.classes, ...source.parts };

function compiled(pattern, flags) {
  let whole = pattern;
  while (/\{[A-Z_]+\}/.test(whole)) whole = whole.replace(/\{([A-Z_]+)\}/g, (_, name) => parts[name]);
  return new RegExp(whole, flags);
}

let known; // made when it is first needed: a page that is only looked at needs none

function rules() {
  const [from, to] = source.fold;
  return {
    rules: source.rules.map((rule) => ({ ...rule, pattern: compiled(rule.any.join("|"), "uy") })),
    folding: new Map([...from].map((letter, at) => [letter, to[at]])),
    starts: compiled(source.starts, "ug"),
    sentences: compiled(source.sentences, "u"),
    words: compiled("[{A}]{2,}", "u"),
    capitals: compiled("[{U}][{L}]", "uy"),
    common: new Set(source.common.join(" ").split(" ")),
  };
}

function ends(pattern, text, start) {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

// Where each run of letters and digits starts, and whether it opens a sentence.
function runsOf(folded) {
  let end = 0;
  return [...folded.matchAll(known.starts)].map((run) => {
    const start = run.index;
    const opening = end === 0 || known.sentences.test(folded.slice(end, start));
    end = start + run[0].length;
    return { start, opening };
  });
}

// Whether most words have capitals, which then say nothing about names.
function isLoud(text, runs) {
  const inner = runs.filter(({ opening }) => !opening);
  const capitals = inner.filter(({ start }) => ends(known.capitals, text, start) >= 0);
  return 2 * capitals.length > inner.length + FEW_WORDS;
}

function isName(folded, opening, loud) {
  const first = known.words.exec(folded);
  if (first && known.common.has(first[0])) return false;
  if (folded.includes(".")) return true; // initials
  return !loud && !(opening && !folded.includes(" "));
}

// Return [{ start, end, kind }], in order and apart from each other, in the text's own units.
export function marks(text) {
  known ??= rules();
  const folded = text.replace(/[^]/g, (letter) => known.folding.get(letter) ?? letter);
  const runs = runsOf(folded);
  const loud = isLoud(text, runs);
  const found = [];
  let end = 0;
  for (const { start, opening } of runs) {
    if (start < end) continue;
    for (const { kind, pattern, written, capital } of known.rules) {
      const stop = ends(pattern, written ? text : folded, start);
      if (stop < 0 || (capital && !isName(folded.slice(start, stop), opening, loud))) continue;
      end = stop;
      const last = found[found.length - 1];
      const apart = kind !== "name" || last?.kind !== "name" || text.slice(last.end, start) !== " ";
      if (!apart) last.end = end;
      else if (kind) found.push({ start, end, kind });
      break;
    }
  }
  return found;
}
