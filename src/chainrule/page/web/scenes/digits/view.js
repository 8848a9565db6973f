// The scene: a network learns digits, you draw one, and see why it answers what it answers.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { html, useCallback, useEffect, useMemo, useRef, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { percent } from "../../components/numbers.js";
import { sentences } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Tabs } from "../../components/tabs.js";
import { FAR } from "../../data/digits.js";
import { readSign } from "../../data/ink.js";
import { nearest } from "../../data/neighbors.js";
import { areStrokes, drawn, PENS, SHEET } from "../../data/strokes.js";
import { Convolution } from "./convolution_view.js";
import { Drawing } from "./drawing.js";
import { Hidden, Near, Saliency } from "./explain.js";
import { Thumb } from "./pictures.js";
import { Answer, Stages } from "./reading.js";
import { Curves, HeldOut } from "./results.js";
import { Settings } from "./settings.js";
import { LAST_ROW, VIEWS } from "./state.js";
import { best, useDigits, useLatest, useTraining } from "./training.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */

const LIVE = 50; // milliseconds between readings while a stroke is drawn

/** @param {import("../scene.js").SceneProps} props */
export function DigitsView({ state, dispatch, t }) {
  const set = (/** @type {any} */ changes) => dispatch({ type: "set", changes });
  const data = useDigits();
  const { training, pause, restart } = useTraining(state, data);
  const picture = usePicture(state, data);
  const { x, id } = picture;
  const p = useLatest(x ? training.session : null, `${id} ${training.epoch}`, () =>
    training.session.predict(x, 1),
  );
  const answer = x ? p : null;
  const [chosen, choose] = useState(/** @type {number | null} */ (null));
  useEffect(() => choose(null), [id]);
  const target = chosen ?? (answer ? best(answer) : 0);
  const far = useMemo(
    () => Boolean(x && data && nearest(x, data.train.x, 1)[0].distance > FAR),
    [id, data],
  );
  // what does not change while a stroke is drawn
  const learn = useMemo(
    () =>
      html`<${Panel} title=${t("digits.learn")} class="digit-learn">
        <${Settings} state=${state} set=${set} t=${t} />
        <${Progress}
          training=${training}
          epochs=${state.epochs}
          pause=${pause}
          restart=${restart}
          t=${t}
        />
        <${Curves} training=${training} epochs=${state.epochs} t=${t} />
      <//>`,
    [state, training, t],
  );
  const heldOut = useMemo(
    () =>
      html`<h3>${t("digits.held_out")}</h3>
        <${HeldOut}
          training=${training}
          set=${data}
          row=${state.row}
          onRow=${(/** @type {number} */ row) => set({ row })}
          t=${t}
        />`,
    [state.row, training, data, t],
  );
  return html`<h2>${t("digits.title")}</h2>
    <p class="lead">${t("digits.lead")}</p>
    <div class="digit-columns">
      <${Panel}
        title=${t("digits.draw")}
        help=${{ text: t("digits.draw.help") }}
        class="digit-draw"
      >
        <div class="digit-sheet">
          <${Sheet}
            state=${state}
            data=${data}
            picture=${picture}
            set=${set}
            dispatch=${dispatch}
            t=${t}
          />
          <${Notice} refusal=${picture.refusal} small=${true} />
        </div>
        <${Answer}
          p=${answer}
          far=${far}
          truth=${state.row >= 0 && data ? data.test.y[state.row] : null}
          target=${target}
          onTarget=${choose}
          t=${t}
        />
      <//>
      ${learn}
    </div>
    ${
      picture.read &&
      html`<${Panel} title=${t("digits.stages")} help=${{ text: t("digits.stages.help") }}>
        <${Stages} read=${picture.read} t=${t} />
      <//>`
    }
    <${Panel} title=${t("digits.why")}>
      ${
        x && answer
          ? html`<${Tabs}
              label=${t("digits.why")}
              value=${state.view}
              onChange=${(/** @type {string} */ view) => set({ view })}
              tabs=${VIEWS.map((view) => ({
                id: view,
                title: t(`digits.view.${view}`),
                content: () => {
                  const props = { training, x, id, target, set, t };
                  switch (view) {
                    case "saliency":
                      return html`<${Saliency}
                        ...${props}
                        map=${state.map}
                        onMap=${(/** @type {string} */ map) => set({ map })}
                      />`;
                    case "hidden":
                      return html`<${Hidden}
                        ...${props}
                        layer=${state.layer}
                        unit=${state.unit}
                      />`;
                    case "near":
                      return html`<${Near} x=${x} id=${id} set=${data} t=${t} />`;
                    default:
                      return html`<${Convolution} ...${props} state=${state} />`;
                  }
                },
              }))}
            />`
          : html`<p>${t("digits.why.none")}</p>`
      }
    <//>
    ${heldOut}
    <p class="digit-honest">${t("digits.honest")}</p>`;
}

/**
 * The picture that is read: what is drawn, live while a stroke is being drawn, or a held-out one.
 *
 * @param {any} state
 * @param {any} data
 */
function usePicture(state, data) {
  const [live, setLive] = useState(/** @type {any} */ (null));
  const timer = useRef({ at: 0, count: 0 });
  const { strokes, pen, row } = state;
  const saved = useMemo(() => {
    if (row >= 0) {
      if (!data) return { x: null, id: "none", read: null, refusal: null };
      return {
        x: data.test.x.slice(64 * row, 64 * row + 64),
        id: `row ${row}`,
        read: null,
        refusal: null,
      };
    }
    if (!strokes.length) return { x: null, id: "none", read: null, refusal: null };
    return reading(
      drawn(strokes, PENS[/** @type {keyof typeof PENS} */ (pen)]),
      `drawn ${pen} ${JSON.stringify(strokes)}`,
    );
  }, [strokes, pen, row, data]);
  useEffect(() => setLive(null), [saved]);
  const onInk = useCallback((/** @type {Float64Array | null} */ ink) => {
    if (!ink) return setLive(null);
    const now = performance.now();
    if (now - timer.current.at < LIVE) return;
    timer.current.at = now;
    timer.current.count += 1;
    const found = reading(
      { height: SHEET, width: SHEET, values: ink },
      `live ${timer.current.count}`,
    );
    if (found.x) setLive(found); // half a stroke may look like two signs
  }, []);
  return { ...(live ?? saved), onInk };
}

/** @param {import("../../data/ink.js").Picture} ink @param {string} id */
function reading(ink, id) {
  try {
    const read = readSign(ink);
    return { x: Float32Array.from(read.pixels, (v) => v / 16), id, read, refusal: null };
  } catch (refusal) {
    return { x: null, id: "none", read: null, refusal };
  }
}

/** @param {any} props */
function Sheet({ state, data, picture, set, dispatch, t }) {
  const { row } = state;
  const [full, setFull] = useState(false);
  useEffect(() => setFull(false), [state.strokes]);
  const add = (/** @type {any} */ stroke) => {
    if (areStrokes([...state.strokes, stroke])) dispatch({ type: "stroke", stroke });
    else setFull(true);
  };
  return html`${
      row < 0
        ? html`<${Drawing}
            strokes=${state.strokes}
            pen=${state.pen}
            label=${t("digits.sheet")}
            keys=${t("digits.sheet.keys")}
            say=${(/** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ down) =>
              t(down ? "digits.sheet.down" : "digits.sheet.up", { x, y })}
            onStroke=${add}
            onUndo=${() => dispatch({ type: "undo" })}
            onClear=${() => set({ strokes: [], row: -1 })}
            onInk=${picture.onInk}
          />`
        : data &&
          html`<div class="drawing">
            <${Thumb}
              values=${data.test.pictures.subarray(64 * row, 64 * row + 64)}
              side=${8}
              range=${[0, 16]}
              label=${t("digits.row", { n: row + 1, k: data.test.y[row] })}
              caption=${t("digits.row", { n: row + 1, k: data.test.y[row] })}
              version=${row}
            />
          </div>`
    }
    ${full && html`<${Notice} refusal=${t("digits.draw.full")} small=${true} />`}
    <div class="row">
      ${
        row < 0
          ? html`<${Button}
                icon="undo"
                disabled=${!state.strokes.length}
                onClick=${() => dispatch({ type: "undo" })}
              >
                ${t("digits.undo")}
              <//>
              <${Button}
                icon="trash"
                disabled=${!state.strokes.length}
                onClick=${() => set({ strokes: [], row: -1 })}
              >
                ${t("digits.clear")}
              <//>`
          : html`<${Button} icon="draw" onClick=${() => set({ row: -1 })}>${t("digits.back")}<//>`
      }
      <${Button} icon="dice" onClick=${() => set({ row: row >= LAST_ROW ? 0 : row + 1 })}>
        ${t(row < 0 ? "digits.take" : "digits.next")}
      <//>
    </div>
    ${
      row < 0 &&
      html`<${Choice}
        label=${t("digits.pen")}
        value=${state.pen}
        options=${["thin", "medium", "thick"].map((value) => ({ value, label: t(`digits.pen.${value}`) }))}
        onChange=${(/** @type {string} */ pen) => set({ pen })}
      />`
    }`;
}

/** @param {{ training: import("./training.js").Training, epochs: number, pause: any, restart: any, t: Translate }} props */
function Progress({ training, epochs, pause, restart, t }) {
  const { status, epoch, accuracies, why } = training;
  const share = accuracies.length ? percent(accuracies[accuracies.length - 1], 1) : "–";
  return html`<div class="digit-progress">
    <div class="row">
      <${Button}
        kind="main"
        icon=${status === "training" ? "pause" : "play"}
        disabled=${status === "loading" || status === "done" || status === "failed"}
        onClick=${() => pause(status === "training")}
      >
        ${t(status === "training" ? "digits.pause" : "digits.go")}
      <//>
      <${Button} icon="reset" onClick=${restart}>${t("digits.again")}<//>
    </div>
    <progress
      aria-label=${t("digits.progress")}
      max=${epochs}
      value=${Math.min(epoch, epochs)}
    ></progress>
    <p role="status" class="digit-status" data-status=${status} data-epoch=${epoch}>
      ${sentences(t, [
        t(`digits.status.${status}`),
        epoch > 0 && t("digits.epoch.now", { epoch, epochs, share }),
      ])}
    </p>
    ${status === "failed" && html`<${Notice} refusal=${typeof why === "string" ? t(why) : why} />`}
  </div>`;
}
