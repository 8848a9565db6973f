// The colors of data. Each palette goes from low over the paper's color to high, in lightness as
// well as in hue, so that people who confuse hues read it too. No browser is needed here.

/** @typedef {"blue_orange" | "purple_green" | "blue_red" | "gray"} PaletteName */
/** @typedef {[number, number, number]} Rgb */

/** Low and high end of each palette, for light and for dark pages. */
const ENDS = {
  blue_orange: { light: ["#b35806", "#1f5fa8"], dark: ["#ff9e3d", "#5aa9ff"] },
  purple_green: { light: ["#762a83", "#1b7837"], dark: ["#c79be0", "#63d08a"] },
  blue_red: { light: ["#b2182b", "#2166ac"], dark: ["#ff8a80", "#6db3f2"] },
  gray: { light: ["#8a8f98", "#1b1f24"], dark: ["#6b7280", "#f2f4f7"] },
};

/** Points between the middle and an end, so that small values are seen: [share, toward the end]. */
const MIDDLE = { light: "#f7f7f7", dark: "#20242c" };

/** Ten colors for classes, told apart by people who confuse red and green (after Okabe and Ito). */
const CLASSES = {
  light: [
    "#b35806",
    "#1f5fa8",
    "#00785a",
    "#a3387f",
    "#6b6b00",
    "#0b7a99",
    "#7a3e9d",
    "#8c2d2d",
    "#4d5560",
    "#2f7d1f",
  ],
  dark: [
    "#ff9e3d",
    "#5aa9ff",
    "#3fd6a8",
    "#f58ac7",
    "#d6d24a",
    "#5fd3ee",
    "#c79bf2",
    "#ff8f86",
    "#b6bec9",
    "#8fdb6f",
  ],
};

export const PALETTES = /** @type {PaletteName[]} */ (Object.keys(ENDS));

/** @param {string} color "#rrggbb" @returns {Rgb} */
export const rgb = (color) => [
  parseInt(color.slice(1, 3), 16),
  parseInt(color.slice(3, 5), 16),
  parseInt(color.slice(5, 7), 16),
];

/** @param {Rgb} color */
export const css = ([r, g, b]) => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;

/** @param {Rgb} from @param {Rgb} to @param {number} share @returns {Rgb} */
export const mix = (from, to, share) => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/**
 * Return the color of a number in [−1, 1]: low end, middle, high end.
 *
 * @param {PaletteName} name
 * @param {boolean} dark
 * @returns {(value: number) => Rgb}
 */
export function diverging(name, dark) {
  const theme = dark ? "dark" : "light";
  const middle = rgb(MIDDLE[theme]);
  const [low, high] = ENDS[name][theme].map(rgb);
  return (value) => {
    if (Number.isNaN(value)) return dark ? [90, 90, 90] : [160, 160, 160];
    const size = Math.min(1, Math.abs(value));
    return mix(middle, value < 0 ? low : high, size ** 0.85);
  };
}

/**
 * Return the color of a number in [0, 1]: the paper's color to the high end.
 *
 * @param {PaletteName} name
 * @param {boolean} dark
 * @returns {(value: number) => Rgb}
 */
export function sequential(name, dark) {
  const color = diverging(name, dark);
  return (value) => color(Math.max(0, value));
}

const LEVELS = 256;
/** @type {Map<string, Uint32Array>} */
const tables = new Map();

/**
 * Return 513 colors from −1 to 1 as pixels (little-endian RGBA), for fast drawing.
 *
 * @param {PaletteName} name
 * @param {boolean} dark
 */
export function pixelTable(name, dark) {
  const key = `${name} ${dark}`;
  let table = tables.get(key);
  if (!table) {
    const color = diverging(name, dark);
    table = new Uint32Array(2 * LEVELS + 1);
    for (let k = 0; k <= 2 * LEVELS; k += 1) table[k] = pixel(color(k / LEVELS - 1));
    tables.set(key, table);
  }
  return table;
}

/** @param {Rgb} color */
export const pixel = ([r, g, b]) =>
  ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;

/**
 * Return the color of class k; two classes have the ends of the palette.
 *
 * @param {number} k
 * @param {PaletteName} name
 * @param {boolean} dark
 * @param {number} [classes] how many there are
 * @returns {string}
 */
export function classColor(k, name, dark, classes = 10) {
  const theme = dark ? "dark" : "light";
  if (classes <= 2) return ENDS[name][theme][k === 0 ? 0 : 1];
  const list = CLASSES[theme];
  return list[k % list.length];
}

/** Return a color for line k of a chart. @param {number} k @param {boolean} dark */
export const lineColor = (k, dark) => {
  const list = CLASSES[dark ? "dark" : "light"];
  return list[[1, 0, 2, 3, 5, 6, 4, 7, 8, 9][k % 10]];
};

/** Return black or white, whichever reads better on a color. @param {Rgb} color */
export function readable([r, g, b]) {
  const linear = (/** @type {number} */ c) => {
    const share = c / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return light > 0.179 ? "#000000" : "#ffffff";
}
