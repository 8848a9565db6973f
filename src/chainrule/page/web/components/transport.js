// Play, pause, one step, one step back, one epoch, from the beginning.
import { Button, IconButton } from "./button.js";
import { html } from "./html.js";
import { usePage } from "./page_context.js";
import { useShortcuts } from "./shortcuts.js";

/**
 * @typedef {object} TransportProps
 * @property {boolean} playing
 * @property {(playing: boolean) => void} onPlay
 * @property {() => void} [onStep]
 * @property {() => void} [onBack]
 * @property {() => void} [onEpoch]
 * @property {() => void} [onReset] the same weights again
 * @property {() => void} [onNew] new weights
 * @property {() => void} [onBranch]
 * @property {boolean} [canBack]
 * @property {boolean} [disabled] nothing can run (why is for the scene to say)
 * @property {any} [children] live numbers: epoch, loss
 * @property {any} [tools] more buttons at the end
 * @property {Partial<Record<"play" | "pause" | "step" | "back" | "epoch" | "reset" | "new" | "branch", string>>} [labels]
 *   other words than the page's own
 */

/** @param {TransportProps} props */
export function Transport(props) {
  const { playing, onPlay, onStep, onBack, onEpoch, onReset, onNew, onBranch, disabled } = props;
  const { t } = usePage();
  const name = (/** @type {"play"} */ what) => props.labels?.[what] ?? t(`shell.transport.${what}`);
  const buttons = /** @type {[any, any, string, (() => void) | undefined, boolean][]} */ ([
    ["back", "back", "b", onBack, Boolean(disabled) || playing || props.canBack === false],
    ["step", "step", "n", onStep, Boolean(disabled) || playing],
    ["epoch", "epoch", "e", onEpoch, Boolean(disabled) || playing],
    ["reset", "reset", "r", onReset, false],
    ["new", "dice", "w", onNew, false],
    ["branch", "branch", "f", onBranch, Boolean(disabled)],
  ]);
  const given = buttons.filter(([, , , run]) => run);
  useShortcuts([
    {
      key: "k",
      label: `${name("play")} / ${name(/** @type {any} */ ("pause"))}`,
      run: () => onPlay(!playing),
      disabled,
    },
    ...given.map(([what, , key, run, off]) => ({
      key,
      label: name(what),
      run: /** @type {() => void} */ (run),
      disabled: off,
    })),
  ]);
  return html`<div class="transport" role="group" aria-label=${t("shell.transport")}>
    <${Button}
      kind="main"
      label=${playing ? name(/** @type {any} */ ("pause")) : name("play")}
      icon=${playing ? "pause" : "play"}
      shortcut="k"
      disabled=${disabled && !playing}
      onClick=${() => onPlay(!playing)}
    >
      <span class="word">${playing ? name(/** @type {any} */ ("pause")) : name("play")}</span>
    <//>
    ${given.map(
      ([what, icon, key, run, off]) =>
        html`<${IconButton}
          key=${what}
          icon=${icon}
          label=${name(what)}
          shortcut=${key}
          disabled=${off}
          onClick=${run}
        />`,
    )}
    ${props.tools} ${props.children && html`<div class="transport-values">${props.children}</div>`}
  </div>`;
}

/** A live number of the transport. @param {{ name: string, children: any }} props */
export const Reading = ({ name, children }) =>
  html`<span class="reading"
    ><span class="reading-name">${name}</span> <span class="reading-value">${children}</span></span
  >`;
