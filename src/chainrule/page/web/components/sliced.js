// Work that is cut into pieces, so that the page draws between them.
import { useEffect, useMemo, useRef, useState } from "./html.js";

const PIECE = 8; // milliseconds

/**
 * @template T
 * @typedef {object} Job
 * @property {string} key
 * @property {Generator<undefined, T>} work
 * @property {boolean} done
 * @property {T | null} value
 * @property {any} refusal
 */

/** Work for one piece of time. @template T @param {Job<T>} job */
function piece(job) {
  const end = performance.now() + PIECE;
  try {
    do {
      const { done, value } = job.work.next();
      if (!done) continue;
      job.done = true;
      job.value = value;
    } while (!job.done && performance.now() < end);
  } catch (refusal) {
    job.done = true;
    job.refusal = refusal;
  }
}

/**
 * The result of a generator that is run in pieces; it begins anew when `key` changes. What is done
 * within one piece is there at once; else the result of before stays until the new one is there.
 *
 * @template T
 * @param {string} key
 * @param {() => Generator<undefined, T>} make
 * @returns {{ value: T | null, key: string, refusal: any, busy: boolean }} `key` is that of the value
 */
export function useSliced(key, make) {
  const [, draw] = useState(0);
  const last = useRef(/** @type {Job<T> | null} */ (null));
  const job = useMemo(() => {
    /** @type {Job<T>} */
    const begun = { key, work: make(), done: false, value: null, refusal: null };
    piece(begun);
    return begun;
  }, [key]);
  useEffect(() => {
    if (job.done) return undefined;
    let waiting = window.setTimeout(function next() {
      piece(job);
      if (job.done) draw((n) => n + 1);
      else waiting = window.setTimeout(next);
    });
    return () => clearTimeout(waiting);
  }, [job]);
  if (job.done) last.current = job;
  const shown = last.current;
  return {
    value: shown?.value ?? null,
    key: shown?.key ?? "",
    refusal: shown?.refusal ?? null,
    busy: !job.done,
  };
}
