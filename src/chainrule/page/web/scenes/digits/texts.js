// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "Digits" },
  zh: { title: "手写数字" },
};
