// A row that the user types, draws or pastes, and what the network says to it.
import { tell } from "../../app/bridge.js";
import { Refusal } from "../../app/refusal.js";
import { BarRow } from "../../components/bar_row.js";
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useEffect, useMemo, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { NumberGrid } from "../../components/number_grid.js";
import { exact, percent } from "../../components/numbers.js";
import { Disclosure, Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { TextArea, TextField } from "../../components/text_area.js";
import { Toggle } from "../../components/toggle.js";
import { openNetwork } from "../../engine/client.js";
import { indexOf } from "../../reference/arrays.js";
import { indexed } from "../../reference/words.js";
import { pictureSize, symmetric } from "./weights.js";

const MOST_FIELDS = 16; // inputs with a field each; more are pasted
const MOST_INPUTS = 4096;
const MOST_OPEN = 400; // values on the way that are shown without asking

/**
 * @param {{ model: import("../../files/saved_model.js").Network, state: any, theta: any, t: any }} props
 *   `state` is the kept state of a recording that is asked; `theta` are the weights that answer
 */
export function Ask({ model, state, theta, t }) {
  const names = Object.keys(model.about.inputs ?? {});
  const row = model.about.inputs?.x;
  if (names.length !== 1 || !Array.isArray(row)) {
    return html`<${Notice}>${t("your_file.ask.several", { names: names.join(", ") })}<//>`;
  }
  const count = row.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
  if (count > MOST_INPUTS) {
    return html`<${Notice}>${t("your_file.too_small", { most: MOST_INPUTS, count })}<//>`;
  }
  return html`<${AskOne} ...${{ model, state, theta, count, t }} />`;
}

/** @param {any} props */
function AskOne({ model, state, theta, count, t }) {
  const size = pictureSize(model);
  const [drawn, setDrawn] = useState(true);
  const picture = drawn ? size : null;
  const [cells, setCells] = useState(() => cellsAtFirst(model, count));
  const [pixels, setPixels] = useState(() => new Float32Array(count));
  const { x, refusal } = useMemo(
    () =>
      picture ? { x: Float64Array.from(pixels), refusal: null } : encoded(model, cells, count),
    [picture !== null, pixels, cells, model, count],
  );
  const answer = useAnswer(model, theta, x);
  return html`<div class="file-columns">
    <${Panel} title=${t(picture ? "your_file.ask.draw" : "your_file.ask.title")}>
      ${
        picture
          ? html`<${PixelCanvas}
                label=${t("your_file.ask.draw")}
                values=${pixels}
                rows=${picture.rows}
                columns=${picture.columns}
                size=${Math.max(0.9, picture.rows / 14)}
                onChange=${setPixels}
              />
              <${Button} onClick=${() => setPixels(new Float32Array(count))}
                >${t("your_file.ask.erase")}<//
              >`
          : html`<${Cells} ...${{ model, cells, setCells, count, t }} />`
      }
      ${
        size &&
        html`<${Toggle}
          label=${t("your_file.ask.as_numbers")}
          value=${!drawn}
          onChange=${(/** @type {boolean} */ on) => {
            if (on) setCells(Array.from(pixels, String));
            else if (x) setPixels(Float32Array.from(x));
            setDrawn(!on);
          }}
        />`
      }
      <${Notice} refusal=${refusal} />
      ${model.table && html`<${Ignored} ...${{ model, t }} />`}
    <//>
    <${Panel} title=${t("your_file.ask.answer")}>
      <${Notice} refusal=${answer.refusal} />
      ${state && html`<p>${t("your_file.ask.at", { step: state.step })}</p>`}
      ${answer.found && !refusal && html`<${Answer} ...${{ model, found: answer.found, t }} />`}
    <//>
  </div>`;
}

/** One field for each cell, or one for all. @param {any} props */
function Cells({ model, cells, setCells, count, t }) {
  /** @param {number} k @param {string} text */
  const put = (k, text) =>
    setCells(cells.map((/** @type {string} */ c, /** @type {number} */ i) => (i === k ? text : c)));
  if (model.table) {
    return html`<div class="file-cells">
      ${model.table.columns.map((/** @type {any} */ column, /** @type {number} */ k) => {
        if (column.kind === "ignored") return null;
        const { name, words, unit } = column;
        if (column.kind === "category" && words.length <= 50) {
          const options = [
            ...words.map((/** @type {string} */ value) => ({ value, label: value })),
            { value: "", label: t("your_file.ask.missing") },
            { value: "\u0000", label: t("your_file.ask.other") },
          ];
          const change = (/** @type {string} */ text) => put(k, text);
          return html`<${Select}
            key=${name}
            label=${name}
            value=${cells[k]}
            onChange=${change}
            options=${options}
          />`;
        }
        return html`<${TextField}
          key=${name}
          label=${unit ? `${name} (${unit})` : name}
          value=${cells[k]}
          onChange=${(/** @type {string} */ text) => put(k, text)}
        />`;
      })}
    </div>`;
  }
  if (count <= MOST_FIELDS) {
    return html`<div class="file-cells">
      ${cells.map(
        (/** @type {string} */ cell, /** @type {number} */ k) =>
          html`<${TextField}
            key=${k}
            label=${t("your_file.ask.input", { k: k + 1 })}
            value=${cell}
            onChange=${(/** @type {string} */ text) => put(k, text)}
          />`,
      )}
    </div>`;
  }
  return html`<${TextArea}
    label=${t("your_file.ask.paste")}
    help=${{ text: t("your_file.ask.paste.help", { count }) }}
    value=${cells.join(", ")}
    rows=${6}
    code
    onChange=${(/** @type {string} */ text) => setCells([text])}
  />`;
}

/** @param {any} props */
function Ignored({ model, t }) {
  const names = model.table.columns
    .filter((/** @type {any} */ column) => column.kind === "ignored")
    .map((/** @type {any} */ column) => column.name);
  return names.length
    ? html`<p>${t("your_file.ask.ignored", { names: names.join(", ") })}</p>`
    : null;
}

/** The prediction, and each value on the way to it. @param {any} props */
function Answer({ model, found, t }) {
  const { output, values } = found;
  const few =
    values.reduce((/** @type {number} */ sum, /** @type {any} */ v) => sum + v.numbers.length, 0) <
    MOST_OPEN;
  const [open, setOpen] = useState(few);
  return html`<${Prediction} ...${{ model, output, t }} />
    <${Disclosure}
      title=${t("your_file.ask.values.open", { symbols: symbolsOf(values) })}
      open=${open}
      onToggle=${setOpen}
    >
      <p>${t("your_file.ask.values.note")}</p>
      ${values.map((/** @type {any} */ value, /** @type {number} */ k) => html`<${Value} key=${k} ...${{ value, t }} />`)}
    <//>`;
}

/** @param {{ symbol: string }[]} values */
function symbolsOf(values) {
  const symbols = values.map(({ symbol }) => symbol);
  return symbols.length > 8 ? `${symbols.slice(0, 7).join(", ")}, …` : symbols.join(", ");
}

/** One value: channels of an image as pictures, everything else as numbers. @param {any} props */
function Value({ value, t }) {
  const { symbol, path, shape, numbers } = value;
  const range = symmetric(numbers);
  if (shape.length === 3) {
    const [rows, columns, channels] = shape;
    return html`<div class="file-value">
      <h5 title=${path}>${symbol}</h5>
      <div class="file-pictures">
        ${Array.from({ length: channels }, (_, k) => {
          const one = Float32Array.from(
            { length: rows * columns },
            (__, i) => numbers[i * channels + k],
          );
          const label = t("your_file.ask.channel", { symbol, k: k + 1 });
          const grid = { values: one, rows, columns, range };
          return html`<${HeatMap} key=${k} label=${label} grid=${grid} version=${numbers} />`;
        })}
      </div>
    </div>`;
  }
  const columns =
    shape.length > 1 ? numbers.length / shape[0] : numbers.length % 8 ? numbers.length : 8;
  const rows = numbers.length / columns;
  /** @param {number} row @param {number} column */
  const nameAt = (row, column) => indexed(symbol, indexOf(shape, row * columns + column));
  return html`<div class="file-value">
    <h5 title=${path}>${symbol}</h5>
    <${NumberGrid}
      label=${symbol}
      values=${numbers}
      rows=${rows}
      columns=${columns}
      range=${range}
      name=${nameAt}
    />
  </div>`;
}

/** Classes as bars, numbers as numbers. @param {any} props */
function Prediction({ model, output, t }) {
  const heads = headsOf(model, output);
  if (heads) {
    return heads.map(
      (/** @type {any} */ { name, target, part }) =>
        html`<${Prediction}
          key=${name}
          model=${{ ...model, about: { ...model.about, target }, head: name }}
          output=${part}
          t=${t}
        />`,
    );
  }
  const target = model.head ?? model.table?.target ?? "y";
  const classes = model.table?.classes;
  const names = classes ?? Array.from(output, (_, k) => String(k));
  if (classes || model.about.target?.number === "index") {
    if (output.length === 1) return html`<p class="file-answer">${exact(output[0])}</p>`;
    const best = output.indexOf(Math.max(...output));
    const sentence = { target, name: names[best], share: percent(output[best]) };
    return html`<p class="file-answer" aria-live="polite">${t("your_file.ask.class", sentence)}</p>
      <${BarRow}
        label=${t("your_file.ask.answer.of")}
        values=${output}
        names=${names}
        best=${best}
      />`;
  }
  const scale = model.table?.numbers;
  const shown = scale ? Array.from(output, (p) => scale.mean + scale.scale * p) : output;
  const dtype = scale ? "float64" : model.about.dtype;
  return html`<p class="file-answer" aria-live="polite">
    ${t("your_file.ask.number", { target, value: Array.from(shown, (p) => exact(p, dtype)).join(", ") })}
  </p>`;
}

/**
 * The outputs of a network that has several, by name, as Python's predict gives them; null if it has one.
 *
 * @param {any} model
 * @param {any} output all of them, one after another
 */
function headsOf({ about, programs }, output) {
  const { predict } = programs;
  const joined = predict.steps.find((/** @type {any} */ s) => s.output === predict.output);
  if (!about.target || "number" in about.target || !joined) return null;
  let at = 0;
  return about.loss.settings.parts.map((/** @type {any[]} */ [name], /** @type {number} */ k) => {
    const size = predict.values[joined.inputs[k]].shape[1];
    return { name, target: about.target[name], part: output.slice(at, (at += size)) };
  });
}

/** @param {any} model @param {number} count @returns {string[]} */
function cellsAtFirst(model, count) {
  if (model.table) return model.table.columns.map((/** @type {any} */ column) => column.usual);
  return new Array(count).fill("0");
}

/**
 * @param {any} model
 * @param {string[]} cells
 * @param {number} count
 * @returns {{ x: Float64Array | null, refusal: Refusal | null }}
 */
function encoded(model, cells, count) {
  try {
    if (model.table) return { x: model.table.encode(cells), refusal: null };
    const words = cells
      .join(" ")
      .split(/[\s,;，；]+/)
      .filter(Boolean);
    if (words.length !== count)
      throw new Refusal("your_file.wrong_count", { count, got: words.length });
    const index = model.programs.predict.values[model.programs.predict.inputs.x].number === "index";
    const x = Float64Array.from(words, (word) => {
      const value = Number(word);
      if (!Number.isFinite(value))
        throw new Refusal("your_file.not_numbers", { word: word.slice(0, 40) });
      if (index && !Number.isInteger(value)) throw new Refusal("your_file.not_whole", { word });
      return value;
    });
    return { x, refusal: null };
  } catch (why) {
    if (why instanceof Refusal) return { x: null, refusal: why };
    throw why;
  }
}

/** The network in the engine; it answers the last row that was asked. @param {any} model @param {any} theta @param {Float64Array | null} x */
function useAnswer(model, theta, x) {
  const [network, setNetwork] = useState(/** @type {any} */ (null));
  const [answer, setAnswer] = useState(
    /** @type {{ found: any, refusal: any }} */ ({ found: null, refusal: null }),
  );
  useEffect(() => {
    let opened = /** @type {any} */ (null);
    let gone = false;
    const { bytes: programs, about } = model;
    openNetwork({ programs, theta, dtype: about.dtype })
      .then((/** @type {any} */ made) => {
        opened = made;
        if (gone) made.close();
        else setNetwork(made);
      })
      .catch((/** @type {any} */ why) => !gone && setAnswer({ found: null, refusal: why }));
    return () => {
      gone = true;
      opened?.close();
      setNetwork(null);
    };
  }, [model, theta]);
  useEffect(() => {
    if (!network || !x) return undefined;
    let late = false;
    ask(network, model, x)
      .then((found) => {
        if (late) return;
        setAnswer({ found, refusal: null });
        tell({ input: x, output: found.output });
      })
      .catch((why) => !late && setAnswer({ found: null, refusal: why }));
    return () => {
      late = true;
    };
  }, [network, model, x]);
  return answer;
}

/** @param {any} network @param {any} model @param {Float64Array} x */
async function ask(network, model, x) {
  const program = model.programs.predict;
  const Numbers = model.about.dtype === "float64" ? Float64Array : Float32Array;
  const index = program.values[program.inputs.x].number === "index";
  const row = index ? Int32Array.from(x) : Numbers.from(x);
  /** @param {any} v */
  const isShown = (v) => v.role === "computed" && v.shape[0] === 0 && v.number === "real";
  // By their places: a network with several outputs has more than one p.
  const places = [...program.values.keys()].filter((k) => isShown(program.values[k]));
  const [output, values] = await Promise.all([
    network.predict(row, 1),
    network.values(row, 1, places),
  ]);
  return {
    output,
    values: places.map((k) => {
      const { symbol, path, shape } = program.values[k];
      return { symbol, path, shape: shape.slice(1), numbers: values[k] };
    }),
  };
}
