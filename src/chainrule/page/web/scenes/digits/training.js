// Training in the worker, one epoch after the other, with a look at the held-out digits after each.
import { useEffect, useRef, useState } from "../../components/html.js";
import { digits } from "../../data/digits.js";
import { withMoved } from "../../data/neighbors.js";
import { openSession } from "../../engine/client.js";
import { describe, describeFit, recipe } from "./networks.js";

/**
 * @typedef {object} Training
 * @property {"loading" | "training" | "paused" | "done" | "failed"} status
 * @property {any} session null until it is open
 * @property {number} epoch how many epochs are done
 * @property {number[]} losses the mean loss of each epoch
 * @property {number[]} accuracies on the held-out digits, after each epoch
 * @property {Float32Array | null} answers probabilities of the held-out digits, 450 x 10
 * @property {Float32Array | null} theta
 * @property {any} why the error of a failure
 */

/** @type {Training} */
const NOTHING = {
  status: "loading",
  session: null,
  epoch: 0,
  losses: [],
  accuracies: [],
  answers: null,
  theta: null,
  why: null,
};

/** The bundled digits, or null until they are unpacked. */
export function useDigits() {
  const [set, setSet] = useState(/** @type {any} */ (null));
  useEffect(() => {
    let left = false;
    digits().then((found) => !left && setSet(found));
    return () => {
      left = true;
    };
  }, []);
  return set;
}

/**
 * Train whenever the recipe changes.
 *
 * @param {any} state
 * @param {any} set the digits, or null
 */
export function useTraining(state, set) {
  const [training, show] = useState(NOTHING);
  const [again, restart] = useState(0);
  const key = recipe(state);
  const wanted = useRef({ epochs: state.epochs, paused: false, wake: () => {} });
  wanted.current.epochs = state.epochs;

  useEffect(() => {
    if (!set) return undefined;
    let left = false;
    /** @type {any} */
    let session = null;
    wanted.current.paused = false;
    show(NOTHING);
    // a moment later, so that a slider that is dragged does not train at each of its values
    const later = setTimeout(() => run().catch((why) => !left && fail(why)), 200);

    async function run() {
      const { train, test } = set;
      const rows = state.moved ? withMoved(train.x, train.y) : train;
      const opened = await openSession({
        network: describe(state),
        data: { x: rows.x, y: rows.y, n: rows.n },
        fit: describeFit(state),
      });
      if (left) return opened.close();
      session = opened;
      /** @type {number[]} */
      const losses = [];
      /** @type {number[]} */
      const accuracies = [];
      const look = async (/** @type {Training["status"]} */ status) => {
        const answers = await session.predict(test.x, test.n);
        const { theta } = await session.state();
        if (left) return;
        accuracies[losses.length] = accuracy(answers, test.y);
        show({
          status,
          session,
          epoch: losses.length,
          losses: [...losses],
          accuracies: [...accuracies],
          answers,
          theta,
          why: null,
        });
      };
      await look("training");
      while (!left) {
        const { epochs, paused } = wanted.current;
        if (paused || losses.length >= epochs) {
          show((now) => ({ ...now, status: paused ? "paused" : "done" }));
          await new Promise((wake) => (wanted.current.wake = () => wake(null)));
          continue;
        }
        const made = await session.train({ epochs: 1 });
        if (left) return;
        const each = made.losses;
        losses.push(
          each.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / each.length,
        );
        await look("training");
        if (made.finite === false) {
          show((now) => ({ ...now, status: "failed", why: "digits.diverged" }));
          return;
        }
      }
    }

    function fail(/** @type {any} */ why) {
      show((now) => ({ ...now, status: "failed", why }));
    }
    return () => {
      left = true;
      clearTimeout(later);
      wanted.current.wake();
      session?.close();
    };
  }, [set, key, again]);

  useEffect(() => wanted.current.wake(), [state.epochs]);

  return {
    training,
    pause: (/** @type {boolean} */ paused) => {
      wanted.current.paused = paused;
      wanted.current.wake();
      if (!paused) show((now) => (now.status === "paused" ? { ...now, status: "training" } : now));
    },
    restart: () => restart((n) => n + 1),
  };
}

/** @param {ArrayLike<number>} p n x 10 @param {number} row */
export function best(p, row = 0) {
  let k = 0;
  for (let j = 1; j < 10; j++) if (p[row * 10 + j] > p[row * 10 + k]) k = j;
  return k;
}

/** The share of rows whose largest probability is the right one. @param {ArrayLike<number>} p @param {ArrayLike<number>} y */
export function accuracy(p, y) {
  let right = 0;
  for (let row = 0; row < y.length; row++) right += Number(best(p, row) === y[row]);
  return right / y.length;
}

/**
 * Ask something of the session whenever `key` changes; while it works, only the newest question
 * waits. The answer before stays until the next one is there.
 *
 * @template T
 * @param {any} session
 * @param {string} key
 * @param {() => Promise<T>} question
 * @returns {T | null}
 */
export function useLatest(session, key, question) {
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const own = useRef({ busy: false, key: "", question, left: false });
  own.current.question = question;
  own.current.key = session ? key : "";
  useEffect(() => {
    own.current.left = false;
    return () => {
      own.current.left = true;
    };
  }, []);
  useEffect(() => {
    const mine = own.current;
    if (!session || mine.busy) return;
    mine.busy = true;
    (async () => {
      let asked = "";
      while (!mine.left && mine.key && mine.key !== asked) {
        asked = mine.key;
        try {
          const found = await mine.question();
          if (!mine.left) setAnswer({ value: found, session });
        } catch {
          break; // the session was closed; the next one asks again
        }
      }
      mine.busy = false;
    })();
  }, [session, key]);
  return answer && answer.session === session ? answer.value : null;
}
