// A run for the view: computed in pieces of a few milliseconds, so that the page never blocks.
import { useEffect, useMemo, useRef, useState } from "../../components/html.js";
import { createRun } from "./article.js";

const PIECE = 6; // milliseconds

/**
 * Call `work` again and again, with pauses for the page, until it returns true.
 *
 * @param {() => boolean} work
 * @param {() => void} after called after each piece
 * @returns {() => void} stops it
 */
export function inPieces(work, after) {
  let stopped = false;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    if (stopped) return;
    const done = work();
    after();
    if (done) channel.port1.close();
    else channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  return () => {
    stopped = true;
    channel.port1.close();
  };
}

/**
 * The run of an article, and how many of its steps are computed.
 *
 * @param {import("./article.js").Article} article
 * @param {import("./article.js").Options} options
 * @param {number} steps
 */
export function useRun(article, options, steps) {
  const { seed, activation, derivative } = options;
  const run = useMemo(
    () => createRun(article, { seed, activation, derivative }, steps),
    [article, seed, activation, derivative, steps],
  );
  const [, show] = useState(0);
  useEffect(
    () =>
      inPieces(
        () => run.advance(PIECE),
        () => show((n) => n + 1),
      ),
    [run],
  );
  return run;
}

/**
 * Play: move on by more and more steps a frame, so that the beginning is seen step by step.
 *
 * @param {number} step
 * @param {number} steps
 * @param {(to: number) => void} go
 * @param {boolean} still without moving pictures: at once to the end
 */
export function usePlay(step, steps, go, still) {
  const [playing, setPlaying] = useState(false);
  const now = useRef({ step, go });
  now.current = { step, go };
  useEffect(() => {
    if (!playing) return undefined;
    if (still) {
      now.current.go(steps);
      setPlaying(false);
      return undefined;
    }
    let asked = 0;
    const turn = () => {
      const from = now.current.step;
      if (from >= steps) return setPlaying(false);
      now.current.go(Math.min(steps, from + Math.max(1, Math.round(from / 40))));
      asked = requestAnimationFrame(turn);
    };
    asked = requestAnimationFrame(turn);
    return () => cancelAnimationFrame(asked);
  }, [playing, steps, still]);
  return {
    playing,
    play: (/** @type {boolean} */ on) => {
      if (on && now.current.step >= steps) now.current.go(0);
      setPlaying(on);
    },
  };
}
