// Draws many signs with the page's pen and reads them; prints the ink and what was read.
const [root] = process.argv.slice(2);
const { drawn, PENS, simplified, writeStrokes, readStrokes, areStrokes } = await import(
  `${root}/data/strokes.js`
);
const { readSign, centerOfMass } = await import(`${root}/data/ink.js`);
const { randomState } = await import(`${root}/data/mersenne_twister.js`);

const random = randomState(7);
const between = (a, b) => a + Math.floor(random.random() * (b - a));

/** Whether a sign's middle lies exactly between two places; then it may go to either. */
const isTie = ({ thick, centered }) =>
  centerOfMass(thick).some((middle, k) => {
    const size = k ? centered.width : centered.height;
    return Math.abs(((size / 2 - middle + 100) % 1) - 0.5) < 1e-9;
  });

/** A wandering line. */
function wander() {
  let [x, y] = [between(25, 130), between(25, 130)];
  const stroke = [[x, y]];
  for (let k = between(1, 9); k >= 0; k--) {
    x = Math.min(150, Math.max(9, x + between(-45, 45)));
    y = Math.min(150, Math.max(9, y + between(-45, 45)));
    stroke.push([x, y]);
  }
  return stroke;
}

const cases = [
  [
    [
      [80, 20],
      [80, 140],
    ],
  ],
  [
    [
      [20, 80],
      [140, 80],
    ],
  ],
  [[[80, 80]]],
  [],
];
cases.push([
  [
    [40, 30],
    [40, 130],
  ],
  [
    [110, 30],
    [110, 130],
  ],
]); // two signs
cases.push(
  [
    [
      [5, 5],
      [5, 150],
    ],
  ],
  [
    [
      [80, 0],
      [80, 159],
    ],
  ],
  [
    [
      [0, 80],
      [159, 80],
    ],
  ],
);
while (cases.length < 60) cases.push(Array.from({ length: between(1, 4) }, wander));

const results = cases.map((strokes, k) => {
  const pen = Object.values(PENS)[k % 3];
  const ink = drawn(strokes, pen);
  let read;
  try {
    const [small, large] = [readSign(ink), readSign(ink, 28, 255)];
    read = { pixels: [...small.pixels], large: [...large.pixels] };
    read.ties = [small, large].map(isTie);
  } catch (refusal) {
    read = { key: refusal.key, values: refusal.values };
  }
  const back = readStrokes(writeStrokes(strokes));
  return {
    ink: Buffer.from(Uint8Array.from(ink.values, (v) => Math.round(255 * v))).toString("base64"),
    ...read,
    same: JSON.stringify(back) === JSON.stringify(strokes) && areStrokes(strokes),
  };
});

const circle = Array.from({ length: 300 }, (_, k) => [
  80 + 50 * Math.cos(k / 48),
  80 + 50 * Math.sin(k / 48),
]);
const refused = [
  "zz",
  "0",
  "00001",
  "0-0",
  "ABCD",
  "zzzz",
  "00_0",
  "-",
  5,
  null,
  "0".repeat(20000),
];
console.log(
  JSON.stringify({
    results,
    points: simplified(circle).length,
    refused: refused.map((text) => {
      try {
        return JSON.stringify(readStrokes(text));
      } catch (refusal) {
        return refusal.key;
      }
    }),
    strange: [[[]], [[[1.5, 2]]], [[[1, 160]]], "x", [5], [[5]], null].map(areStrokes),
  }),
);
