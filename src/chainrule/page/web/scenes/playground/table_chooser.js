// A pasted table or a file: how it is read, and which columns are taken.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { FileDrop } from "../../components/file_drop.js";
import { html, useRef, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { usePage } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { TextArea } from "../../components/text_area.js";
import { Checkbox, Toggle } from "../../components/toggle.js";
import { Refusal } from "../../app/refusal.js";
import {
  chooseInSlices,
  ENCODINGS,
  MOST_BYTES,
  readTableInSlices,
  suggestion,
  textOf,
} from "../../data/tables.js";

/** @typedef {import("../../data/tables.js").Table} Table */

/** @param {{ dispatch: (action: any) => void }} props */
export function TableChooser({ dispatch }) {
  const { t } = usePage();
  const [draft, setDraft] = useState("");
  const [table, setTable] = useState(/** @type {Table | null} */ (null));
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const [progress, setProgress] = useState(/** @type {number | null} */ (null));
  const [taken, setTaken] = useState(/** @type {any[]} */ ([]));
  const source = useRef({ text: "", bytes: /** @type {Uint8Array | null} */ (null) });
  const [how, setHow] = useState(/** @type {any} */ ({}));

  /** @param {any} next */
  const read = async (next) => {
    setHow(next);
    refuse(null);
    setTable(null);
    setTaken([]);
    try {
      const { bytes } = source.current;
      const text = bytes ? textOf(bytes, next.encoding) : source.current.text;
      setTable(
        await readTableInSlices(
          text,
          { delimiter: next.delimiter, header: next.header },
          setProgress,
        ),
      );
    } catch (why) {
      refuse(why);
    }
    setProgress(null);
  };
  /** @param {string} text */
  const readText = (text) => {
    source.current = { text, bytes: null };
    return read({});
  };
  /** @param {File} file */
  const readFile = async (file) => {
    const zipped = file.name.toLowerCase().endsWith(".gz");
    source.current = {
      text: "",
      bytes: zipped ? await unpacked(file) : new Uint8Array(await file.arrayBuffer()),
    };
    return read({});
  };
  const encodes = refusal instanceof Refusal && refusal.key.startsWith("data.table.encoding");
  const asksBlanks = refusal instanceof Refusal && refusal.key === "data.table.blanks";
  return html`<${FileDrop}
      label=${t("playground.table.drop")}
      accept=".csv,.tsv,.txt,.gz,text/csv,text/plain"
      most=${MOST_BYTES}
      onFile=${readFile}
      onText=${readText}
      note=${t("playground.table.note")}
    />
    <${TextArea}
      label=${t("playground.table.paste")}
      value=${draft}
      code=${true}
      rows=${4}
      placeholder=${"x1, x2, y\n0.5, 1.2, red\n-0.3, 0.8, blue"}
      onChange=${setDraft}
    />
    <${Button} disabled=${!draft.trim()} onClick=${() => readText(draft)}
      >${t("playground.table.read")}<//
    >
    ${
      progress !== null &&
      html`<progress
        max="1"
        value=${progress}
        aria-label=${t("playground.table.reading")}
      ></progress>`
    }
    <${Notice} refusal=${refusal} />
    ${
      (encodes || how.encoding) &&
      html`<${Select}
        label=${t("playground.table.encoding")}
        value=${how.encoding ?? "utf-8"}
        options=${ENCODINGS.map((value) => ({ value, label: value }))}
        onChange=${(/** @type {string} */ encoding) => read({ ...how, encoding })}
      />`
    }
    ${
      asksBlanks &&
      html`<${Button} onClick=${() => read({ ...how, delimiter: " " })}
        >${t("playground.table.blanks")}<//
      >`
    }
    ${
      table &&
      html`<${Columns}
        table=${table}
        how=${how}
        onHow=${read}
        onTake=${(/** @type {any} */ chosen, /** @type {string} */ task) => {
          const { names, x, y, classes, notes } = chosen;
          dispatch({ type: "table", given: { names, x: [...x], y: [...y], words: classes }, task });
          setTaken(notes);
          setTable(null);
        }}
      />`
    }
    ${taken.map((note) => html`<${Notice} key=${note.key} small=${true}>${t(note.key, note.values)}<//>`)}`;
}

/** @param {File} file */
async function unpacked(file) {
  try {
    const stream = file.stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return bytes;
  } catch {
    throw new Refusal("data.table.other_gzip");
  }
}

/** @type {Record<string, string>} */
const DELIMITER_NAMES = { ",": ",", ";": ";", "\t": "tab", "|": "|", " ": "blanks" };

/** @param {{ table: Table, how: any, onHow: (how: any) => void, onTake: (chosen: any, task: string) => void }} props */
function Columns({ table, how, onHow, onTake }) {
  const { t } = usePage();
  const [wanted, setWanted] = useState(() => suggestion(table));
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  /** @param {any} changes */
  const change = (changes) => {
    refuse(null);
    setWanted({ ...wanted, ...changes });
  };
  const usable = table.columns.filter(({ kind }) => kind === "number" || kind === "category");
  const take = async () => {
    try {
      onTake(await chooseInSlices(table, wanted), wanted.task);
    } catch (why) {
      refuse(why);
    }
  };
  return html`<${Panel}
    title=${t("playground.table.found", { rows: table.lines.length, columns: table.columns.length })}
    level=${4}
  >
    ${table.notes.map((note, k) => html`<${Notice} key=${k} small=${true} kind=${note.key.endsWith("asked") ? "warning" : "info"}>${t(note.key, note.values)}<//>`)}
    <${Toggle}
      label=${t("playground.table.header")}
      value=${table.header}
      onChange=${(/** @type {boolean} */ header) => onHow({ ...how, header })}
    />
    <${Select}
      label=${t("playground.table.delimiter")}
      value=${table.delimiter}
      options=${Object.entries(DELIMITER_NAMES).map(([value, name]) => ({
        value,
        label: name.length > 1 ? t(`playground.table.delimiter.${name}`) : name,
      }))}
      inline=${true}
      onChange=${(/** @type {string} */ delimiter) => onHow({ ...how, delimiter })}
    />
    <fieldset class="columns-chosen">
      <legend>${t("playground.table.inputs")}</legend>
      ${table.columns.map(
        (column) =>
          html`<${Checkbox}
            key=${column.name}
            label=${t("playground.table.column", { name: column.name, kind: t(`data.table.about.${column.constant ? "constant" : column.kind}`) })}
            value=${wanted.inputs.includes(column.name)}
            disabled=${!usable.includes(column) || column.constant || column.name === wanted.target}
            onChange=${(/** @type {boolean} */ on) =>
              change({
                inputs: table.columns
                  .map(({ name }) => name)
                  .filter((name) => (name === column.name ? on : wanted.inputs.includes(name))),
              })}
          />`,
      )}
    </fieldset>
    <${Select}
      label=${t("playground.table.target")}
      value=${wanted.target}
      options=${usable.map(({ name }) => ({ value: name, label: name }))}
      onChange=${(/** @type {string} */ target) =>
        change({ target, inputs: wanted.inputs.filter((name) => name !== target) })}
    />
    <${Choice}
      label=${t("playground.task")}
      value=${wanted.task}
      options=${["classes", "number"].map((value) => ({ value, label: t(`playground.task.${value}`) }))}
      onChange=${(/** @type {any} */ task) => change({ task })}
    />
    <${Notice} refusal=${refusal} />
    <${Button} kind="main" icon="check" onClick=${take}>${t("playground.table.take")}<//>
  <//>`;
}
