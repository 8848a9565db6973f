// What the page says, in English and Chinese.
import { useMemo } from "../components/html.js";
import * as data from "../data/texts.js";
import * as engine from "../engine/texts.js";
import * as graph from "../graph/texts.js";
import { scenes } from "../scenes/index.js";
import * as shell from "../texts/shell.js";

export const LANGUAGES = /** @type {const} */ (["en", "zh"]);

/** @typedef {"en" | "zh"} Language */
/** @typedef {Record<string, string>} Texts */
/** @typedef {{ en: Texts, zh: Texts }} BothLanguages */
/** @typedef {(key: string, values?: Record<string, string | number>) => string} Translate */

/**
 * Texts by name of their part: "playground.noise" is the text "noise" of the scene playground.
 *
 * @type {Record<string, BothLanguages>}
 */
const PARTS = Object.fromEntries([
  ["shell", shell.texts],
  ["data", data.texts],
  ["graph", graph.texts],
  ["engine", engine.texts],
  ...scenes.map((scene) => [scene.id, scene.texts]),
]);

/**
 * Return the text of a key with its {gaps} filled. An unknown key is shown as it is.
 *
 * @param {Language} language
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function say(language, key, values = {}) {
  const [part, name] = key.split(/\.(.*)/s);
  const text = PARTS[part]?.[language]?.[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (/** @type {string} */ whole, /** @type {string} */ gap) =>
    String(values[gap] ?? whole),
  );
}

/**
 * @param {Language} language
 * @returns {Translate}
 */
export const translator = (language) => (key, values) => say(language, key, values);

/** @param {Language} language */
export const useTranslator = (language) => useMemo(() => translator(language), [language]);

export { PARTS };
