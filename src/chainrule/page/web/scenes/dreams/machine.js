// The machine that learns in the worker, and what the page knows of it.
import { useVisibility } from "../../components/animation.js";
import { useCallback, useEffect, useReducer, useRef } from "../../components/html.js";
import { digits } from "../../data/digits.js";
import { permutation } from "../../energy/random.js";
import { pseudoLikelihood, split, starting } from "../../energy/rbm.js";
import { openMachine } from "../../engine/client.js";
import { PIXELS } from "./state.js";

const SLICE = 20; // milliseconds of training in one question to the worker
const SHOWN = 120; // milliseconds between two looks at θ while it trains
const HELD = 40; // rows whose pseudo-likelihood is followed
const PIECE = 5; // rows at a time
const MOST = 40000; // errors that are kept

/** @typedef {import("../../energy/rbm.js").Training} Training */

/**
 * @typedef {object} Live
 * @property {Training | null} training a copy in float64 of what the worker has; null before it is open
 * @property {Float64Array} held rows that are not trained on
 * @property {ArrayLike<number>} labels of all training rows
 * @property {number[]} errors one for each step, or for every `stride`-th of a long run
 * @property {number} stride
 * @property {number} error the last one
 * @property {number} seen steps whose error has been seen
 * @property {{ x: number[], y: number[] }} likelihoods by epoch
 * @property {boolean} running
 * @property {boolean} asking the loop that trains it is on
 * @property {any} refusal
 * @property {number} version counts what has been learned
 */

/** @returns {Live} */
const nothing = () => ({
  training: null,
  held: new Float64Array(),
  labels: [],
  errors: [],
  stride: 1,
  error: NaN,
  seen: 0,
  likelihoods: { x: [], y: [] },
  running: false,
  asking: false,
  refusal: null,
  version: 0,
});

/** Pixels as rows of the machine. @param {Float32Array} x @param {boolean} binary */
export const rowsOf = (x, binary) => Float64Array.from(x, (v) => (binary ? (v > 0.5 ? 1 : 0) : v));

/**
 * @param {import("./state.js").State} state
 * @returns {{ live: Live, run: (on: boolean) => void, steps: (n: number) => Promise<void>, reset: () => void }}
 */
export function useMachine({ hidden, sampler, k, batch, lr, binary, seed }) {
  const live = useRef(nothing());
  const remote = useRef(/** @type {any} */ (null));
  const [, draw] = useReducer((/** @type {number} */ n) => n + 1, 0);
  const [life, anew] = useReducer((/** @type {number} */ n) => n + 1, 0);

  useEffect(() => {
    let gone = false;
    /** @type {any} */
    let own = null;
    live.current = nothing();
    draw(0);
    const open = async () => {
      const { train, test } = await digits();
      const units = { visible: PIXELS, hidden };
      const data = rowsOf(train.x, binary);
      const theta = starting(units, seed).map(Math.fround);
      own = await openMachine({
        visible: PIXELS,
        hidden,
        theta: Float32Array.from(theta),
        x: Float32Array.from(data),
        n: train.n,
        options: {
          optimizer: { class: "optimizers.SGD", settings: { lr } },
          batch_size: batch,
          k,
          sampler,
          seed,
          dtype: "float32",
        },
      });
      if (gone) {
        own.close();
        return;
      }
      remote.current = own;
      live.current.labels = train.y;
      live.current.held = rowsOf(test.x.subarray(0, HELD * PIXELS), binary);
      live.current.training = {
        ...{ units, theta, w: split(theta, units), data, n: train.n, seed },
        settings: { sampler, k, batch, lr },
        chains: sampler === "PCD" ? new Float64Array(batch * hidden) : null,
        ...{ step: 0, epoch: 0, at: 0, order: permutation([seed, 0], train.n) },
      };
      live.current.version += 1;
      draw(0);
      await follow(live.current);
      draw(0);
    };
    open().catch((refusal) => {
      if (gone) return;
      live.current.refusal = refusal;
      draw(0);
    });
    return () => {
      gone = true;
      live.current.running = false;
      remote.current = null;
      own?.close();
    };
  }, [hidden, sampler, k, batch, lr, binary, seed, life]);

  /** What a closed machine says is of no interest. @param {any} own */
  const alive = (own) => (/** @type {any} */ refusal) => {
    if (remote.current === own) throw refusal;
  };

  /** One question to the worker; looks at θ afterwards if asked. @param {any} ask @param {boolean} look */
  const train = useCallback(async (ask, look) => {
    const own = remote.current;
    const now = live.current;
    if (!own || !now.training) return;
    const found = await own.train(ask).catch(alive(own));
    if (!found || remote.current !== own) return;
    const { errors, finite } = found;
    keep(now, errors);
    if (!finite) {
      now.running = false;
      now.refusal = "diverged";
    }
    if (look || !finite) {
      const state = await own.state().catch(alive(own));
      if (!state || remote.current !== own) return;
      const { training } = now;
      training.theta.set(state.theta);
      training.chains = state.chains && Float64Array.from(state.chains);
      if (state.epoch !== training.epoch)
        training.order = permutation([training.seed, state.epoch], training.n);
      [training.step, training.epoch, training.at] = [state.step, state.epoch, state.position];
      now.version += 1;
      draw(0);
      await follow(now);
      if (remote.current !== own) return;
    }
    draw(0);
  }, []);

  const run = useCallback(async (/** @type {boolean} */ on) => {
    const now = live.current;
    now.running = on;
    draw(0);
    if (!on || now.asking) return;
    now.asking = true;
    let shown = 0;
    try {
      while (now.running && live.current === now) {
        const look = performance.now() - shown > SHOWN;
        await train({ milliseconds: SLICE }, look);
        if (look) shown = performance.now();
      }
      if (live.current === now) await train({ steps: 0 }, true);
    } catch (refusal) {
      now.refusal = refusal;
      now.running = false;
      draw(0);
    } finally {
      now.asking = false;
    }
  }, []);

  useVisibility((away) => {
    if (away && live.current.running) run(false);
  });
  const steps = useCallback(async (/** @type {number} */ n) => {
    const now = live.current;
    try {
      await train({ steps: n }, true);
    } catch (refusal) {
      now.refusal = refusal;
      draw(0);
    }
  }, []);
  return { live: live.current, run, steps, reset: () => anew(0) };
}

/** Keep errors: of a long run fewer and fewer. @param {Live} now @param {Float64Array} errors */
function keep(now, errors) {
  for (const error of errors) {
    if (now.seen % now.stride === 0) now.errors.push(error);
    now.seen += 1;
    now.error = error;
    if (now.errors.length < MOST) continue;
    now.errors = now.errors.filter((_, k) => k % 2 === 0);
    now.stride *= 2;
  }
}

/** Keep the pseudo-likelihood of each epoch; a few rows at a time. @param {Live} now */
async function follow(now) {
  const { training, likelihoods, held } = now;
  if (!training || likelihoods.x.at(-1) === training.epoch) return;
  const { epoch, units } = training;
  const w = split(training.theta.slice(), units); // θ may change between two pieces
  let sum = 0;
  for (let row = 0; row < HELD; row += PIECE) {
    const rows = held.subarray(row * PIXELS, (row + PIECE) * PIXELS);
    sum += PIECE * pseudoLikelihood(w, rows, PIECE);
    await new Promise((go) => setTimeout(go));
  }
  if (likelihoods.x.at(-1) === epoch) return;
  likelihoods.x.push(epoch);
  likelihoods.y.push(sum / HELD);
}
