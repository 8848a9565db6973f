// Descriptions of layers, losses and optimizers: what two of them have in common.
import { classFacts } from "./facts.js";
import { asInitializer } from "./settings.js";

/**
 * A description with all its settings, for comparisons.
 *
 * @param {any} value
 * @returns {any}
 */
export function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (!value || typeof value !== "object") return value;
  const facts = typeof value.class === "string" ? classFacts(value.class) : undefined;
  if (!facts) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, canonical(one)]));
  }
  const settings = Object.entries(facts.settings).map(([name, { kind, default: usual }]) => {
    const given = value.settings?.[name];
    const one = given === undefined ? usual : given;
    return [name, canonical(kind === "initializer" ? asInitializer(one) : one)];
  });
  return { class: value.class, settings: Object.fromEntries(settings) };
}

/** @param {any} a @param {any} b */
export const same = (a, b) => JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
