// Prints what it read: the test of the way in and out.
import { readFileSync } from "node:fs";

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8"))));
