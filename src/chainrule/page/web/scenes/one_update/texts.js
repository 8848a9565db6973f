// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "One update" },
  zh: { title: "一次更新" },
};
