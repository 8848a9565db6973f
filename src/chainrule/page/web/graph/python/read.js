// Python code back as the description of a network and of its training. Nothing is ever run.
import { Refusal } from "../../app/refusal.js";
import { classFacts, facts, shortName } from "../facts.js";
import { asInitializer } from "../settings.js";
import { trace } from "../trace.js";
import { updateParts } from "../update.js";
import { Parser } from "./parse.js";
import { tokensOf } from "./tokens.js";
import { FIT } from "./words.js";

/** @typedef {import("../facts.js").Description} Description */
/** @typedef {import("./tokens.js").Token} Token */
/** @typedef {import("./parse.js").Expression} Expression */

/**
 * @typedef {object} Read
 * @property {import("../trace.js").Network} network without `inputs` if the code leaves them to the data
 * @property {Record<string, any> | null} fit the words of net.fit
 * @property {{ line: number, text: string }[]} skipped statements that were not read, such as those
 *   that make X and y
 * @property {{ X: string, y: string } | null} variables
 */

const GROUPS = ["layers", "losses", "optimizers", "schedules", "initializers"];
const TOP = ["layers", "losses", "optimizers", "schedules"]; // names of cr itself
const BLOCKS = new Set(
  "for while if else elif def class with try except finally lambda async match return raise global del".split(
    " ",
  ),
);
const CHANGES = new Set(
  "fit freeze scale_lr thaw reset record take_weights load train calibrate parameters state".split(
    " ",
  ),
);

/** Statements of a text, each a list of tokens. @param {Token[]} tokens */
function statementsOf(tokens) {
  /** @type {Token[][]} */
  const statements = [[]];
  for (const token of tokens) {
    if (token.kind === "end") statements.push([]);
    else statements[statements.length - 1].push(token);
  }
  return statements.filter((tokens) => tokens.length);
}

/** The name that comes near to another one. @param {string} name @param {string[]} known */
function nearest(name, known) {
  const bare = (/** @type {string} */ s) => s.toLowerCase().replace(/[^a-z0-9]/g, "");
  let best = "";
  let least = 3;
  for (const one of known) {
    const d = distance(bare(name), bare(one), least);
    if (d < least) [best, least] = [one, d];
  }
  return best;
}

/** Edits from one word to another. @param {string} a @param {string} b @param {number} most */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) >= most || a.length > 40) return most;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
    row = next;
  }
  return row[b.length];
}

/** What names mean in one text. */
class Names {
  constructor() {
    /** @type {Map<string, string[]>} what a name was imported as */
    this.imported = new Map();
  }

  /**
   * The path inside chainrule: ["Dense"], ["initializers", "HeNormal"].
   *
   * @param {string[]} path
   * @param {number} line
   */
  inside(path, line) {
    const [first, ...rest] = path;
    const known = this.imported.get(first);
    const whole = known ? [...known, ...rest] : path;
    if (whole[0] === "chainrule" || (!known && whole[0] === "cr")) return whole.slice(1);
    if (known)
      throw new Refusal("graph.python_foreign", { line, name: path.join("."), from: known[0] });
    return whole;
  }

  /**
   * The class that a name means, "layers.Dense".
   *
   * @param {string[]} path
   * @param {number} line
   */
  classOf(path, line) {
    const inside = this.inside(path, line);
    const name = inside[inside.length - 1] ?? "";
    const places = inside.slice(0, -1).filter((part) => part !== "graph");
    const group = places[places.length - 1];
    const where =
      group === undefined ? TOP : group === "optimizers" ? ["optimizers", "schedules"] : [group];
    if (group === undefined || GROUPS.includes(group)) {
      for (const place of where) {
        const found = classFacts(`${place}.${name}`);
        if (found && !found.hidden) return `${place}.${name}`;
      }
    }
    const known = Object.keys(facts.classes)
      .filter((one) => !facts.classes[one].hidden)
      .map(shortName);
    const near = nearest(name, known);
    const shown = path.join(".").slice(0, 60);
    if (near) throw new Refusal("graph.python_near", { line, name: shown, near });
    throw new Refusal("graph.python_unknown", { line, name: shown });
  }

  /** import chainrule as cr; from chainrule import Dense as D. @param {Token[]} tokens */
  learn(tokens) {
    const parser = new Parser(tokens);
    const from = parser.name() === "from";
    const path = () => {
      const parts = [parser.name()];
      while (parser.takes(".")) parts.push(parser.name());
      return parts;
    };
    const base = from ? path() : [];
    if (from && parser.name() !== "import") parser.refuse("sign", "import");
    const brackets = parser.takes("(");
    do {
      if (brackets && parser.sees(")")) break;
      if (parser.takes("*")) continue;
      const own = path();
      const renamed = parser.token?.kind === "name" && parser.token.text === "as";
      if (renamed) parser.k += 1;
      const whole = [...base, ...own];
      if (renamed) this.imported.set(parser.name(), whole);
      else if (from) this.imported.set(own[own.length - 1], whole);
      else this.imported.set(own[0], [own[0]]);
    } while (parser.takes(","));
    if (brackets) parser.must(")");
    parser.end();
  }
}

/** Reads expressions as values of settings. */
class Values {
  /** @param {Names} names */
  constructor(names) {
    this.names = names;
  }

  /**
   * @param {Expression} e
   * @param {string} [kind] of the setting
   * @returns {any}
   */
  value(e, kind = "any") {
    switch (e.kind) {
      case "number":
        if (e.float && kind.startsWith("whole")) {
          throw new Refusal("graph.python_whole", { line: e.line, got: e.value });
        }
        if (!Number.isFinite(e.value)) throw new Refusal("graph.python_value", { line: e.line });
        return e.value;
      case "word":
      case "truth":
      case "none":
        return e.value;
      case "list":
        return (e.items ?? []).map((item) => this.value(item, kind));
      case "dict":
        return this.dict(e);
      case "call":
        return this.description(e);
      default:
        return this.bareName(e);
    }
  }

  /** A name where a value should be. @param {Expression} e @returns {never} */
  bareName(e) {
    const path = e.path ?? [];
    const name = path.join(".").slice(0, 60);
    /** @type {string} */
    let found;
    try {
      found = this.names.classOf(path, e.line);
    } catch {
      throw new Refusal("graph.python_name", { line: e.line, name });
    }
    throw new Refusal("graph.python_class", { line: e.line, name: shortName(found) });
  }

  /** @param {Expression} e */
  dict(e) {
    /** @type {Record<string, any>} */
    const found = {};
    for (const [key, value] of e.pairs ?? []) {
      if (key.kind !== "word" && key.kind !== "number") {
        throw new Refusal("graph.python_value", { line: key.line });
      }
      const name = String(key.value);
      if (name === "__proto__") throw new Refusal("graph.python_value", { line: key.line });
      found[name] = this.value(value);
    }
    return found;
  }

  /** cr.Dense(8), cr.Adam.like("torch"). @param {Expression} e @returns {Description} */
  description(e) {
    if (e.of?.kind !== "name") throw new Refusal("graph.python_value", { line: e.line });
    const path = e.of.path ?? [];
    if (path.length > 1 && path[path.length - 1] === "like") {
      return this.like(this.names.classOf(path.slice(0, -1), e.line), e);
    }
    if (path.join(".") === "float" && e.places?.length === 1) {
      throw new Refusal("graph.python_value", { line: e.line });
    }
    const name = this.names.classOf(path, e.line);
    return { class: name, settings: this.settings(name, e) };
  }

  /** Arguments as settings. @param {string} cls @param {Expression} e @param {number} [skip] places */
  settings(cls, e, skip = 0) {
    const about = /** @type {import("../facts.js").ClassFacts} */ (classFacts(cls)).settings;
    const where = shortName(cls);
    /** @type {Record<string, any>} */
    const settings = {};
    const places = (e.places ?? []).slice(skip);
    const names = Object.keys(about).filter((name) => about[name].place);
    const star = names.find((name) => about[name].star);
    if (star) {
      settings[star] = places.map((one) => this.value(one, String(about[star].kind)));
    } else if (places.length > names.length) {
      const known = names.join(", ") || "—";
      throw new Refusal("graph.python_places", { line: e.line, where, known });
    } else {
      places.forEach((one, k) => (settings[names[k]] = this.setting(about, names[k], one)));
    }
    for (const { name, value, line } of e.named ?? []) {
      if (!Object.hasOwn(about, name) || name === star) {
        const known = Object.keys(about).join(", ") || "—";
        throw new Refusal("graph.python_setting", { line, where, setting: name, known });
      }
      if (Object.hasOwn(settings, name)) {
        throw new Refusal("graph.python_twice", { line, where, setting: name });
      }
      settings[name] = this.setting(about, name, value);
    }
    return settings;
  }

  /** @param {Record<string, import("../facts.js").SettingFacts>} about @param {string} name @param {Expression} e */
  setting(about, name, e) {
    const { kind } = about[name];
    const value = this.value(e, typeof kind === "string" ? kind : "word");
    return kind === "initializer" ? asInitializer(value) : value;
  }

  /** A rule as another library has it. @param {string} cls @param {Expression} e @returns {Description} */
  like(cls, e) {
    const known = classFacts(cls)?.like ?? {};
    const library = e.places?.[0]?.kind === "word" ? e.places[0].value : "";
    if (library !== "paper" && !Object.hasOwn(known, library)) {
      const libraries = ["paper", ...Object.keys(known)].join(", ");
      throw new Refusal("graph.python_library", { line: e.line, known: libraries });
    }
    const base = library === "paper" ? { class: cls, settings: {} } : known[library];
    const own = this.settings(base.class, e, 1);
    return { class: base.class, settings: { ...base.settings, ...own } };
  }
}

/** Reads the statements of one text. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.lines = text.split(/\r\n?|\n/);
    this.names = new Names();
    this.values = new Values(this.names);
    /** @type {import("../trace.js").Network | null} */
    this.network = null;
    this.netName = "";
    /** @type {Record<string, any> | null} */
    this.fit = null;
    /** @type {{ X: string, y: string } | null} */
    this.variables = null;
    /** @type {{ line: number, text: string }[]} */
    this.skipped = [];
  }

  /** @param {Token[]} tokens */
  statement(tokens) {
    const [first] = tokens;
    const { line } = first;
    if (first.kind === "indent") throw new Refusal("graph.python_indent", { line });
    if (first.kind === "name" && BLOCKS.has(first.text)) {
      throw new Refusal("graph.python_block", { line, got: first.text });
    }
    if (first.kind === "name" && (first.text === "import" || first.text === "from")) {
      this.names.learn(tokens);
      return;
    }
    const assigned = first.kind === "name" && tokens[1]?.kind === "sign" && tokens[1].text === "=";
    const rest = assigned ? tokens.slice(2) : tokens;
    const path = this.calledPath(rest);
    if (path && this.isNetwork(path)) {
      const name = assigned ? first.text : "";
      this.makeNetwork(this.call(rest), name, line);
    } else if (path?.length === 2 && path[0] === this.netName && this.netName) {
      this.method(path[1], rest, tokens);
    } else this.skip(tokens);
  }

  /** The path that a statement calls, if it is a call: ["net", "fit"]. @param {Token[]} tokens */
  calledPath(tokens) {
    const path = [];
    let k = 0;
    while (tokens[k]?.kind === "name") {
      path.push(tokens[k].text);
      k += 1;
      if (tokens[k]?.kind !== "sign" || tokens[k].text !== ".") break;
      k += 1;
    }
    return path.length && tokens[k]?.kind === "sign" && tokens[k].text === "(" ? path : null;
  }

  /** @param {string[]} path */
  isNetwork(path) {
    if (path[path.length - 1] !== "Network" && !this.names.imported.has(path[0])) return false;
    const known = this.names.imported.get(path[0]);
    const whole = known ? [...known, ...path.slice(1)] : path;
    return (
      whole[whole.length - 1] === "Network" && ["chainrule", "cr", "Network"].includes(whole[0])
    );
  }

  /** @param {Token[]} tokens */
  call(tokens) {
    const parser = new Parser(tokens);
    const found = parser.expression();
    parser.end();
    return found;
  }

  /** @param {Expression} e @param {string} name @param {number} line */
  makeNetwork(e, name, line) {
    if (this.network) throw new Refusal("graph.python_second", { line, what: "Network(...)" });
    if (e.kind !== "call") throw new Refusal("graph.python_value", { line });
    const layers = (e.places ?? []).map((one) => this.values.value(one));
    layers.forEach((layer, k) => {
      if (!layer || typeof layer.class !== "string") {
        throw new Refusal("graph.python_layer", { line: e.places?.[k].line ?? line });
      }
    });
    /** @type {any} */
    const network = {
      layers,
      loss: null,
      inputs: {},
      seed: 0,
      dtype: "float32",
      frozen: [],
      rates: {},
    };
    const given = new Set();
    for (const { name: word, value, line: at } of e.named ?? []) {
      if (given.has(word))
        throw new Refusal("graph.python_twice", { line: at, where: "Network", setting: word });
      given.add(word);
      if (word === "inputs") network.inputs = this.inputs(value);
      else if (["loss", "seed", "dtype"].includes(word)) {
        network[word] = this.values.value(value, word === "seed" ? "whole" : "any");
      } else if (!["engine", "threads"].includes(word)) {
        const known = "loss, inputs, seed, dtype";
        throw new Refusal("graph.python_setting", {
          line: at,
          where: "Network",
          setting: word,
          known,
        });
      }
    }
    if (typeof network.loss?.class !== "string") throw new Refusal("graph.python_loss", { line });
    if (!["float32", "float64"].includes(network.dtype))
      throw new Refusal("graph.python_dtype", { line });
    if (!Number.isInteger(network.seed) || network.seed < 0 || network.seed >= 2 ** 32) {
      throw new Refusal("graph.seed", { got: String(network.seed) });
    }
    [this.network, this.netName] = [network, name];
  }

  /** @param {Expression} e @returns {Record<string, number[]>} */
  inputs(e) {
    const value = this.values.value(e, "wholes");
    if (Array.isArray(value)) return { x: value };
    if (value && typeof value === "object" && !value.class) return value;
    throw new Refusal("graph.python_inputs", { line: e.line });
  }

  /** @param {string} name @param {Token[]} call @param {Token[]} statement */
  method(name, call, statement) {
    const { line } = statement[0];
    const network = /** @type {import("../trace.js").Network} */ (this.network);
    if (!CHANGES.has(name)) {
      this.skip(statement, true);
      return;
    }
    const e = this.call(call);
    if (name === "fit" && e.kind === "call") this.makeFit(e, line);
    else if (name === "freeze") {
      const paths = (e.places ?? []).map((one) => this.values.value(one));
      if (!paths.every((path) => typeof path === "string")) {
        throw new Refusal("graph.python_paths", { line });
      }
      network.frozen = [...(network.frozen ?? []), ...paths];
    } else if (name === "scale_lr") {
      const rates = e.places?.length === 1 ? this.values.value(e.places[0]) : null;
      const fine = rates && typeof rates === "object" && !Array.isArray(rates) && !rates.class;
      if (!fine || !Object.values(rates).every((v) => typeof v === "number" && v >= 0)) {
        throw new Refusal("graph.python_rates", { line });
      }
      network.rates = { ...network.rates, ...rates };
    } else throw new Refusal("graph.python_method", { line, name });
  }

  /** @param {Expression} e @param {number} line */
  makeFit(e, line) {
    if (this.fit) throw new Refusal("graph.python_second", { line, what: "net.fit(...)" });
    const names = (e.places ?? []).map((one) => (one.kind === "name" ? one.path?.join(".") : ""));
    if (names.length > 2 || names.some((name) => !name))
      throw new Refusal("graph.python_data", { line });
    /** @type {Record<string, any>} */
    const fit = {};
    for (const { name, value, line: at } of e.named ?? []) {
      if (name === "X" || name === "y") continue;
      if (!Object.hasOwn(FIT, name)) {
        const known = Object.keys(FIT).join(", ");
        throw new Refusal("graph.python_setting", { line: at, where: "fit", setting: name, known });
      }
      if (Object.hasOwn(fit, name))
        throw new Refusal("graph.python_twice", { line: at, where: "fit", setting: name });
      fit[name] = this.fitValue(name, value, at);
    }
    this.fit = fit;
    this.variables = { X: names[0] ?? "X", y: names[1] ?? "y" };
  }

  /** @param {string} name @param {Expression} e @param {number} line @returns {any} */
  fitValue(name, e, line) {
    const { kind } = FIT[name];
    const fails = () => new Refusal("graph.python_value", { line });
    if (kind === "names") {
      const all = e.kind === "list" ? (e.items ?? []) : [e];
      if (e.kind === "none") return null;
      if (!all.length || all.some((one) => one.kind !== "name")) throw fails();
      const names = all.map((one) => (one.path ?? []).join("."));
      return e.kind === "list" ? names : names[0];
    }
    if (kind === "functions") {
      const all = e.kind === "list" ? (e.items ?? []) : [];
      if (e.kind !== "list" || all.some((one) => one.kind !== "name")) throw fails();
      return all.map((one) => this.names.inside(one.path ?? [], line).join("."));
    }
    const value = this.values.value(e, kind);
    FIT[name].rule?.(`fit (line ${line})`, name, value, {});
    return value;
  }

  /** Leave a statement to Python, unless it changes the network. @param {Token[]} tokens @param {boolean} [harmless] */
  skip(tokens, harmless = false) {
    const { line } = tokens[0];
    tokens.forEach((token, k) => {
      const after = tokens[k + 2];
      const changes = after?.kind === "name" && CHANGES.has(after.text);
      const own = token.kind === "name" && this.netName && token.text === this.netName;
      if (own && !harmless && changes)
        throw new Refusal("graph.python_method", { line, name: after.text });
      if (token.kind === "name" && token.text === "Network")
        throw new Refusal("graph.python_network", { line });
    });
    const last = tokens[tokens.length - 1].line;
    this.skipped.push({ line, text: this.lines.slice(line - 1, last).join("\n") });
  }

  /** @returns {Read} */
  result() {
    const { network, fit, skipped, variables } = this;
    if (!network) throw new Refusal("graph.python_no_network");
    if (Object.keys(network.inputs).length) trace(network); // refuses what does not fit
    if (fit?.optimizer) updateParts(fit.optimizer);
    return { network, fit, skipped, variables };
  }
}

/**
 * Return the network and the training that a Python text describes.
 *
 * @param {string} text
 * @returns {Read}
 */
export function readPython(text) {
  const reader = new Reader(text);
  for (const statement of statementsOf(tokensOf(text))) reader.statement(statement);
  return reader.result();
}
