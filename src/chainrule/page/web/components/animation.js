// Drawing when something changed, never more often than the screen shows, never while hidden.
import { useCallback, useEffect, useRef } from "./html.js";
import { usePage } from "./page_context.js";

/**
 * Return a function that asks for one call of `draw` at the next frame. Asked for while the page is
 * hidden, it draws when the page is seen again.
 *
 * @param {(time: number) => void} draw
 * @returns {() => void}
 */
export function useFrame(draw) {
  const latest = useRef(draw);
  latest.current = draw;
  const asked = useRef(0);
  useEffect(() => () => cancelAnimationFrame(asked.current), []);
  return useCallback(() => {
    if (asked.current) return;
    asked.current = requestAnimationFrame((time) => {
      asked.current = 0;
      latest.current(time);
    });
  }, []);
}

/**
 * Call `tick` once a frame while `running` and the page is seen.
 *
 * @param {boolean} running
 * @param {(time: number) => void} tick
 */
export function useAnimation(running, tick) {
  const latest = useRef(tick);
  latest.current = tick;
  const { shown } = usePage();
  useEffect(() => {
    if (!running || !shown) return undefined;
    let asked = 0;
    const turn = (/** @type {number} */ time) => {
      asked = requestAnimationFrame(turn);
      latest.current(time);
    };
    asked = requestAnimationFrame(turn);
    return () => cancelAnimationFrame(asked);
  }, [running, shown]);
}

/** Call `change` when the page or the scene is hidden or seen again. @param {(hidden: boolean) => void} change */
export function useVisibility(change) {
  const latest = useRef(change);
  latest.current = change;
  const { shown } = usePage();
  const before = useRef(false);
  useEffect(() => {
    const tell = () => {
      const hidden = document.hidden || !shown;
      if (hidden === before.current) return;
      before.current = hidden;
      latest.current(hidden);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [shown]);
}
