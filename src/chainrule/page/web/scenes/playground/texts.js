// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "Playground" },
  zh: { title: "游乐场" },
};
