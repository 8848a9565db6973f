// A scene's state as fields with a first value and a check each: a flat object of plain JSON.
import { Refusal } from "../app/refusal.js";

/**
 * @typedef {object} FieldRule
 * @property {any} first its value at the beginning
 * @property {(value: any) => boolean} ok whether a value may be taken
 */

/**
 * Return what a reducer and a link need of these fields.
 *
 * @param {Record<string, FieldRule>} rules
 * @param {{ unknown: string, wrong: string }} keys the texts of refusals; both get {name}
 */
export function createFields(rules, keys) {
  /** @returns {Record<string, any>} */
  const initial = () =>
    Object.fromEntries(
      Object.entries(rules).map(([name, { first }]) => [name, structuredClone(first)]),
    );

  /**
   * Return the state with some fields changed, or the same state if one of them is not allowed.
   *
   * @template {Record<string, any>} S
   * @param {S} state
   * @param {Record<string, any>} changes
   * @returns {S}
   */
  function set(state, changes) {
    const names = Object.keys(changes);
    if (!names.every((name) => Object.hasOwn(rules, name) && rules[name].ok(changes[name])))
      return state;
    return names.every((name) => same(state[name], changes[name]))
      ? state
      : { ...state, ...changes };
  }

  /** What differs from the beginning. @param {Record<string, any>} state */
  const write = (state) =>
    Object.fromEntries(
      Object.entries(rules)
        .filter(([name, { first }]) => !same(state[name], first))
        .map(([name]) => [name, state[name]]),
    );

  /** A state from what `write` gave. @param {any} value */
  function read(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new Refusal(keys.unknown, { name: "…" });
    const state = initial();
    for (const [name, given] of Object.entries(value)) {
      if (!Object.hasOwn(rules, name)) throw new Refusal(keys.unknown, { name: name.slice(0, 30) });
      if (!rules[name].ok(given)) throw new Refusal(keys.wrong, { name });
      state[name] = structuredClone(given);
    }
    return state;
  }

  return { initial, set, write, read };
}

/** @param {any} a @param {any} b */
const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** @param {number} low @param {number} high @returns {(value: any) => boolean} */
export const whole = (low, high) => (value) =>
  Number.isInteger(value) && value >= low && value <= high;

/** @param {number} low @param {number} high @returns {(value: any) => boolean} */
export const between = (low, high) => (value) =>
  typeof value === "number" && value >= low && value <= high;

/** @param {...any} values @returns {(value: any) => boolean} */
export const oneOf =
  (...values) =>
  (value) =>
    values.includes(value);

/** @param {number} length @param {(value: any) => boolean} ok @returns {(value: any) => boolean} */
export const listOf = (length, ok) => (value) =>
  Array.isArray(value) && value.length === length && value.every(ok);
