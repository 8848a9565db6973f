// The words of net.fit that the page knows, and the calls of a network that change it.
import { Refusal } from "../../app/refusal.js";
import { isRecord, number, seen, truth, whole } from "../settings.js";

/** @type {import("../settings.js").Rule} */
const optionalSize = (where, name, value, settings) => {
  if (value !== null) whole(1)(where, name, value, settings);
};

/** @type {import("../settings.js").Rule} */
const classWeights = (where, name, value, settings) => {
  if (value === null || value === "balanced") return;
  if (!isRecord(value) || "class" in value) {
    throw new Refusal("graph.class_weight", { where, setting: name, got: seen(value) });
  }
  for (const one of Object.values(value)) number({ atLeast: 0 })(where, name, one, settings);
};

/**
 * Options of fit: what they take, what Python takes if they are left out, and their rules. "names"
 * are names of variables, "functions" are those of chainrule.
 *
 * @type {Record<string, { kind: string, usual: any, rule?: import("../settings.js").Rule }>}
 */
export const FIT = {
  optimizer: { kind: "update", usual: { class: "optimizers.Adam", settings: {} } },
  epochs: { kind: "whole", usual: 1, rule: whole(0) },
  batch_size: { kind: "whole?", usual: 32, rule: optionalSize },
  drop_last: { kind: "truth", usual: false, rule: truth },
  sample_weight: { kind: "names", usual: null },
  class_weight: { kind: "weights", usual: null, rule: classWeights },
  validation_data: { kind: "names", usual: null },
  validation_fraction: { kind: "number", usual: 0, rule: number({ atLeast: 0, below: 1 }) },
  metrics: { kind: "functions", usual: [] },
  verbose: { kind: "any", usual: null },
};

/** Calls that are read: net.freeze("dense1"), net.scale_lr({"dense1": 0.1}). */
export const METHODS = ["freeze", "scale_lr"];
