// Applies a PlanDefinition to one patient after another, with encender.
//
// In, one JSON a line: first {plan, resources}, the plan with what belongs to it; then a Bundle for each patient. Out, one
// line for each patient: {kept, groups, requests, asks}: the ids of the actions that were kept, those of the groups among
// them, what was made of the actions, and what the action says that asks what is not known.
// Argument: the folder of the node modules.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

const modules = process.argv[2];
const require = createRequire(join(modules, "here.js"));
const { applyPlan, simpleResolver } = await import(pathToFileURL(join(modules, "encender/src/main.js")));
const worker = require.resolve("cql-worker/src/cql-worker-thread.js");
const aux = { isNodeJs: true, WorkerFactory: () => new Worker(worker), valueSetJson: {} };

const atoms = actions => actions.flatMap(action => (action.action ? atoms(action.action) : [action]));
const groups = actions => actions.filter(action => action.action).map(action => action.id);

let plan, resources;
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (given.plan) {
    ({ plan, resources } = given);
    continue;
  }
  const records = given.entry.map(entry => entry.resource);
  const found = await applyPlan(plan, "Patient/p", simpleResolver([plan, ...resources, ...records], true), aux);
  const { action } = found.find(resource => resource.resourceType === "RequestGroup" && resource.action);
  const made = new Map(found.map(resource => [`${resource.resourceType}/${resource.id}`, resource]));
  const kept = atoms(action);
  const requests = Object.fromEntries(kept.map(one => [one.id, made.get(one.resource.reference)?.resourceType ?? null]));
  const ask = kept.find(one => one.id === "ask-what-is-not-known");
  const asks = ask ? made.get(ask.resource.reference).description : null;
  process.stdout.write(`${JSON.stringify({ kept: kept.map(one => one.id), groups: groups(action), requests, asks })}\n`);
}
