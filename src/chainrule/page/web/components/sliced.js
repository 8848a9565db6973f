// Work that is cut into pieces, so that the page draws between them.
import { useEffect, useRef, useState } from "./html.js";

const PIECE = 8; // milliseconds

/**
 * The result of a generator that is run in pieces; it begins anew when `key` changes. The result of
 * before stays until the new one is there.
 *
 * @template T
 * @param {string} key
 * @param {() => Generator<undefined, T>} make
 * @returns {{ value: T | null, key: string, refusal: any, busy: boolean }} `key` is that of the value
 */
export function useSliced(key, make) {
  const [result, setResult] = useState(
    /** @type {{ value: T | null, key: string, refusal: any, busy: boolean }} */ ({
      value: null,
      key: "",
      refusal: null,
      busy: true,
    }),
  );
  const latest = useRef(make);
  latest.current = make;
  useEffect(() => {
    const work = latest.current();
    let waiting = 0;
    const piece = () => {
      const end = performance.now() + PIECE;
      try {
        do {
          const { done, value } = work.next();
          if (done) {
            setResult({ value, key, refusal: null, busy: false });
            return;
          }
        } while (performance.now() < end);
      } catch (refusal) {
        setResult({ value: null, key, refusal, busy: false });
        return;
      }
      setResult((before) => (before.busy ? before : { ...before, busy: true }));
      waiting = window.setTimeout(piece);
    };
    piece();
    return () => clearTimeout(waiting);
  }, [key]);
  return result;
}
