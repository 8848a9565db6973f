// What holds for every scene, without a browser: states are plain JSON, reducers are pure, links and
// Python code are read back, and no link, however damaged, does anything but a Refusal.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { pack, readLink, unpack, writeLink } from "../../../src/chainrule/page/web/app/link.js";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { follow, initial, readScene } from "../../../src/chainrule/page/web/app/state.js";
import { scenes } from "../../../src/chainrule/page/web/scenes/index.js";

const { mutations, walks } = JSON.parse(readFileSync(0, "utf8"));

/** Random numbers that are the same in every run (mulberry32). @param {number} seed */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const random = randomNumbers(14);
const below = (/** @type {number} */ n) => Math.floor(random() * n);
const pick = (/** @type {any} */ list) => list[below(list.length)];
const copy = (/** @type {any} */ value) => JSON.parse(JSON.stringify(value));

/** @param {any} value @returns {any} */
function freeze(value) {
  if (value !== null && typeof value === "object") {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

const WEIRD = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  -1e308,
  1e-300,
  2 ** 53,
  7,
  "",
  "x",
  "0",
  "NaN",
  "constructor",
  "__proto__",
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  "é中".repeat(50),
  Array(2000).fill(1),
  "layers.Dense",
  [1, 2, 3],
  { class: "layers.Dense" },
];

/** Return a value with one place in it changed. @param {any} value */
function mutated(value) {
  const next = copy(value);
  let holder = /** @type {any} */ ({ next });
  let name = "next";
  while (random() < 0.8) {
    const inner = holder[name];
    if (inner === null || typeof inner !== "object" || !Object.keys(inner).length) break;
    holder = inner;
    name = pick(Object.keys(inner));
  }
  const now = holder[name];
  const kind = below(6);
  if (kind === 0 && typeof now === "number") holder[name] = now * pick([-1, 0, 1e3, 1e-3, 1.5]);
  else if (kind === 1 && Array.isArray(now)) holder[name] = [...now, ...now, pick(WEIRD)];
  else if (kind === 2 && Array.isArray(holder)) holder.splice(Number(name), 1);
  else if (kind === 3 && !Array.isArray(holder) && name !== "next") {
    holder[pick(["__proto__x", "constructor", "extra", "layers", "network"])] = now;
    delete holder[name];
  } else holder[name] = copy(pick(WEIRD));
  return next;
}

/** Return a text with a few characters changed. @param {string} text */
function scratched(text) {
  const letters = [...text];
  for (let k = 1 + below(3); k > 0; k -= 1) {
    const at = below(letters.length + 1);
    const kind = below(4);
    if (kind === 0) letters.splice(at, 1);
    else if (kind === 1) letters.splice(at, 0, pick([...'azAZ09-_.~%é中 \u0000"{}']));
    else if (kind === 2) letters[at] = pick([..."azAZ09-_."]);
    else letters.splice(at, below(20));
  }
  return letters.join("");
}

/** @param {any} scene */
function examine(scene) {
  /** @type {string[]} */
  const faults = [];
  const attempt = (/** @type {string} */ what, /** @type {() => void} */ work) => {
    try {
      work();
    } catch (error) {
      const place =
        error instanceof Error ? error.stack?.split("\n").slice(0, 3).join(" | ") : error;
      faults.push(`${what}: ${place}`);
    }
  };
  const expect = (/** @type {boolean} */ holds, /** @type {string} */ what) => {
    if (!holds && !faults.includes(what)) faults.push(what);
  };
  const first = freeze(scene.initial());
  expect(isDeepStrictEqual(copy(first), first), "initial() is not plain JSON");
  expect(isDeepStrictEqual(scene.initial(), first), "initial() is not the same every time");
  attempt("reduce of an unknown action", () =>
    expect(
      scene.reduce(first, { type: "no such action" }) === first,
      "an unknown action changes the state",
    ),
  );
  attempt("link of the beginning", () => {
    const link = scene.link.write(first) ?? {};
    expect(
      Object.keys(link).length === 0,
      `link.write(initial()) is not empty: ${JSON.stringify(link)}`,
    );
    expect(isDeepStrictEqual(readScene(scene, {}), first), "link.read({}) is not initial()");
  });

  /** @type {any[]} */
  const reached = [first];
  const actions = scene.examples ?? [];
  /** @type {any} */
  let longest = "";
  for (let walk = 0; walk < (actions.length ? walks : 0); walk += 1) {
    let state = first;
    for (let k = 0; k < 12; k += 1) {
      const action = freeze(copy(pick(actions)));
      attempt(`reduce ${JSON.stringify(action).slice(0, 120)}`, () => {
        state = freeze(scene.reduce(state, action));
      });
    }
    expect(isDeepStrictEqual(copy(state), state), "a state is not plain JSON");
    reached.push(state);
    attempt("link of a state", () => {
      const text = writeLink(scene.id, scene.link.write(state));
      if (text.length > longest.length) longest = text;
      const back = readScene(scene, readLink(text).value);
      if (!isDeepStrictEqual(copy(back), state)) {
        faults.push(`a link loses: ${difference(state, back)}`);
      }
    });
  }
  attempt("actions with weird values", () => {
    for (let k = 0; k < 300 && actions.length; k += 1) {
      const state = pick(reached);
      const action = mutated(pick(actions));
      if (action === null || typeof action !== "object") continue;
      const next = scene.reduce(state, freeze(action));
      expect(next !== undefined && next !== null, "an action removes the state");
      if (next !== state) {
        expect(
          isDeepStrictEqual(copy(next), next),
          `not JSON after ${JSON.stringify(action).slice(0, 200)}`,
        );
        scene.link.write(next);
      }
    }
  });

  const links = reached.map((state) => scene.link.write(state) ?? {});
  const began = performance.now();
  let [refused, taken, slowest] = [0, 0, 0];
  for (let k = 0; k < mutations; k += 1) {
    const base = random() < 0.7 ? pick(links) : pick(reached);
    let value = mutated(base);
    while (random() < 0.4) value = mutated(value);
    const start = performance.now();
    try {
      const state = readScene(scene, unpack(pack(value)));
      taken += 1;
      expect(
        isDeepStrictEqual(copy(state), state),
        `a link gives no JSON: ${JSON.stringify(value).slice(0, 200)}`,
      );
      const again = readScene(scene, copy(scene.link.write(state) ?? {}));
      if (!isDeepStrictEqual(copy(again), copy(state)) && faults.length < 12) {
        faults.push(`a link loses: ${difference(copy(state), copy(again))}`);
      }
      expect(
        scene.reduce(state, { type: "no such action" }) === state,
        "an unknown action changes a state",
      );
      if (k % 20 === 0) scene.python?.write(state);
    } catch (error) {
      if (error instanceof Refusal) refused += 1;
      else {
        const place =
          error instanceof Error ? error.stack?.split("\n").slice(0, 3).join(" | ") : error;
        if (faults.length < 12)
          faults.push(`a link throws: ${JSON.stringify(value).slice(0, 200)}: ${place}`);
      }
    }
    slowest = Math.max(slowest, performance.now() - start);
    const text = scratched(writeLink(scene.id, base));
    const state = follow(beginning, text);
    if (!state.scenes || !state.scene) faults.push(`follow fails for ${text}`);
  }

  /** @type {string[]} */
  const python = [];
  if (scene.python) {
    for (const state of reached.slice(0, 12)) {
      attempt("Python code", () => {
        const text = scene.python.write(state);
        python.push(text);
        if (!scene.python.read) return;
        const back = scene.python.read(text);
        expect(
          scene.python.write(back) === text,
          `Python code is not read back: ${difference(state, back)}`,
        );
      });
    }
    for (let k = 0; k < 400 && scene.python.read && python.length; k += 1) {
      const text = scratched(pick(python));
      try {
        scene.python.read(text);
      } catch (error) {
        if (!(error instanceof Refusal) && faults.length < 12)
          faults.push(`Python code throws: ${String(error)}: ${text.slice(0, 300)}`);
      }
    }
  }
  return {
    faults: [...new Set(faults)].slice(0, 12),
    refused,
    taken,
    slowest,
    milliseconds: performance.now() - began,
    examples: actions.length,
    python,
    longest: longest.length,
  };
}

/** Return the first place in which two values differ. @param {any} a @param {any} b @param {string} path
 * @returns {string} */
function difference(a, b, path = "") {
  if (isDeepStrictEqual(a, b)) return "";
  const parts = (/** @type {any} */ value) => value !== null && typeof value === "object";
  if (parts(a) && parts(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = difference(a[name], b[name], `${path}.${name}`);
      if (found) return found;
    }
  }
  return `${path} ${JSON.stringify(a)?.slice(0, 80)} became ${JSON.stringify(b)?.slice(0, 80)}`;
}

const beginning = initial();
console.log(JSON.stringify(Object.fromEntries(scenes.map((scene) => [scene.id, examine(scene)]))));
