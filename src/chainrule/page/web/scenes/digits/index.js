// Digits: trained in the page, drawn by you, read, and explained.
import { read, write } from "./python.js";
import { initial, link, reduce } from "./state.js";
import { texts } from "./texts.js";
import { DigitsView } from "./view.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "digits",
  texts,
  initial,
  reduce,
  View: DigitsView,
  link,
  python: { write, read },
};
