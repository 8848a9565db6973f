// The engine as the page uses it: promises that a worker answers. Without workers the same work
// runs in the page, in small slices.
import { Refusal } from "../app/refusal.js";
import { Sessions } from "./sessions.js";

/** @typedef {Float32Array | Float64Array} Reals */
/** @typedef {ArrayLike<number>} Numbers */

/** @type {any} */
const page = globalThis;

/** Calls that wait for their answers, by number. @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
/** @type {Worker | null} */
let worker = null;
/** @type {Sessions | null} */
let here = null;
let next = 1;
let lives = 0; // how many workers died

/** Make the worker; null where there are none. */
function made() {
  if (here) return null;
  if (worker) return worker;
  try {
    worker = page.chainruleWorker
      ? new Worker(page.chainruleWorker) // a plain script: a page from a disk has no other
      : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch {
    here = new Sessions();
    return null;
  }
  const mine = worker;
  if (page.chainruleFiles) mine.postMessage({ files: page.chainruleFiles });
  let answered = false;
  mine.onmessage = ({ data: { number, value, refusal, error } }) => {
    answered = true;
    const call = waiting.get(number);
    waiting.delete(number);
    if (refusal) call?.reject(new Refusal(refusal.key, refusal.values));
    else if (error) call?.reject(new Error(error));
    else call?.resolve(value);
  };
  mine.onerror = (event) => {
    event.preventDefault?.();
    mine.terminate();
    if (worker !== mine) return;
    worker = null;
    lives++;
    // without a message it could not even be loaded: the page does the work
    if (!answered && !event.message) here = new Sessions();
    for (const { reject } of waiting.values()) reject(new Refusal("engine.worker_died"));
    waiting.clear();
  };
  return mine;
}

/**
 * @param {string} method
 * @param {number | undefined} id
 * @param {any[]} values
 * @returns {Promise<any>}
 */
async function call(method, id, values) {
  const other = made();
  if (!other) return /** @type {Sessions} */ (here).call(method, id, values);
  const number = next++;
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    try {
      other.postMessage({ number, method, id, values });
    } catch (error) {
      waiting.delete(number);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** Like `call` for what opens something: if the worker cannot start, the page does the work. @param {string} method @param {any} values */
async function opened(method, values) {
  try {
    return await call(method, undefined, [values]);
  } catch (error) {
    const died = error instanceof Refusal && error.key === "engine.worker_died";
    if (!died || !here) throw error;
    return call(method, undefined, [values]);
  }
}

/** A thing that is open in the worker. */
class Remote {
  /** @param {{ id: number, about: any }} opened */
  constructor({ id, about }) {
    this.id = id;
    this.about = about;
    this.life = lives;
  }

  /** @param {string} method @param {any[]} values */
  async ask(method, ...values) {
    if (this.life < 0) throw new Refusal("engine.closed");
    if (this.life !== lives) throw new Refusal("engine.worker_died");
    return call(method, this.id, values);
  }

  /** Give back its memory. */
  close() {
    if (this.life === lives) call("close", this.id, []).catch(() => {});
    this.life = -1;
  }
}

/** A training run. */
export class RemoteSession extends Remote {
  /**
   * Make steps; without a number of steps or epochs, as many as fit into the time.
   *
   * @param {{ steps?: number, epochs?: number, milliseconds?: number }} [ask]
   * @returns {Promise<import("./session.js").Progress>}
   */
  train(ask) {
    return this.ask("train", ask);
  }

  /**
   * The output of each row, after the link.
   *
   * @param {import("./rows.js").Inputs} x
   * @param {number} n
   * @returns {Promise<Reals>}
   */
  predict(x, n) {
    return this.ask("predict", x, n);
  }

  /**
   * Values inside the network by their symbols or paths: { a1: ..., z2: ... }. With y also those
   * of the loss.
   *
   * @param {import("./rows.js").Inputs} x
   * @param {number} n
   * @param {(string | number)[]} names
   * @param {Numbers} [y]
   * @returns {Promise<Record<string, Reals>>}
   */
  values(x, n, names, y) {
    return this.ask("values", x, n, names, y);
  }

  /**
   * @param {import("./rows.js").Inputs} x
   * @param {Numbers} y
   * @param {number} n
   * @returns {Promise<{ loss: number, losses: Reals, accuracy?: number, r2?: number }>}
   */
  score(x, y, n) {
    return this.ask("score", x, y, n);
  }

  /**
   * L and its gradient over θ for these rows as one batch, without an update.
   *
   * @param {import("./rows.js").Inputs} x
   * @param {Numbers} y
   * @param {number} n
   * @param {{ seed?: number, step?: number, rows?: Numbers, c?: Numbers }} [how]
   * @returns {Promise<{ loss: number, gradient: Reals }>}
   */
  gradient(x, y, n, how) {
    return this.ask("gradient", x, y, n, how);
  }

  /**
   * @returns {Promise<{ theta: Reals, slots: Record<string, Reals>, t: number, step: number,
   *   epoch: number, position: number, first: number, last: number, averaged?: Reals }>}
   */
  state() {
    return this.ask("state");
  }

  /**
   * The next update: its rows, their weights c, the numbers of the rule (group after group), and
   * the key of dropout (seed, step).
   *
   * @returns {Promise<{ rows: Int32Array, x: any, y: any, c: Reals, numbers: number[], step: number,
   *   t: number, seed: number, epoch: number }>}
   */
  batch() {
    return this.ask("batch");
  }

  /**
   * What the epochs gave, from one on: loss, val_loss, val_accuracy, ...
   *
   * @param {number} [first]
   * @returns {Promise<Record<string, Float64Array>>}
   */
  history(first) {
    return this.ask("history", first);
  }

  /** Another θ from here on; earlier steps stay reachable. @param {Numbers} theta @returns {Promise<void>} */
  setTheta(theta) {
    return this.ask("setTheta", theta);
  }

  /**
   * Go to any step that was made, with the same bits.
   *
   * @param {number} step
   * @returns {Promise<{ step: number, epoch: number, position: number }>}
   */
  goTo(step) {
    return this.ask("goTo", step);
  }

  /** Other options of the fit from here on. @param {{ fit: import("./session.js").FitOptions }} changes */
  async change(changes) {
    this.about = await this.ask("change", changes);
    return this.about;
  }

  /**
   * A new session from here, with other options or another θ; this one stays.
   *
   * @param {{ fit?: import("./session.js").FitOptions, theta?: Numbers }} [changes]
   * @returns {Promise<RemoteSession>}
   */
  async branch(changes) {
    return new RemoteSession(await this.ask("branch", changes));
  }
}

/** A network from a file: Programs as bytes and θ. */
export class RemoteNetwork extends Remote {
  /** @param {import("./rows.js").Inputs} x @param {number} n @returns {Promise<Reals>} */
  predict(x, n) {
    return this.ask("predict", x, n);
  }

  /** The output with dropout and noise on. @param {import("./rows.js").Inputs} x @param {number} n @param {[number, number]} key seed and step @returns {Promise<Reals>} */
  sample(x, n, key) {
    return this.ask("sample", x, n, key);
  }

  /** @param {import("./rows.js").Inputs} x @param {number} n @param {(string | number)[]} names @param {Numbers} [y] @returns {Promise<Record<string, Reals>>} */
  values(x, n, names, y) {
    return this.ask("values", x, n, names, y);
  }

  /** @param {import("./rows.js").Inputs} x @param {Numbers} y @param {number} n @returns {Promise<{ loss: number, losses: Reals, accuracy?: number, r2?: number }>} */
  score(x, y, n) {
    return this.ask("score", x, y, n);
  }

  /** @param {import("./rows.js").Inputs} x @param {Numbers} y @param {number} n @param {any} [how] @returns {Promise<{ loss: number, gradient: Reals }>} */
  gradient(x, y, n, how) {
    return this.ask("gradient", x, y, n, how);
  }

  /** @param {Numbers} theta @returns {Promise<void>} */
  setTheta(theta) {
    return this.ask("setTheta", theta);
  }
}

/** A Boltzmann machine that learns. */
class RemoteMachine extends Remote {
  /**
   * @param {{ steps?: number, epochs?: number, milliseconds?: number }} [ask]
   * @returns {Promise<{ step: number, epoch: number, position: number, errors: Float64Array, finite: boolean }>}
   */
  train(ask) {
    return this.ask("train", ask);
  }

  /** @returns {Promise<{ theta: Reals, slots: Record<string, Reals>, chains: Reals | null, t: number, step: number, epoch: number, position: number }>} */
  state() {
    return this.ask("state");
  }

  /** @param {Numbers} theta @returns {Promise<void>} */
  setTheta(theta) {
    return this.ask("setTheta", theta);
  }
}

/**
 * Open a training run.
 *
 * @param {import("./session.js").Opening} opening
 */
export async function openSession(opening) {
  return new RemoteSession(await opened("openSession", opening));
}

/**
 * Open a network for predictions: Programs as bytes, θ, and the λ of its penalties.
 *
 * @param {import("./network.js").NetworkParts & { dtype: "float32" | "float64" }} parts
 */
export async function openNetwork(parts) {
  return new RemoteNetwork(await opened("openNetwork", parts));
}

/**
 * Open a restricted Boltzmann machine with binary units and its training rows.
 *
 * @param {import("./machine.js").MachineOpening} opening
 */
export async function openMachine(opening) {
  return new RemoteMachine(await opened("openMachine", opening));
}

/**
 * Recall states of a Hopfield network, unit by unit.
 *
 * @param {import("./hopfield.js").Recall} recall
 * @returns {Promise<import("./hopfield.js").Recalled>}
 */
export function hopfield(recall) {
  return opened("hopfield", recall);
}
