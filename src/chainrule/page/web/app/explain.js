// What Python's docstrings say about a layer, a loss, an optimizer, in the reader's language.
import { facts } from "../texts/facts.js";
import { translations } from "../texts/facts_zh.js";

/** @typedef {import("../components/page_context.js").Explanation} Explanation */

/**
 * Return what is said about a topic in English: a class ("optimizers.Adam"), its setting
 * ("optimizers.Adam.lr"), or an op ("ops.affine"). Null for a topic that has no docstring.
 *
 * @param {string} topic
 * @returns {Explanation | null}
 */
export function english(topic) {
  const [folder, name, setting] = topic.split(".");
  if (folder === "ops") {
    const op = own(facts.ops, name);
    return op ? { sentence: "", equation: [op.forward, ...gradients(op)].join("\n") } : null;
  }
  const about = own(facts.classes, `${folder}.${name}`);
  if (!about) return null;
  if (setting === undefined) return { ...split(about.says, about.more), reference: about.from };
  const says = own(about.settings, setting)?.says;
  return says ? { sentence: says, reference: about.from } : null;
}

/** @param {any} table @param {string} name */
const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

/** @param {{ backward?: Record<string, string> }} op */
const gradients = (op) => Object.entries(op.backward ?? {}).map(([d, right]) => `${d} = ${right}`);

/**
 * Part the first sentence of a docstring, which often is an equation, from what is said in words.
 *
 * @param {string} says
 * @param {string} [more]
 * @returns {Explanation}
 */
export function split(says, more = "") {
  const [first, ...rest] = sentences(says);
  if (!/ [=←] /.test(first)) return { sentence: enough([first, ...rest], more) };
  const colon = /^(.*?): (?=[A-Za-z])(.*)$/s.exec(first);
  const equation = (colon ? colon[1] : first).replace(/\.$/, "");
  return {
    sentence: enough([...(colon ? [upper(colon[2])] : []), ...rest], more),
    equation: equation.replace(/, (?=\S+ ← )/g, "\n"),
  };
}

/** @param {string} text */
const sentences = (text) => (text ? text.split(/(?<=\.)\s+(?=[A-Z`"])/) : []);

/** Return a short sentence together with the next one. @param {string[]} words @param {string} more */
function enough(words, more) {
  let text = words.join(" ");
  for (const sentence of sentences(more)) {
    if (text.length >= 60) break;
    text = text ? `${text} ${sentence}` : sentence;
  }
  return text;
}

/** @param {string} text */
const upper = (text) => text[0].toUpperCase() + text.slice(1);

/** Return eight digits that change with an English text (FNV-1a). @param {string} text */
export function keyOf(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

/** True if an equation has words that a translation must have too. @param {string} equation */
const hasWords = (equation) =>
  /(^|[\s,;])(for|in|with|and|over|where|the|each|else|if|is|by|from|between|or|which)(?=[\s,;]|$)/.test(
    equation,
  );

/**
 * Return a function from a topic to what is said about it.
 *
 * @param {"en" | "zh"} language
 * @returns {(topic: string) => Explanation | null}
 */
export const explainer = (language) => (topic) => {
  const said = english(topic);
  if (!said || language === "en") return said;
  const chinese = (/** @type {string} */ text) => translations[keyOf(text)] ?? text;
  return {
    ...said,
    sentence: chinese(said.sentence),
    equation: said.equation && chinese(said.equation),
  };
};

/** Return every text that needs a translation, with the topics that it explains. */
export function textsToTranslate() {
  /** @type {Map<string, string[]>} */
  const texts = new Map();
  const add = (/** @type {string} */ text, /** @type {string} */ topic) =>
    text && texts.set(text, [...(texts.get(text) ?? []), topic]);
  for (const [name, about] of Object.entries(facts.classes)) {
    if (about.hidden) continue;
    const said = /** @type {Explanation} */ (english(name));
    add(said.sentence, name);
    if (said.equation && hasWords(said.equation)) add(said.equation, name);
    for (const [setting, { says }] of Object.entries(about.settings)) {
      if (says) add(says, `${name}.${setting}`);
    }
  }
  return texts;
}
