// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: { title: "Your own file" },
  zh: { title: "你的文件" },
};
