// What a scene is.

/**
 * @typedef {object} Scene
 * @property {string} id the folder's name, also the first word of the keys of its texts
 * @property {import("../app/texts.js").BothLanguages} texts the same keys in both languages; `title` is
 *   the scene's name
 * @property {() => any} initial its state at the beginning: plain JSON values that describe what is
 *   shown (settings, choices); live numbers (theta, losses, pictures) belong to the view
 * @property {(state: any, action: any) => any} reduce a pure function; an action that it does not
 *   know, or with values out of range, leaves the state as it is
 * @property {(props: SceneProps) => any} View
 * @property {{ write: (state: any) => any, read: (value: any) => any }} link `write` gives a small
 *   JSON value (what differs from `initial`); `read` gives a state or throws a Refusal
 * @property {{ write: (state: any) => string, read?: (text: string) => any }} [python] the Python
 *   code that does the same; `read` takes such code back, or throws a Refusal
 * @property {any[]} [examples] actions of its reducer, for the tests that hold over all scenes
 */

/**
 * @typedef {object} SceneProps
 * @property {any} state the scene's own state
 * @property {(action: any) => void} dispatch sends an action to the scene's own reducer
 * @property {{ state: import("../app/state.js").State, dispatch: (action: any) => void }} page
 * @property {boolean} shown false while another scene is shown: the scene keeps its view and rests
 * @property {import("../app/texts.js").Translate} t
 */

export {};
