// What holds for the state of a scene: links come back, and wrong ones are refused with words.
// Used by articles_scene.mjs and digits_scene.mjs.

const random = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const STRANGE = [
  null,
  -1,
  1e9,
  1.5,
  NaN,
  Infinity,
  "",
  "x",
  [],
  {},
  [1],
  [null],
  true,
  "__proto__",
];

/** Change a JSON value somewhere. */
function mutated(value, next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  if (typeof value !== "object" || value === null || next() < 0.15) return pick(STRANGE);
  const copy = structuredClone(value);
  const names = Object.keys(copy);
  if (!names.length || next() < 0.1) {
    if (Array.isArray(copy)) copy.push(pick(STRANGE));
    else copy[pick(["own", "strokes", "x", "neuron.ask", "constructor"])] = pick(STRANGE);
    return copy;
  }
  const name = pick(names);
  if (next() < 0.1) delete copy[name];
  else copy[name] = mutated(copy[name], next);
  return copy;
}

/** Check links of these states, and many mutated ones. */
export function checkLinks(scene, states, many) {
  const next = random(5);
  const wrong = [];
  let refused = 0;
  const read = (value) => {
    try {
      return scene.link.read(value);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      const name = error.key.split(/\.(.*)/s)[1];
      if (!scene.texts.en[name] || !scene.texts.zh[name]) wrong.push(`no text ${error.key}`);
      refused++;
      return null;
    }
  };
  for (const state of states) {
    const written = JSON.parse(JSON.stringify(scene.link.write(state)));
    if (JSON.stringify(read(written)) !== JSON.stringify(state)) wrong.push(written);
    for (let k = 0; k < many; k++) {
      let value = written;
      for (let times = 1 + Math.floor(next() * 3); times > 0; times--) value = mutated(value, next);
      const found = read(value);
      // what is taken can be written and shown
      if (found) {
        const again = read(scene.link.write(found));
        if (JSON.stringify(again) !== JSON.stringify(found)) wrong.push(value);
        scene.python.write(found);
        scene.reduce(found, { type: "set", changes: {} });
      }
    }
  }
  for (const value of STRANGE) {
    read(value);
    for (const type of ["set", "go", "line", "stroke", "undo", "nothing"]) {
      const action = {
        type,
        by: value,
        to: value,
        stroke: value,
        changes: { row: value, step: value },
      };
      const state = scene.reduce(scene.initial(), action);
      if (read(scene.link.write(state)) === null) wrong.push([type, value]);
    }
  }
  return { wrong, refused, empty: scene.link.write(scene.initial()) };
}

/** Every text in both languages, with the same gaps. */
export function checkTexts({ texts }) {
  const wrong = [];
  for (const name of new Set([...Object.keys(texts.en), ...Object.keys(texts.zh)])) {
    const gaps = ["en", "zh"].map((language) =>
      [...(texts[language][name] ?? "missing").matchAll(/\{\w+\}/g)].map(String).sort().join(),
    );
    if (!texts.en[name] || !texts.zh[name] || gaps[0] !== gaps[1]) wrong.push(name);
  }
  return wrong;
}
