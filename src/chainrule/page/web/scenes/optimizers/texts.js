// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "Optimizers" },
  zh: { title: "优化器" },
};
