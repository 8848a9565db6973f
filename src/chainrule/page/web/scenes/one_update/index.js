// One update.
import { html } from "../../components/html.js";
import { texts } from "./texts.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "one_update",
  texts,
  initial: () => ({}),
  reduce: (state) => state,
  View: ({ t }) => html`<h2>${t("one_update.title")}</h2>`,
  link: { write: () => ({}), read: () => ({}) },
};
