// Your own file.
import { html } from "../../components/html.js";
import { texts } from "./texts.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "your_file",
  texts,
  initial: () => ({}),
  reduce: (state) => state,
  View: ({ t }) => html`<h2>${t("your_file.title")}</h2>`,
  link: { write: () => ({}), read: () => ({}) },
};
