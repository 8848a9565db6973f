// Keeps the address of the page and the state of the page the same.
import { linkOf } from "./state.js";

const PAUSE = 300; // milliseconds between two changes of the address at least

/**
 * Write what is shown into the address, and follow the address when the reader goes back, forward or
 * types another. Another scene is a new entry of the history; other changes replace the entry.
 *
 * @param {{ get: () => import("./state.js").State, dispatch: (action: any) => void,
 *   watch: (watcher: (state: import("./state.js").State) => void) => () => void }} store
 * @returns {() => void} writes what is not written yet
 */
export function keepAddress(store) {
  let scene = store.get().scene;
  let before = store.get();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let following = false;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = linkOf(store.get());
    const hash = text === null ? `#1.${store.get().scene}` : `#${text}`;
    if (hash !== location.hash) replace("replaceState", hash);
  };
  store.watch((state) => {
    if (following) {
      before = state;
      scene = state.scene;
      return;
    }
    if (state.scene !== scene) {
      if (timer) {
        const text = linkOf({ ...state, scene, scenes: before.scenes });
        if (text !== null) replace("replaceState", `#${text}`);
        clearTimeout(timer);
        timer = undefined;
      }
      scene = state.scene;
      replace("pushState", `#${linkOf(state) ?? `1.${scene}`}`);
    } else if (state.scenes !== before.scenes || state.look !== before.look) {
      timer ??= setTimeout(write, PAUSE);
    } else if (state.look && (state.language !== before.language || state.theme !== before.theme)) {
      timer ??= setTimeout(write, PAUSE);
    }
    before = state;
  });
  addEventListener("popstate", () => {
    const text = location.hash.slice(1);
    if (text === linkOf(store.get())) return;
    following = true;
    try {
      if (text) store.dispatch({ type: "link", text });
    } finally {
      following = false;
    }
  });
  return write;
}

/** @param {"pushState" | "replaceState"} how @param {string} hash */
function replace(how, hash) {
  try {
    history[how](null, "", hash);
  } catch {
    // A browser may refuse too many changes, or any in a page inside another.
  }
}
