// Chains of Gibbs sampling: the machine dreams; what is drawn stays, the rest is dreamt.
import { useAnimation } from "../../components/animation.js";
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { html, useEffect, useRef, useState } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Reading, Transport } from "../../components/transport.js";
import { beginDream, dreamOn } from "../../energy/rbm.js";
import { Gallery } from "./gallery.js";
import { clampOf, clampWords, NOTHING, PIXELS } from "./state.js";

const CHAINS = 16;
const UNKNOWN = 0.3; // how a pixel that is free looks in the drawing
const SPEEDS = [2, 10, 60];
const AT_ONCE = 10; // rounds in a frame

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, live: import("./machine.js").Live }} props
 */
export function DreamPanel({ state, dispatch, t, live }) {
  const { training } = live;
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(SPEEDS[1]);
  const [dream, setDream] = useState(
    /** @type {import("../../energy/rbm.js").Dream | null} */ (null),
  );
  const owed = useRef(0);
  const waiting = useRef(0); // rounds that were asked for; each frame makes some of them
  const [busy, setBusy] = useState(false);
  const before = useRef(0);
  const clamp = clampOf(state);
  const begin = () => {
    waiting.current = 0;
    setDream(training && beginDream(training.w, CHAINS, state.dreamSeed, null, clamp));
  };
  useEffect(begin, [training, state.dreamSeed, state.known, state.values]);
  /** @param {number} rounds */
  const on = (rounds) => {
    if (!training) return;
    setDream((now) => {
      let next = now ?? beginDream(training.w, CHAINS, state.dreamSeed, null, clamp);
      for (let k = 0; k < rounds; k++)
        next = dreamOn(training.w, next, CHAINS, state.dreamSeed, clamp, state.temperature);
      return next;
    });
  };
  useAnimation(playing, (time) => {
    const passed = before.current ? Math.min(100, time - before.current) : 16;
    before.current = time;
    owed.current += (passed * speed) / 1000;
    const rounds = Math.min(AT_ONCE, Math.floor(owed.current));
    owed.current -= Math.floor(owed.current);
    if (rounds) on(rounds);
  });
  useAnimation(busy, () => {
    const rounds = Math.min(AT_ONCE, waiting.current);
    waiting.current -= rounds;
    on(rounds);
    if (!waiting.current) setBusy(false);
  });
  if (!training || !dream) return null;
  const shown = state.show === "mean" ? dream.mean : dream.v;
  return html`<${Panel}
    title=${t("dreams.dream")}
    help=${{ text: t("dreams.help.dream") }}
    class="dream"
  >
    <div class="dream-parts">
      <div>
        <${Gallery}
          label=${t("dreams.dream.label", { n: CHAINS, round: dream.round })}
          values=${shown}
          count=${CHAINS}
          columns=${4}
          side=${8}
          range=${() => [0, 1]}
          palette="sequential"
          version=${`${dream.round} ${state.show} ${state.dreamSeed} ${state.known} ${live.version}`}
        />
      </div>
      <${Clamp} state=${state} dispatch=${dispatch} t=${t} live=${live} />
    </div>
    <${Transport}
      playing=${playing}
      onPlay=${(/** @type {boolean} */ go) => {
        before.current = 0;
        setPlaying(go);
      }}
      onStep=${() => on(1)}
      onEpoch=${() => {
        waiting.current += 100;
        setBusy(true);
      }}
      onReset=${begin}
      onNew=${() => dispatch({ type: "set", name: "dreamSeed", to: (state.dreamSeed + 1) % 2 ** 32 })}
      labels=${{
        play: t("dreams.dream.play"),
        step: t("dreams.dream.step"),
        epoch: t("dreams.dream.many"),
        reset: t("dreams.dream.again"),
        new: t("dreams.dream.new"),
      }}
    >
      <${Reading} name=${t("dreams.round")}>${dream.round}<//>
    <//>
    <div class="row">
      <${Choice}
        label=${t("dreams.show")}
        value=${state.show}
        options=${["mean", "sample"].map((value) => ({ value, label: t(`dreams.show.${value}`) }))}
        help=${{ text: t("dreams.help.show") }}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "set", name: "show", to })}
      />
      <${Choice}
        label=${t("dreams.speed")}
        value=${speed}
        options=${SPEEDS.map((value) => ({ value, label: String(value) }))}
        onChange=${setSpeed}
      />
      <${NumberField}
        label=${t("dreams.dreamSeed")}
        value=${state.dreamSeed}
        min=${0}
        max=${2 ** 32 - 1}
        integer=${true}
        help=${{ text: t("dreams.help.dreamSeed") }}
        onChange=${(/** @type {number} */ to) => dispatch({ type: "set", name: "dreamSeed", to })}
      />
    </div>
    <${Slider}
      label=${t("dreams.temperature")}
      value=${state.temperature}
      min=${0.1}
      max=${3}
      step=${0.05}
      hardMax=${10}
      help=${{ text: t("dreams.help.temperature") }}
      onChange=${(/** @type {number} */ to) => dispatch({ type: "set", name: "temperature", to })}
    />
  <//>`;
}

/** What stays fixed, to draw on. @param {any} props */
function Clamp({ state, dispatch, t, live }) {
  const [pen, setPen] = useState("ink");
  const [digit, setDigit] = useState(3);
  const known = Uint8Array.from(state.known, (c) => Number(c));
  const shown = Float32Array.from(state.values, (c, i) =>
    known[i] ? parseInt(c, 16) / 15 : UNKNOWN,
  );
  /** @param {Float32Array} values */
  const drawn = (values) => {
    const next = known.slice();
    const ink = shown.map((v, i) => (known[i] ? v : 0));
    values.forEach((v, i) => {
      if (v === shown[i]) return;
      next[i] = pen === "free" ? 0 : 1;
      ink[i] = v;
    });
    dispatch({ type: "clamp", ...clampWords(next, ink) });
  };
  /** Clamp a part of a row that the machine has been trained on. @param {(r: number, c: number) => boolean} inside */
  const take = (inside) => {
    const row = Array.from(live.labels).indexOf(digit);
    const { data } = live.training;
    const part = Uint8Array.from({ length: PIXELS }, (_, i) => Number(inside(i >> 3, i & 7)));
    dispatch({
      type: "clamp",
      ...clampWords(part, data.subarray(row * PIXELS, (row + 1) * PIXELS)),
    });
  };
  return html`<div class="clamp">
    <h4>${t("dreams.clamp")}</h4>
    <p class="quiet-words">${t("dreams.clamp.lead")}</p>
    <div class="clamp-picture">
      <${PixelCanvas}
        label=${t("dreams.clamp.label")}
        values=${shown}
        rows=${8}
        columns=${8}
        brush="pixel"
        erase=${pen !== "ink"}
        marked=${known}
        onChange=${drawn}
      />
    </div>
    <${Choice}
      label=${t("dreams.pen")}
      value=${pen}
      options=${["ink", "paper", "free"].map((value) => ({ value, label: t(`dreams.pen.${value}`) }))}
      onChange=${setPen}
    />
    <div class="row">
      <${Select}
        label=${t("dreams.clamp.digit")}
        value=${digit}
        inline=${true}
        options=${Array.from({ length: 10 }, (_, k) => ({ value: k, label: String(k) }))}
        onChange=${setDigit}
      />
      <${Button} onClick=${() => take((r) => r < 4)}>${t("dreams.clamp.top")}<//>
      <${Button} onClick=${() => take((_, c) => c < 4)}>${t("dreams.clamp.left")}<//>
      <${Button} icon="trash" onClick=${() => dispatch({ type: "clamp", ...NOTHING })}>
        ${t("dreams.clamp.none")}
      <//>
    </div>
  </div>`;
}
