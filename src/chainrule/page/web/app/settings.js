// Settings of the reader, kept from visit to visit where the browser allows it.
import { PALETTES } from "../components/palette.js";

const PLACE = "chainrule";

/** @typedef {Pick<import("./state.js").State, "language" | "theme" | "palette" | "larger">} Settings */

/** Return what was kept; anything that is not understood is left out. @returns {Partial<Settings>} */
export function keptSettings() {
  try {
    return understood(JSON.parse(localStorage.getItem(PLACE) ?? "{}"));
  } catch {
    return {};
  }
}

/** @param {any} kept @returns {Partial<Settings>} */
export function understood(kept) {
  /** @type {Partial<Settings>} */
  const settings = {};
  if (["en", "zh"].includes(kept?.language)) settings.language = kept.language;
  if (["auto", "light", "dark"].includes(kept?.theme)) settings.theme = kept.theme;
  if (PALETTES.includes(kept?.palette)) settings.palette = kept.palette;
  if (typeof kept?.larger === "boolean") settings.larger = kept.larger;
  return settings;
}

/** @param {Settings} settings */
export function keepSettings({ language, theme, palette, larger }) {
  try {
    localStorage.setItem(PLACE, JSON.stringify({ language, theme, palette, larger }));
  } catch {
    // A page opened from a file, or a private window: the settings last as long as the page.
  }
}
