// Prints all texts of the page, and which translations of docstrings are missing or stale.
import { keyOf, textsToTranslate } from "../../../src/chainrule/page/web/app/explain.js";
import { PARTS } from "../../../src/chainrule/page/web/app/texts.js";
import { translations } from "../../../src/chainrule/page/web/texts/facts_zh.js";

const wanted = [...textsToTranslate()].map(([text, topics]) => ({
  text,
  topics,
  key: keyOf(text),
}));
const keys = new Set(wanted.map(({ key }) => key));
console.log(
  JSON.stringify({
    parts: PARTS,
    missing: wanted.filter(({ key }) => !(key in translations)),
    stale: Object.keys(translations).filter((key) => !keys.has(key)),
    pairs: wanted.map(({ text, key }) => [text, translations[key] ?? ""]),
  }),
);
