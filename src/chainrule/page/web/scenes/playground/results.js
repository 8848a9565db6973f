// How good it is: losses along the run, accuracy, confusion, R².
import { Button } from "../../components/button.js";
import { Confusion } from "../../components/confusion.js";
import { html, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { percent, short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Toggle } from "../../components/toggle.js";
import { useNumbers } from "./use_trainer.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */

/** @param {{ trainer: Trainer, state: import("./state.js").State, dispatch: (action: any) => void }} props */
export function LossChart({ trainer, state, dispatch }) {
  const { t } = usePage();
  useNumbers(trainer);
  const { plan } = trainer;
  const tested = Boolean(plan?.test);
  const series = () => {
    const { branch, branches, ghosts, current } = trainer;
    if (!branch) return [];
    const several = branches.length > 1;
    /** @param {string} what @param {string} name */
    const name = (what, name) => (several ? `${name} ${t(what)}` : t(what));
    const lines = [
      {
        name: name("playground.train.loss", branch.name),
        x: branch.curve.epochs,
        y: branch.curve.train,
      },
    ];
    if (tested) {
      lines.push({
        ...{
          name: name("playground.test.loss", branch.name),
          x: branch.curve.epochs,
          y: branch.curve.test,
        },
        ...{ dashed: true },
      });
    }
    const others = [
      ...branches.filter((_, k) => k !== current),
      ...ghosts.map(({ name: ghost, curve }) => ({
        name: t("playground.before", { name: ghost }),
        curve,
      })),
    ];
    for (const other of others) {
      lines.push({
        ...{
          name: other.name,
          x: other.curve.epochs,
          y: tested ? other.curve.test : other.curve.train,
        },
        ...{ faint: true, dashed: tested },
      });
    }
    return lines;
  };
  const perEpoch = trainer.session?.about.stepsPerEpoch ?? 1;
  const tools = html`<${Toggle}
    label=${t("playground.log")}
    value=${state.view.log}
    onChange=${(/** @type {boolean} */ log) => dispatch({ type: "view", changes: { log } })}
  />`;
  return html`<${Panel}
    title=${t("playground.losses")}
    help=${{ text: t("playground.losses.help", { loss: plan?.loss ?? "" }) }}
    tools=${tools}
  >
    ${
      (trainer.branch?.curve.epochs.length ?? 0) < 2 && trainer.ghosts.length === 0
        ? html`<p class="chart-empty quiet-words">${t("playground.losses.empty")}</p>`
        : html`<${LineChart}
            label=${t("playground.losses")}
            series=${series}
            xLabel=${t("playground.epoch")}
            log=${state.view.log}
            height=${190}
            legend=${true}
            version=${`${trainer.version} ${state.view.log}`}
            marker=${trainer.playing ? null : (trainer.look?.epoch ?? null)}
            onPick=${(/** @type {number} */ epoch) => trainer.goTo(Math.min(Math.round(epoch * perEpoch), trainer.look?.last ?? 0))}
          />`
    }
    ${
      trainer.ghosts.length > 0 &&
      html`<${Button} kind="quiet" icon="trash" onClick=${() => trainer.forgetGhosts()}>
        ${t("playground.forget")}
      <//>`
    }
  <//>`;
}

/** @param {{ trainer: Trainer }} props */
export function Results({ trainer }) {
  const { t } = usePage();
  useNumbers(trainer);
  const [onTest, setOnTest] = useState(true);
  const { plan, look } = trainer;
  if (!plan || !look) return null;
  const tested = look.test !== null;
  const shown = tested && onTest ? look.test : look.train;
  const rows = [
    [t("playground.loss"), look.train.loss, look.test?.loss, (/** @type {number} */ v) => short(v)],
    ...(plan.rows.classes
      ? [[t("playground.accuracy"), look.train.accuracy, look.test?.accuracy, percent]]
      : [
          [t("playground.r2"), look.train.r2, look.test?.r2, (/** @type {number} */ v) => short(v)],
          [
            t("playground.rmse"),
            look.train.error,
            look.test?.error,
            (/** @type {number} */ v) => short(v),
          ],
        ]),
  ];
  return html`<${Panel} title=${t("playground.results")}>
    <table class="measures">
      <thead>
        <tr>
          <td></td>
          <th scope="col">${t("playground.training.rows", { n: plan.train.n })}</th>
          ${tested && html`<th scope="col">${t("playground.test.rows", { n: plan.test?.n ?? 0 })}</th>`}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, train, test, write]) =>
            html`<tr key=${name}>
              <th scope="row">${name}</th>
              <td>${/** @type {any} */ (write)(train)}</td>
              ${tested && html`<td>${/** @type {any} */ (write)(test)}</td>`}
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      shown?.confusion &&
      html`<${Confusion}
          label=${t(tested && onTest ? "playground.confusion.test" : "playground.confusion.train")}
          counts=${shown.confusion}
          names=${plan.rows.words}
        />
        ${
          tested &&
          html`<${Toggle}
            label=${t("playground.confusion.on_test")}
            value=${onTest}
            onChange=${setOnTest}
          />`
        }`
    }
  <//>`;
}
