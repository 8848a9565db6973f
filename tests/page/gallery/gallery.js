// Every component on one page: to look at, and for the tests.
import { html, render, useState } from "/components/html.js";
import { Page } from "/components/page_context.js";
import { translator } from "/app/texts.js";
import { Button, IconButton } from "/components/button.js";
import { Slider } from "/components/slider.js";
import { NumberField } from "/components/number_field.js";
import { Select } from "/components/select.js";
import { Toggle, Checkbox } from "/components/toggle.js";
import { Choice } from "/components/choice.js";
import { Tabs } from "/components/tabs.js";
import { Panel, Disclosure } from "/components/panel.js";
import { Notice } from "/components/notice.js";
import { TextArea, TextField } from "/components/text_area.js";
import { FileDrop } from "/components/file_drop.js";
import { Transport, Reading } from "/components/transport.js";
import { LineChart } from "/components/line_chart.js";
import { HeatMap, ColorScale } from "/components/heat_map.js";
import { ScatterPlane } from "/components/scatter_plane.js";
import { Confusion } from "/components/confusion.js";
import { BarRow } from "/components/bar_row.js";
import { NumberGrid } from "/components/number_grid.js";
import { PixelCanvas } from "/components/pixel_canvas.js";
import { PythonPanel } from "/components/python_panel.js";
import { Formula, Equations } from "/components/formula.js";
import { Refusal } from "/app/refusal.js";
import { explainer } from "/app/explain.js";
import { onKey } from "/components/shortcuts.js";
import { formula } from "/graph/formula.js";

document.addEventListener("keydown", onKey);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const lang = location.hash.includes("zh") ? "zh" : "en";
const palette = location.hash.match(/p=(\w+)/)?.[1] ?? "blue_orange";
document.documentElement.dataset.palette = palette;
const t = translator(lang);
const ctx = {
  t,
  language: lang,
  dark,
  palette,
  reducedMotion: false,
  shown: true,
  formula,
  announce() {},
  explain: explainer(lang),
};
const N = 3000,
  loss = Float64Array.from(
    { length: N },
    (_, k) => 0.7 * Math.exp(-k / 500) + 0.02 * Math.abs(Math.sin(k * 12.9)) + 0.01,
  ),
  val = loss.map((v, k) => v * 1.2 + 0.02 * Math.sin(k / 100));
const G = 60,
  grid = Float32Array.from({ length: G * G }, (_, k) =>
    Math.tanh(2 * Math.sin((k % G) / 9) * Math.cos(Math.floor(k / G) / 11)),
  );
const P = 200,
  px = Float32Array.from({ length: P }, (_, k) => 3 * Math.sin(k * 1.3) * ((k % 17) / 17)),
  py = Float32Array.from({ length: P }, (_, k) => 3 * Math.cos(k * 2.1) * ((k % 13) / 13)),
  pc = px.map((_, k) => k % 3),
  hollow = px.map((_, k) => k % 5 === 0);
function App() {
  const [a, setA] = useState(0.03),
    [b, setB] = useState(32),
    [s, setS] = useState("adam"),
    [on, setOn] = useState(true),
    [tab, setTab] = useState("x"),
    [ch, setCh] = useState("tanh"),
    [pl, setPl] = useState(false),
    [pix, setPix] = useState(new Float32Array(784)),
    [pat, setPat] = useState(Float32Array.from({ length: 64 }, (_, k) => (k % 3 ? -1 : 1))),
    [sel, setSel] = useState(null),
    [txt, setTxt] = useState("x,y\n1,2"),
    [hs, setHs] = useState({ row: 3, column: 4 }),
    [files, setFiles] = useState([]),
    [places, setPlaces] = useState([]);
  globalThis.shown = { a, b, s, on, tab, ch, pl, pix, pat, sel, hs, txt, files, places };
  return html`<${Page.Provider} value=${ctx}
    ><main class="scene">
      <h1>Components</h1>
      <h2>Gallery</h2>
      <p class="lead">One sentence about what this scene shows and what to try first.</p>
      <div class="sticky">
        <${Transport}
          playing=${pl}
          onPlay=${setPl}
          onStep=${() => {}}
          onBack=${() => {}}
          canBack=${false}
          onEpoch=${() => {}}
          onReset=${() => {}}
          onNew=${() => {}}
          onBranch=${() => {}}
          ><${Reading} name="Epoch">12<//><${Reading} name="Loss">0.03121<//><//
        >
      </div>
      <div class="columns">
        <div>
          <${Panel}
            title="Controls"
            help="optimizers.Adam"
            tools=${html`<${Button} kind="quiet" icon="undo">Undo<//>`}
          >
            <${Slider}
              label="Learning rate"
              value=${a}
              onChange=${setA}
              scale="log"
              min=${1e-4}
              max=${10}
              help="optimizers.Adam"
            />
            <${Slider}
              label="Noise"
              unit="%"
              value=${b}
              onChange=${setB}
              min=${0}
              max=${100}
              step=${1}
              integer
            />
            <${NumberField}
              label="Batch size"
              value=${b}
              onChange=${setB}
              min=${1}
              max=${1000}
              integer
              inline
            />
            <${Select}
              label="Optimizer"
              value=${s}
              onChange=${setS}
              options=${[
                { value: "adam", label: "Adam", help: "optimizers.Adam", group: "Adaptive" },
                { value: "sgd", label: "SGD", group: "Plain" },
              ]}
            />
            <${Toggle}
              label="Show the validation rows"
              value=${on}
              onChange=${setOn}
              help=${{ text: "Rows that are not trained on." }}
            />
            <${Checkbox} label="Shuffle" value=${on} onChange=${setOn} />
            <${Choice}
              label="Activation"
              value=${ch}
              onChange=${setCh}
              options=${["tanh", "ReLU", "sigmoid", "linear"].map((v) => ({ value: v, label: v }))}
            />
            <${TextField}
              label="Formula"
              code
              value="sin(x1) * x2"
              onChange=${() => {}}
              refusal=${new Refusal("shell.number.not", { text: "sin(" })}
            />
            <${TextArea} label="Paste a table" code value=${txt} onChange=${setTxt} />
            <div class="row">
              <${Button} kind="danger" icon="trash">Clear<//><${Button} pressed=${true}>Pressed<//
              ><${Button} disabled>Disabled<//><${IconButton} icon="sun" label="Theme" />
            </div>
          <//>
          <${Disclosure} title="More options" note="3 changed"><p>Inside.</p><//>
          <${Notice} kind="info">Stop by itself is on.<//
          ><${Notice} kind="warning">9 rows are equal.<//
          ><${Notice} kind="good" onClose=${() => {}}>Trained.<//
          ><${Notice} refusal="A sentence of a refusal." />
          <${FileDrop}
            label="Drop a CSV file here"
            accept=".csv"
            note="Nothing leaves this machine."
            onFile=${(file) => setFiles([...files, file.name])}
          />
          <${PythonPanel}
            text=${"import chainrule as cr\n\nnet = cr.Network(cr.Dense(8), cr.tanh)\nnet.fit(x, y, epochs=10)"}
            onRead=${() => {
              throw new Refusal("shell.link.form");
            }}
          />
        </div>
        <div>
          <${Panel} title="Loss"
            ><${LineChart}
              label="Loss by step"
              xLabel="step"
              yLabel="loss"
              log=${true}
              series=${[
                { name: "training", y: loss },
                { name: "validation", y: val, dashed: true },
                { name: "branch 1", y: val.slice(500), start: 500, faint: true },
              ]}
              marker=${1200}
          /><//>
          <div class="columns even">
            <div>
              <${Panel} title="Answers"
                ><${ScatterPlane}
                  label="Answers over the plane"
                  x=${[-4, 4]}
                  y=${[-4, 4]}
                  xLabel="x1"
                  yLabel="x2"
                  content=${() => ({ grid: { values: grid, rows: G, columns: G, range: [-1, 1], smooth: true }, points: { x: px, y: py, value: pc, classes: 3, hollow }, paths: [{ x: [-3, -2, 0, 1, 1.2], y: [-3, 0, 0.5, 1, 2], color: "#1f5fa8" }] })}
                  onDraw=${(x, y, how) => setPlaces((all) => [...all, [x, y, how.kind, how.erase]])} /><${ColorScale}
                  range=${[-1, 1]}
              /><//>
            </div>
            <div>
              <${Panel} title="Heat"
                ><${HeatMap}
                  label="Heat"
                  grid=${{ values: grid.slice(0, 100), rows: 10, columns: 10 }}
                  selected=${hs}
                  onSelect=${(row, column) => setHs({ row, column })} /><//
              ><${Panel} title="Equations"
                ><${Formula} text="z1 = x W1 + b1" block /><${Equations}
                  label="eq"
                  text=${"Forward\n  z1 = x W1 + b1\n  a1 = tanh(z1)\n  dW1 = xᵀ dz1"}
              /><//>
            </div>
          </div>
          <${Panel} title="Numbers"
            ><${NumberGrid}
              label="W1"
              values=${grid.slice(0, 48).map((v, k) => v * (k % 7 ? 1 : 1e-5))}
              rows=${6}
              columns=${8}
              selected=${sel}
              onSelect=${(row, column) => setSel({ row, column })}
              marked=${(r, c) => sel && r === sel.row && c !== sel.column}
              columnNames=${["a", "b", "c", "d", "e", "f", "g", "h"]}
              rowNames=${["x1", "x2", "x3", "x4", "x5", "x6"]}
              dtype="float32"
          /><//>
          <div class="columns even">
            <div>
              <${Panel} title="Confusion"
                ><${Confusion}
                  label="Rows by class"
                  counts=${[50, 2, 0, 3, 44, 3, 0, 0, 9]}
                  names=${["0", "1", "2"]}
                  onSelect=${() => {}} /><//
              ><${Panel} title="Probabilities"
                ><${BarRow}
                  label="p"
                  values=${[0.02, 0.9, 0.08]}
                  names=${["0", "1", "2"]}
                  best=${1}
              /><//>
            </div>
            <div>
              <${Panel} title="Draw"
                ><${PixelCanvas}
                  label="Digit"
                  values=${pix}
                  rows=${28}
                  columns=${28}
                  onChange=${setPix} /><${PixelCanvas}
                  label="Pattern"
                  brush="pixel"
                  low=${-1}
                  values=${pat}
                  rows=${8}
                  columns=${8}
                  onChange=${setPat}
              /><//>
            </div>
          </div>
          <${Panel} title="Tabs"
            ><${Tabs}
              label="Views"
              value=${tab}
              onChange=${setTab}
              tabs=${[
                { id: "x", title: "Plane", content: () => "one" },
                { id: "y", title: "Surface", content: () => "two" },
              ]}
          /><//>
        </div>
      </div></main
  ><//>`;
}
render(html`<${App} />`, document.getElementById("page"));
