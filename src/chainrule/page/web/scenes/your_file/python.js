// The Python that opens the same file.

/** @type {Record<string, string>} */
const LINES = {
  network: "net = cr.Network.load({name})\nprint(net.equations())\nprint(net.summary())",
  table:
    "net = cr.Network.load({name})  # TableClassifier.load or TableRegressor.load for rows of a table\nprint(net.summary())",
  recording: 'run = cr.Recording.load({name})\nprint(run.storage())\nnet = run.at("end").net',
  rbm: "machine = cr.RBM.load({name})\nprint(machine)",
  stack: "stack = cr.energy.DeepBeliefNetwork.load({name})\nprint(stack)",
  hopfield: "memory = cr.energy.Hopfield.load({name})\nprint(memory)",
};

/** @param {{ file: { name: string, kind: string } | null }} state */
export function writePython({ file }) {
  const kind = file?.kind ?? "network";
  const name = JSON.stringify(file?.name ?? "net.safetensors");
  return `import chainrule as cr\n\n${LINES[kind].replace("{name}", () => name)}\n`;
}
