// The state of the whole page: one object, changed by one reducer. No browser is needed here.
import { PALETTES } from "../components/palette.js";
import { scenes } from "../scenes/index.js";
import { LONGEST, readLink, writeLink } from "./link.js";
import { Refusal } from "./refusal.js";

/**
 * @typedef {object} State
 * @property {string} scene the id of the scene that is shown
 * @property {"en" | "zh"} language
 * @property {"auto" | "light" | "dark"} theme
 * @property {import("../components/palette.js").PaletteName} palette the colors of data
 * @property {boolean} larger larger text, for a projector
 * @property {boolean} look whether links keep language and theme
 * @property {Record<string, any>} scenes the state of each scene by its id
 * @property {Notice | null} notice a sentence above the scene
 */

/**
 * @typedef {{ key: string, values: Record<string, string | number>, why?: string }} Notice
 * `why` is the text that fills the gap {why}, itself with `values`
 */

/**
 * @typedef {{ type: string, [name: string]: any }} Action
 * An action with a `scene` goes to the reducer of this scene, any other to the frame.
 */

/** @typedef {import("../scenes/scene.js").Scene} Scene */

/** @param {string} id @returns {Scene | undefined} */
export const sceneOf = (id) => scenes.find((scene) => scene.id === id);

/** @param {"en" | "zh"} [language] @returns {State} */
export function initial(language = "en") {
  return {
    scene: scenes[0].id,
    language,
    theme: "auto",
    palette: PALETTES[0],
    larger: false,
    look: false,
    notice: null,
    scenes: Object.fromEntries(scenes.map((scene) => [scene.id, scene.initial()])),
  };
}

/**
 * Return the state after an action, and the same object where nothing changes.
 *
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  if (action.scene) {
    const scene = sceneOf(action.scene);
    if (!scene) return state;
    const own = scene.reduce(state.scenes[scene.id], action);
    return own === state.scenes[scene.id] ? state : withScene(state, scene.id, own);
  }
  switch (action.type) {
    case "go":
      return sceneOf(action.to) ? change(state, { scene: action.to, notice: null }) : state;
    case "language":
      return ["en", "zh"].includes(action.to) ? change(state, { language: action.to }) : state;
    case "theme":
      return ["auto", "light", "dark"].includes(action.to)
        ? change(state, { theme: action.to })
        : state;
    case "palette":
      return PALETTES.includes(action.to) ? change(state, { palette: action.to }) : state;
    case "larger":
      return change(state, { larger: action.to === true });
    case "look":
      return change(state, { look: action.to === true });
    case "notice":
      return change(state, {
        notice: action.key
          ? { key: action.key, values: action.values ?? {}, why: action.why }
          : null,
      });
    case "scene":
      // Another state of a scene, such as the one that its Python code describes.
      return sceneOf(action.id) ? withScene(state, action.id, action.state) : state;
    case "anew":
      return sceneOf(action.id)
        ? withScene(state, action.id, /** @type {Scene} */ (sceneOf(action.id)).initial())
        : state;
    case "link":
      return follow(state, action.text);
    default:
      return state;
  }
}

/** @param {State} state @param {Partial<State>} parts @returns {State} */
function change(state, parts) {
  const names = /** @type {(keyof State)[]} */ (Object.keys(parts));
  return names.every((name) => Object.is(state[name], parts[name]))
    ? state
    : { ...state, ...parts };
}

/** @param {State} state @param {string} id @param {any} own @returns {State} */
const withScene = (state, id, own) => ({ ...state, scenes: { ...state.scenes, [id]: own } });

/**
 * Return the text after "#" of a link to what is shown, or null where it is too much for a link.
 *
 * @param {State} state
 * @returns {string | null}
 */
export function linkOf(state) {
  const scene = /** @type {Scene} */ (sceneOf(state.scene));
  const look = state.look
    ? { language: state.language, theme: state.theme === "auto" ? undefined : state.theme }
    : {};
  const text = writeLink(scene.id, scene.link.write(state.scenes[scene.id]), look);
  return text.length > LONGEST ? null : text;
}

/**
 * Return the state that a link describes. A link that is not understood leaves the scenes as they
 * are, with a sentence.
 *
 * @param {State} state
 * @param {string} text what follows "#"
 * @returns {State}
 */
export function follow(state, text) {
  try {
    const { scene: id, value, look } = readLink(text);
    const scene = sceneOf(id);
    if (!scene) throw new Refusal("shell.link.scene");
    const own = readScene(scene, value);
    return change(withScene(state, id, own), {
      scene: id,
      notice: null,
      ...(look.language && { language: look.language }),
      ...(look.theme && { theme: look.theme }),
      look: Boolean(look.language || look.theme) || state.look,
    });
  } catch (why) {
    return reduce(state, refused(why));
  }
}

/**
 * Return the action that says why a link was not taken. A link that makes a scene fail in any other
 * way than by a Refusal is a link with wrong values.
 *
 * @param {unknown} why
 */
function refused(why) {
  const { key, values } = why instanceof Refusal ? why : new Refusal("shell.link.values");
  return { type: "notice", key: "shell.link.refused", values, why: key };
}

/**
 * Return the state of a scene that a link's value describes, or throw a Refusal.
 *
 * @param {Scene} scene
 * @param {any} value
 */
export function readScene(scene, value) {
  if (value === null || typeof value !== "object") throw new Refusal("shell.link.values");
  return Object.keys(value).length === 0 ? scene.initial() : scene.link.read(value);
}

/**
 * Return the state that the page begins with: the reader's settings, then what the page was written
 * with, then the link of the address.
 *
 * @param {Partial<State>} settings
 * @param {import("./start.js").Start} start
 * @param {string} hash the address from "#" on
 * @returns {State}
 */
export function beginning(settings, start, hash) {
  let state = { ...initial(), ...settings };
  state = reduce(state, { type: "language", to: start.language });
  for (const [id, value] of Object.entries(start.state ?? {})) {
    const scene = sceneOf(id);
    if (!scene) continue;
    try {
      state = withScene(state, id, readScene(scene, value));
    } catch (why) {
      state = reduce(state, refused(why));
    }
  }
  state = reduce(state, { type: "go", to: start.scene });
  if (start.link) state = follow(state, start.link.replace(/^#/, ""));
  const text = hash.replace(/^#/, "");
  return text ? follow(state, text) : state;
}
