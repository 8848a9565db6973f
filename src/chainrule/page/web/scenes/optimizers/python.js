// The same race in Python, and the way back.
import { Refusal } from "../../app/refusal.js";
import { equationsOf, nameOf, NUMBERS, DENOMINATORS } from "./parts.js";
import { SCHEDULES } from "./schedules.js";
import { defaultsOf, fits, initial, RACERS, reduce, surfaceOf } from "./state.js";
import { SURFACES } from "./surfaces.js";
import { WHOLE } from "./whole_rules.js";

/** A number as Python writes it. @param {number | boolean} v */
const number = (v) => (v === true ? "True" : v === false ? "False" : String(v));

/** @param {Record<string, any>} settings @param {import("./race.js").Racer} racer */
function argumentsOf(settings, racer) {
  return Object.entries(settings)
    .map(([name, value]) => {
      if (name !== "lr" || racer.schedule === "Constant") return `${name}=${number(value)}`;
      return `lr=cr.optimizers.${racer.schedule}(${number(value)}, ${racer.length})`;
    })
    .join(", ");
}

/** @param {import("./race.js").Racer} racer */
const constant = (racer) => ({ ...racer, schedule: "Constant" });

/** @param {import("./state.js").State} state @param {import("./race.js").Racer} racer */
function racerOf(state, racer) {
  if (racer.rule !== "parts") {
    const { lr } = defaultsOf(racer.rule);
    const plain = lr === undefined || racer.schedule === "Constant";
    if (plain)
      return `cr.optimizers.${racer.rule}(${argumentsOf(racer.settings, constant(racer))})`;
    const settings = { lr, ...racer.settings };
    return `cr.optimizers.${racer.rule}(${argumentsOf(settings, racer)})`;
  }
  const numbers = { ...NUMBERS, ...racer.settings };
  const { python } = nameOf(state.parts, /** @type {any} */ (numbers));
  if (!python) return `Parts(${argumentsOf(numbers, racer)})`;
  const [name, library] = python.class.split("|");
  // its rate may be scaled: a schedule scales with it
  const inside = argumentsOf(python.settings, racer);
  return library
    ? `cr.optimizers.${name}.like("${library}", ${inside})`
    : `cr.optimizers.${name}(${inside})`;
}

const SWITCHES = ["m", "correct", "ahead", "decay", "sign"];

/** The parts and their numbers in one line, from which `read` takes them back.
 * @param {import("./state.js").State} state */
function comment({ parts, racers }) {
  const on = SWITCHES.filter((name) => /** @type {any} */ (parts)[name]);
  const settings = racers.find(({ rule }) => rule === "parts")?.settings ?? {};
  const numbers = Object.entries(settings).map(([name, v]) => `${name}=${number(v)}`);
  return `# parts: ${[...on, `v=${parts.v}`, ...numbers].join(" ")}`;
}

/** The rule of the parts as a class of one's own. @param {import("./parts.js").Parts} p */
function classOf(p) {
  const lines = equationsOf(p);
  const mean = (/** @type {string} */ to, /** @type {string} */ of, /** @type {string} */ beta) =>
    `        ${to} += (1 - self.${beta}) * (${of} - ${to})`;
  const body = [];
  if (p.m) body.push(mean("m", "g", "beta1"));
  const direction = !p.m ? "g" : p.ahead ? "(self.beta1 * m + (1 - self.beta1) * g)" : "m";
  const c1 = p.correct && p.m && !p.sign ? " / (1 - self.beta1**t)" : "";
  const c2 = p.correct ? " / (1 - self.beta2**t)" : "";
  let step = `${direction}${c1}`;
  if (p.sign) step = `np.sign(${direction})`;
  else if (p.v === "sum") {
    body.push("        v += g * g");
    step += " / (np.sqrt(v) + self.eps)";
  } else if (p.v === "mean" || (p.v === "surprise" && !p.m)) {
    body.push(mean("v", "g * g", "beta2"));
    step += ` / (np.sqrt(v${c2}) + self.eps)`;
  } else if (p.v === "surprise") {
    body.push("        v += (1 - self.beta2) * ((g - m) ** 2 - v) + self.eps");
    step += ` / (np.sqrt(v${c2}) + self.eps)`;
  } else if (p.v === "never") {
    body.push(mean("v", "g * g", "beta2"), "        np.maximum(vmax, v, out=vmax)");
    step += ` / (np.sqrt(vmax${c2}) + self.eps)`;
  } else if (p.v === "max") {
    body.push("        np.maximum(self.beta2 * v, np.abs(g), out=v)");
    step = `np.divide(${step}, v, out=np.zeros_like(v), where=v > 0)`;
  }
  const decay = p.decay ? ` + self.weight_decay * theta` : "";
  body.push(`        theta -= self.lr * (${step}${decay})`);
  return `class Parts(cr.optimizers.Optimizer):
    """${lines.join("\n    ")}."""

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.01

    slots = ("m", "v", "vmax")

    def step(self, t, theta, g, m, v, vmax):
${body.join("\n")}


`;
}

/** A formula with the functions of NumPy. @param {string} formula */
const withNumPy = (formula) =>
  formula.replace(/(np\.)?\b(cos|sin|exp|pi)\b/g, (_, __, word) => `np.${word}`);

/** @param {import("./state.js").State} state */
export function write(state) {
  let surface;
  try {
    surface = surfaceOf(state);
  } catch {
    return "# The formula cannot be read.\n";
  }
  const start = state.start ?? surface.start;
  const noise = surface.noise ?? 0;
  const parted = state.racers.some(({ rule }) => rule === "parts");
  const own = parted && !nameOf(state.parts, NUMBERS).python ? classOf(state.parts) : "";
  const names = new Map();
  const racers = state.racers.map((one) => {
    const base = one.rule === "parts" ? "parts" : one.rule;
    names.set(base, (names.get(base) ?? 0) + 1);
    const key = names.get(base) > 1 ? `${base} ${names.get(base)}` : base;
    return `    "${key}": ${racerOf(state, one)},`;
  });
  const gradient = surface.slope
    ? `def gradient(x, y):
    return np.array([
        ${withNumPy(surface.slope[0])},
        ${withNumPy(surface.slope[1])},
    ])`
    : `def gradient(x, y, h=1e-6):  # central differences
    return np.array([f(x + h, y) - f(x - h, y), f(x, y + h) - f(x, y - h)]) / (2 * h)`;
  const searches = state.racers.some(({ rule }) => Object.hasOwn(WHOLE, rule))
    ? `    if rule.full_batch:  # it searches along lines
        rule.minimise(lambda p: (f(*p), gradient(*p)), theta, iterations=steps)
        print(f"{name:10} {theta} f = {f(*theta):.6g}")
        continue
`
    : "";
  const noisy = noise
    ? `\nseed, noise = ${state.seed}, ${noise}
path = cr.random.path_hash("race/noise")
shift = noise * cr.random.normal((seed, 0), cr.random.SAMPLE, path, np.arange(steps), 2)\n`
    : "";
  return `import numpy as np

import chainrule as cr


def f(x, y):
    return ${withNumPy(surface.formula)}


${gradient}


${own}${parted ? `${comment(state)}\n` : ""}racers = {
${racers.join("\n")}
}
start, steps = (${start.map(number).join(", ")}), ${state.steps}
${noisy}
for name, rule in racers.items():
    theta = np.array(start, float)
${searches}    slots = rule.start(theta)
    for t in range(1, steps + 1):
        g = gradient(*theta)${noise ? " + shift[t - 1]" : ""}
        rule.at(t).step(t, theta, g, *slots.values())
    print(f"{name:10} {theta} f = {f(*theta):.6g}")
`;
}

const CALL =
  /^\s*"([^"]{1,40})":\s*(?:cr\.)?(?:optimizers\.)?(\w+)(?:\.like\("(\w+)",?)?\(?(.*?)\)?,?\s*$/;

/** @param {string} text @returns {import("./state.js").State} */
export function read(text) {
  let state = initial();
  const formula = /return (.+)/.exec(text)?.[1].trim();
  if (!formula) throw new Refusal("optimizers.python.formula");
  const plain = formula.replace(/\bnp\./g, "");
  const known =
    SURFACES.find(
      (s) => s.formula === plain && Boolean(s.noise) === /noise = \d+, 1\n/.test(text),
    ) ?? SURFACES.find((s) => s.formula === plain);
  state = known
    ? reduce(state, { type: "map", to: known.id })
    : reduce(state, { type: "own", formula: plain });
  surfaceOf(state); // a formula that cannot be read is refused here
  const first = /start, steps = \(([^,]+), ([^)]+)\), (\d+)/.exec(text);
  if (!first) throw new Refusal("optimizers.python.start");
  const parts = /# parts: ?(.*)/.exec(text)?.[1].split(" ").filter(Boolean) ?? null;
  const racers = [...text.matchAll(/^ {4}"[^"\n]+": .+$/gm)].map(([line]) =>
    racerFrom(line, parts),
  );
  const noise = /seed, noise = (\d+), ([\d.e-]+)/.exec(text);
  /** @type {any} */
  const to = {
    racers,
    start: [Number(first[1]), Number(first[2])],
    steps: Number(first[3]),
    chosen: 0,
  };
  const surface = surfaceOf(state);
  if (String(to.start) === String(surface.start)) to.start = null;
  if (noise) {
    to.seed = Number(noise[1]);
    to.noise = Number(noise[2]) === surface.noise ? null : Number(noise[2]);
  } else if (surface.noise) to.noise = 0;
  if (parts) {
    const v = /** @type {any} */ (parts.find((word) => word.startsWith("v="))?.slice(2));
    if (!DENOMINATORS.includes(v))
      throw new Refusal("optimizers.python.racer", { line: `# parts: ${parts.join(" ")}` });
    to.parts = { v };
    for (const name of SWITCHES) to.parts[name] = parts.includes(name);
  }
  const next = reduce(state, { type: "race", to });
  if (next === state) throw new Refusal("optimizers.python.values");
  return next;
}

/** @param {string} line @param {string[] | null} parts @returns {import("./race.js").Racer} */
function racerFrom(line, parts) {
  const found = CALL.exec(line);
  const refuse = () => new Refusal("optimizers.python.racer", { line: line.trim().slice(0, 60) });
  if (!found) throw refuse();
  const [, key, name, , inside] = found;
  const rule = key === "parts" && parts ? "parts" : name;
  if (rule !== "parts" && !RACERS.includes(rule)) throw refuse();
  /** @type {import("./race.js").Racer} */
  const racer = { rule, settings: {}, schedule: "Constant", length: 1000 };
  const schedule = /lr=cr\.optimizers\.(\w+)\(([^,]+), (\d+)\)/.exec(inside);
  if (schedule) {
    if (!Object.hasOwn(SCHEDULES, schedule[1])) throw refuse();
    [racer.schedule, racer.length] = [schedule[1], Number(schedule[3])];
  }
  const given =
    rule === "parts"
      ? (parts ?? []).filter((word) => word.includes("=") && !word.startsWith("v="))
      : (schedule ? inside.replace(schedule[0], `lr=${schedule[2]}`) : inside).split(",");
  for (const part of given.map((p) => p.trim()).filter(Boolean)) {
    const [setting, value] = part.split("=");
    const parsed = value === "True" ? true : value === "False" ? false : Number(value);
    if (!fits(rule, setting, parsed)) throw refuse();
    racer.settings[setting] = parsed;
  }
  return racer;
}
