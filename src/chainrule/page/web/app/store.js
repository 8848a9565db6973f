// Holds the state, runs the reducer, and tells those who watch.

/**
 * @template S
 * @param {(state: S, action: any) => S} reduce
 * @param {S} first
 */
export function createStore(reduce, first) {
  let state = first;
  /** @type {Set<(state: S) => void>} */
  const watchers = new Set();
  return {
    get: () => state,
    /** @param {any} action */
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const watcher of watchers) watcher(state);
    },
    /** @param {(state: S) => void} watcher */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
