// Articles.
import { html } from "../../components/html.js";
import { texts } from "./texts.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "articles",
  texts,
  initial: () => ({}),
  reduce: (state) => state,
  View: ({ t }) => html`<h2>${t("articles.title")}</h2>`,
  link: { write: () => ({}), read: () => ({}) },
};
