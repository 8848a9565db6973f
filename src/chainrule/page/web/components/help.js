// "What is this?": a sentence, its equation, and where it comes from.
import { Formula } from "./formula.js";
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "./html.js";
import { Icon } from "./icon.js";
import { usePage } from "./page_context.js";

/**
 * @typedef {string | { text?: string, equation?: string, reference?: string, topic?: string }} HelpOf
 * A topic of Python's docstrings such as "optimizers.Adam" or "optimizers.Adam.lr", or the words
 * themselves. With both, the words come first and the topic's equation and reference follow.
 */

/**
 * Return what is said about a topic or given as words, or null where there is nothing.
 *
 * @param {HelpOf} of
 * @param {import("./page_context.js").PageContext} page
 */
export function explanation(of, page) {
  if (typeof of === "string") return page.explain(of);
  const known = of.topic ? page.explain(of.topic) : null;
  const sentence = of.text ?? known?.sentence;
  if (!sentence) return null;
  return {
    sentence,
    equation: of.equation ?? known?.equation,
    reference: of.reference ?? known?.reference,
  };
}

/** @param {{ of: HelpOf, label: string }} props `label` names what is explained */
export function Help({ of, label }) {
  const page = usePage();
  const id = useId();
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  const card = useRef(/** @type {HTMLElement | null} */ (null));

  useEffect(() => {
    if (!open) return undefined;
    const outside = (/** @type {Event} */ event) => {
      if (!root.current?.contains(/** @type {Node} */ (event.target))) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);

  useLayoutEffect(() => {
    if (open && card.current && button.current) place(card.current, button.current);
  }, [open]);

  const said = explanation(of, page);
  if (!said) return null;
  return html`<span
    class="help"
    ref=${root}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || !open) return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    }}
  >
    <button
      type="button"
      class="help-button"
      ref=${button}
      aria-label=${page.t("shell.help.of", { name: label })}
      title=${page.t("shell.help")}
      aria-expanded=${open}
      aria-controls=${open ? id : undefined}
      onClick=${() => setOpen(!open)}
    >
      <${Icon} name="help" />
    </button>
    <span class="help-card" id=${id} role="status" ref=${card} data-open=${open}>
      ${
        open &&
        html`<span class="help-name">${label}</span>
          <span class="help-sentence">${coded(said.sentence)}</span>
          ${
            said.equation &&
            lines(said.equation).map(
              (line, k) =>
                html`<span class="help-equation" key=${k}><${Formula} text=${line} /></span>`,
            )
          }
          ${said.reference && html`<span class="help-reference">${coded(said.reference)}</span>`}`
      }
    </span>
  </span>`;
}

/** Set the codes of a docstring, which stand between backticks. @param {string} sentence */
const coded = (sentence) =>
  sentence.split("`").map((part, k) => (k % 2 ? html`<code key=${k}>${part}</code>` : part));

/** Return an equation's lines; what follows "with" has lines of its own. @param {string} equation */
const lines = (equation) => equation.split(/\n|,? with (?=\S+ = )|，(?=\S+ = )/);

/**
 * Put a card below its button, or above it, inside the window.
 *
 * @param {HTMLElement} card
 * @param {HTMLElement} button
 */
function place(card, button) {
  const from = button.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.max(
    8,
    Math.min(from.left - 12, document.documentElement.clientWidth - width - 8),
  );
  const below = from.bottom + 6;
  const fits = below + height <= innerHeight - 8 || from.top - height - 6 < 8;
  card.style.left = `${left}px`;
  card.style.top = `${fits ? below : from.top - height - 6}px`;
}
