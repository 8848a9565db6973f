// The state of the whole page: one object, changed by one reducer. No browser is needed here.
import { PALETTES } from "../components/palette.js";
import { scenes } from "../scenes/index.js";

/** The version of links; a link of another version is refused with words. */
export const VERSION = 1;

/**
 * @typedef {object} State
 * @property {string} scene the id of the scene that is shown
 * @property {"en" | "zh"} language
 * @property {"auto" | "light" | "dark"} theme
 * @property {import("../components/palette.js").PaletteName} palette the colors of data
 * @property {boolean} larger larger text, for a projector
 * @property {Record<string, any>} scenes the state of each scene by its id
 * @property {{ key: string, values: Record<string, string | number> } | null} notice
 */

/**
 * @typedef {{ type: string, [name: string]: any }} Action
 * An action with a `scene` goes to the reducer of this scene, any other to the frame.
 */

/** @param {"en" | "zh"} [language] @returns {State} */
export function initial(language = "en") {
  return {
    scene: scenes[0].id,
    language,
    theme: "auto",
    palette: PALETTES[0],
    larger: false,
    notice: null,
    scenes: Object.fromEntries(scenes.map((scene) => [scene.id, scene.initial()])),
  };
}

/** @param {State} state @param {Action} action @returns {State} */
export function reduce(state, action) {
  if (action.scene) {
    const scene = scenes.find(({ id }) => id === action.scene);
    if (!scene) return state;
    const own = scene.reduce(state.scenes[scene.id], action);
    if (own === state.scenes[scene.id]) return state;
    return { ...state, scenes: { ...state.scenes, [scene.id]: own } };
  }
  switch (action.type) {
    case "go":
      return scenes.some(({ id }) => id === action.to) ? { ...state, scene: action.to } : state;
    case "language":
      return { ...state, language: action.to === "zh" ? "zh" : "en" };
    case "theme":
      return { ...state, theme: ["light", "dark"].includes(action.to) ? action.to : "auto" };
    case "palette":
      return PALETTES.includes(action.to) ? { ...state, palette: action.to } : state;
    case "larger":
      return { ...state, larger: action.to === true };
    case "notice":
      return { ...state, notice: action.key ? { key: action.key, values: action.values ?? {} } : null };
    case "replace":
      return action.state;
    default:
      return state;
  }
}
