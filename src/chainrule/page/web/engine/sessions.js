// All sessions of a worker, or of a page without workers: calls by name, answers as plain values.
import { Refusal } from "../app/refusal.js";
import { openHopfield } from "./hopfield.js";
import { Machine } from "./machine.js";
import { OpenNetwork } from "./open_network.js";
import { Session } from "./session.js";

/** What can be called on an open thing, by its kind. */
const METHODS = {
  session: [
    ...["train", "predict", "values", "score", "gradient", "state", "batch", "history"],
    ...["setTheta", "goTo", "change", "branch"],
  ],
  network: ["predict", "values", "score", "gradient", "setTheta", "sample"],
  machine: ["train", "state", "setTheta"],
};

export class Sessions {
  constructor() {
    /** @type {Map<number, { kind: keyof typeof METHODS, thing: any }>} */
    this.open = new Map();
    this.next = 1;
  }

  /** @param {keyof typeof METHODS} kind @param {any} thing */
  add(kind, thing) {
    const id = this.next++;
    this.open.set(id, { kind, thing });
    return { id, about: thing.about };
  }

  /**
   * Answer one call.
   *
   * @param {string} method
   * @param {number | undefined} id of the session; undefined for calls that open one
   * @param {any[]} values
   * @returns {Promise<any>}
   */
  async call(method, id, values) {
    if (method === "openSession") return this.add("session", await Session.open(values[0]));
    if (method === "openNetwork") return this.add("network", await OpenNetwork.open(values[0]));
    if (method === "openMachine") return this.add("machine", await Machine.open(values[0]));
    if (method === "hopfield") return openHopfield(values[0]);
    const found = this.open.get(id ?? 0);
    if (!found) throw new Refusal("engine.closed");
    const { kind, thing } = found;
    if (method === "close") {
      this.open.delete(/** @type {number} */ (id));
      return thing.close?.();
    }
    if (!METHODS[kind].includes(method)) throw new Error(`a ${kind} has no ${method}`);
    const answer = await thing[method](...values);
    return method === "branch" ? this.add("session", answer) : answer;
  }
}

/** The buffers of an answer, which move to the page instead of being copied. @param {any} value @returns {ArrayBuffer[]} */
export function buffersOf(value) {
  const found = new Set();
  const look = (/** @type {any} */ part) => {
    if (ArrayBuffer.isView(part)) found.add(part.buffer);
    else if (part && typeof part === "object") Object.values(part).forEach(look);
  };
  look(value);
  return [...found];
}
