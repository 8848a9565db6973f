// Reads descriptions of networks; writes what the page makes of each.
import { readFileSync } from "node:fs";

const [, , file, graph] = process.argv;
const { initialTheta, toBytes, trace } = await import(graph);
const answers = JSON.parse(readFileSync(file, "utf8")).map((network) => {
  const programs = trace(network);
  const answer = { theta: [], bytes: {}, defaults: {} };
  for (const mode of ["train", "predict", "score", "sample"]) {
    if (!programs[mode]) continue;
    answer.bytes[mode] = Buffer.from(toBytes(programs[mode])).toString("base64");
    answer.defaults[mode] = programs[mode].defaults;
  }
  answer.output = programs.output;
  const theta = initialTheta(programs, network);
  answer.theta = Buffer.from(theta.buffer).toString("base64");
  return answer;
});
process.stdout.write(JSON.stringify(answers));
