// Digits.
import { html } from "../../components/html.js";
import { texts } from "./texts.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "digits",
  texts,
  initial: () => ({}),
  reduce: (state) => state,
  View: ({ t }) => html`<h2>${t("digits.title")}</h2>`,
  link: { write: () => ({}), read: () => ({}) },
};
