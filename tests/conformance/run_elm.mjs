// Runs libraries of ELM over patients, with cql-execution and cql-exec-fhir.
//
// In, one JSON a line: {library, names} says what is run from here on; a Bundle is a patient. Out, one line for each
// patient: the values of the named defines; what is undefined, or is neither a boolean, a number nor a text, says so.
// Arguments: the folder of the node modules; and `stock`, if records are to be found as cql-exec-fhir and the engine do it,
// by looking at the codes of every one each time. Without it they are looked up by their code, as a server does; all else
// is read by cql-exec-fhir in both cases.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [modules, stock] = process.argv.slice(2);
const require = createRequire(join(modules, "here.js"));
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");
const source = fhir.PatientSource.FHIRv401();

function byCode(bundle) {
  const found = new Map();
  for (const { resource } of bundle.entry) {
    for (const { system, code } of resource.code?.coding ?? []) {
      const key = `${resource.resourceType}|${system}|${code}`;
      found.set(key, [...(found.get(key) ?? []), resource]);
    }
  }
  return found;
}

function patientOf(bundle) {
  source.reset();
  source.loadBundles([bundle]);
  const patient = source.currentPatient();
  if (stock) return patient;
  const Record = Object.getPrototypeOf(patient.constructor);
  const index = byCode(bundle);
  patient.findRecords = (profile, details) => {
    const type = details.datatype.replace("{http://hl7.org/fhir}", "");
    const records = (details.codes ?? []).flatMap(code => index.get(`${type}|${code.system}|${code.code}`) ?? []);
    // They are filtered: the engine needn't do it again.
    delete details.codes;
    const model = source._modelInfo;
    return records.map(record => new Record(record, model.findClass(details.datatype), model));
  };
  return patient;
}

const said = value => {
  if (value === undefined) return "undefined!";
  return value === null || ["boolean", "number", "string"].includes(typeof value) ? value : `${typeof value}!`;
};

let executor, names;
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (given.library) {
    names = given.names;
    executor = new cql.Executor(new cql.Library(given), new cql.CodeService({}));
    continue;
  }
  const once = [patientOf(given)];
  const results = await executor.exec({ currentPatient: () => once[0], nextPatient: () => void once.pop() });
  const [values] = Object.values(results.patientResults);
  process.stdout.write(`${JSON.stringify(names.map(name => said(values[name])))}\n`);
}
