// The page around a recorded run: written by cr.report.
import { html } from "../../components/html.js";

/** @param {any} props */
export function ReportView({ t }) {
  return html`<h2>${t("one_update.report.title")}</h2>`;
}
