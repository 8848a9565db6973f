// What every component may ask of the page: words, language, colors, facts, formulas.
import { createContext, useContext } from "./html.js";

/**
 * @typedef {object} Explanation
 * @property {string} sentence what the thing is, in one sentence
 * @property {string} [equation] as text; the page sets it as a formula
 * @property {string} [reference] the paper or the book
 */

/**
 * @typedef {object} PageContext
 * @property {(key: string, values?: Record<string, string | number>) => string} t
 * @property {"en" | "zh"} language
 * @property {boolean} dark whether the page is drawn dark now
 * @property {import("./palette.js").PaletteName} palette the colors of data
 * @property {boolean} reducedMotion
 * @property {boolean} shown false while another scene is shown: then rest
 * @property {(topic: string) => Explanation | null} explain a topic such as "optimizers.Adam" or
 *   "optimizers.Adam.lr"
 * @property {((text: string) => string) | null} formula MathML of a printed equation
 * @property {(text: string) => void} announce says a sentence to screen readers
 */

/** @type {PageContext} */
const NOTHING = {
  t: (key) => key,
  language: "en",
  dark: false,
  palette: "blue_orange",
  reducedMotion: false,
  shown: true,
  explain: () => null,
  formula: null,
  announce: () => {},
};

export const Page = createContext(NOTHING);

/** @returns {PageContext} */
export const usePage = () => useContext(Page);

/**
 * Return sentences one after another: Chinese has no blanks between them.
 *
 * @param {PageContext["t"]} t
 * @param {(string | false | null | undefined)[]} some what is empty is left out
 */
export const sentences = (t, some) =>
  some.reduce(
    (/** @type {string} */ one, other) =>
      one && other ? t("shell.sentences", { one, other }) : one || other || "",
    "",
  );
