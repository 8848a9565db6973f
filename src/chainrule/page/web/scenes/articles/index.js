// The articles: three programs from which many people learned, their exact numbers, alive.
import { ArticlesView } from "./view.js";
import { initial, link, reduce } from "./state.js";
import { read, write } from "./python.js";
import { texts } from "./texts.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "articles",
  texts,
  initial,
  reduce,
  View: ArticlesView,
  link,
  python: { write, read },
};
