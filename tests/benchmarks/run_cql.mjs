// Runs a library of ELM over patients that are bare objects, with cql-execution.
//
// In, one JSON a line: {library, names, patients} once; then [from, to], the patients to run. Out, a line for each: what the
// last patient's defines say. Argument: the folder of the node modules.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(join(process.argv[2], "here.js"));
const cql = require("cql-execution");

class Patient {
  constructor(known) {
    this.known = known;
  }
  getId() {
    return "one";
  }
  get(name) {
    return this.known[name];
  }
  findRecords() {
    return [this];
  }
}

let executor, names, patients;
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (given.library) {
    ({ names, patients } = given);
    executor = new cql.Executor(new cql.Library(given), new cql.CodeService({}));
    continue;
  }
  let said = {};
  for (let number = given[0]; number < given[1]; number++) {
    const once = [new Patient(patients[number])];
    const results = await executor.exec({ currentPatient: () => once[0], nextPatient: () => void once.pop() });
    said = results.patientResults.one;
  }
  process.stdout.write(`${JSON.stringify(names.map(name => said[name]))}\n`);
}
