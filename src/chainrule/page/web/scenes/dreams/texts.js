// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "Dreams" },
  zh: { title: "梦" },
};
