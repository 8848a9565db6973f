// The words of net.fit that the page knows, and the calls of a network that change it.

/**
 * Options of fit: what they take, and what Python takes if they are left out. "names" are names of
 * variables, "functions" are those of chainrule.
 *
 * @type {Record<string, { kind: string, usual: any }>}
 */
export const FIT = {
  optimizer: { kind: "update", usual: { class: "optimizers.Adam", settings: {} } },
  epochs: { kind: "whole", usual: 1 },
  batch_size: { kind: "whole?", usual: 32 },
  drop_last: { kind: "truth", usual: false },
  sample_weight: { kind: "names", usual: null },
  class_weight: { kind: "weights", usual: null },
  validation_data: { kind: "names", usual: null },
  validation_fraction: { kind: "number", usual: 0 },
  metrics: { kind: "functions", usual: [] },
  verbose: { kind: "whole?", usual: null },
};

/** Calls that are read: net.freeze("dense1"), net.scale_lr({"dense1": 0.1}). */
export const METHODS = ["freeze", "scale_lr"];
