// Prints the numbers of the articles as JSON, computed by the page's own modules.
const [root] = process.argv.slice(2);
const { createRun } = await import(`${root}/scenes/articles/article.js`);
const { neuron } = await import(`${root}/scenes/articles/neuron.js`);
const { twoLayer } = await import(`${root}/scenes/articles/two_layer.js`);
const { xor, gradientCheck } = await import(`${root}/scenes/articles/xor.js`);
const { randomState } = await import(`${root}/data/mersenne_twister.js`);

function finished(article, options, steps) {
  const run = createRun(article, options, steps);
  while (!run.advance(1000));
  return run;
}

const bits = (k) => [k >> 2, (k >> 1) & 1, k & 1];
const one = finished(neuron, {}, 15000);
const two = Object.fromEntries(
  [0, 1, 2, 3, 42].map((seed) => {
    const run = finished(twoLayer, { seed }, 1500);
    const answers = (step) =>
      twoLayer.X.map((x) => twoLayer.answer(x, run.weights(step), { seed }).answer);
    return [
      seed,
      {
        start: run.weights(0),
        end: run.weights(1500),
        before: answers(1499),
        after: answers(1500),
        losses: Object.fromEntries(
          [0, 1, 10, 100, 200, 500, 1000, 1499].map((i) => [i, run.losses[i]]),
        ),
      },
    ];
  }),
);
const variants = ["tanh", "logistic"].flatMap((activation) =>
  ["right", "published"].map((derivative) => ({ activation, derivative })),
);
const exclusive = variants.flatMap((variant) =>
  [0, 3].map((seed) => {
    const options = { ...variant, seed };
    const run = finished(xor, options, 10000);
    const last = run.weights(10000);
    return {
      ...options,
      answers: xor.X.map((x) => xor.answer(x.slice(0, 2), last, options).answer),
      loss: run.losses[10000],
      check: gradientCheck(run.weights(2000), options, 1),
    };
  }),
);
const stream = randomState(4294967295);
console.log(
  JSON.stringify({
    neuron: Object.fromEntries(
      [1, 10, 100, 1000, 10000, 15000].map((k) => [
        k,
        {
          w: one.weights(k).w.flat(),
          pred: [0, 1, 2, 3, 4, 5, 6, 7].map(
            (x) => neuron.answer(bits(x), one.weights(k), {}).answer,
          ),
        },
      ]),
    ),
    w0: one.weights(0).w.flat(),
    two,
    exclusive,
    stream: {
      random: Array.from({ length: 700 }, () => stream.random()),
      below: Array.from({ length: 50 }, (_, k) => stream.below(k + 1)),
    },
  }),
);
