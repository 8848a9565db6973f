// The way to Python: in a notebook, what a person does in the page arrives in `widget.value`.
import { start } from "./start.js";

/** Milliseconds between two messages; what is told in between goes together. */
const PAUSE = 100;

/** @type {Record<string, any> | null} */
let waiting = null;
let paused = false;

/** @returns {boolean} true if the page is shown by `cr.page.show` */
function inNotebook() {
  return start.bridge === true && typeof parent !== "undefined" && parent !== window;
}

/**
 * Tell Python. Elsewhere than in a notebook nothing happens.
 *
 * @param {Record<string, any>} told values of JSON and typed arrays by name, such as `{ input: [1, 2],
 *   output }`; `theta`, a typed array of all weights, becomes `widget.theta`
 */
export function tell(told) {
  if (!inNotebook()) return;
  waiting = { ...waiting, ...told };
  if (!paused) send();
}

function send() {
  const { theta, ...value } = /** @type {Record<string, any>} */ (waiting);
  waiting = null;
  const message = { chainrule: "told", value: plain(value), theta: theta?.slice() };
  parent.postMessage(message, "*"); // the frame around the page; it knows the page by its window
  paused = true;
  setTimeout(() => {
    paused = false;
    if (waiting) send();
  }, PAUSE);
}

/**
 * Return a value as JSON has it: typed arrays as lists, and `{ number: "NaN" }` for what it lacks.
 *
 * @param {any} value
 * @returns {any}
 */
export function plain(value) {
  if (typeof value === "number") return Number.isFinite(value) ? value : { number: String(value) };
  if (ArrayBuffer.isView(value)) return Array.from(/** @type {any} */ (value), plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  }
  return value ?? null;
}
