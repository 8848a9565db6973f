// The trainer of the page: it outlives a visit to another scene.
import { useEffect, useReducer, useState } from "../../components/html.js";
import { Trainer } from "./trainer.js";

/** @type {Trainer | null} */
let kept = null;
/** Who wants to know that something changed. @type {{ shape: Set<() => void>, numbers: Set<() => void> }} */
const watchers = { shape: new Set(), numbers: new Set() };

/** @param {Set<() => void>} group */
const tell = (group) => {
  for (const watcher of [...group]) watcher();
};

/**
 * @param {import("./state.js").State} state
 * @returns {Trainer}
 */
export function useTrainer(state) {
  kept ??= new Trainer({
    shape: () => tell(watchers.shape),
    numbers: () => tell(watchers.numbers),
  });
  const trainer = kept;
  const [, again] = useReducer((/** @type {number} */ n) => n + 1, 0);
  useEffect(() => {
    const watcher = () => again(0);
    watchers.shape.add(watcher);
    return () => {
      watchers.shape.delete(watcher);
      trainer.pause();
    };
  }, [trainer]);
  useEffect(() => trainer.take(state), [trainer, state]);
  return trainer;
}

const OFTEN = 120; // milliseconds between two changes of numbers that people read

/** Show the numbers of the trainer anew, some times a second. @param {Trainer} trainer */
export function useNumbers(trainer) {
  const [version, show] = useState(trainer.version);
  useEffect(() => {
    let waiting = 0;
    let shown = 0;
    const now = () => {
      waiting = 0;
      shown = performance.now();
      show(trainer.version);
    };
    const watcher = () => {
      if (waiting) return;
      waiting = window.setTimeout(now, Math.max(0, OFTEN - (performance.now() - shown)));
    };
    watchers.numbers.add(watcher);
    watcher();
    return () => {
      watchers.numbers.delete(watcher);
      clearTimeout(waiting);
    };
  }, [trainer]);
  return version;
}
