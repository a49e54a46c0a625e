// What goes to the CDS Hooks service beside this page, and what comes back. Whatever isn't an answer is an error with a plain reason.

import { localTime } from "./controls.js";

const SERVICES = "../cds-services";
const INDICATORS = ["info", "warning", "critical"];
const PATIENT = "demo";
const SECONDS = 10;
const [SHORTEST, FIVE_MINUTES, LONGEST] = [5_000, 300_000, 3_600_000];
export const EXTENSION = "example.spineworkup";

export class ServiceError extends Error {
  constructor(message, exchange = {}) {
    super(message);
    this.exchange = exchange;
  }
}

export async function loadQuestionnaire() {
  const { json } = await fetched("questionnaire");
  if (json?.resourceType !== "Questionnaire" || !Array.isArray(json.item)) throw new ServiceError("The questions can't be read.");
  return json;
}

/** Return the service that answers when a record is opened. */
export async function discover() {
  const { json } = await fetched(SERVICES);
  const found = Array.isArray(json?.services) ? json.services.find(({ hook }) => hook === "patient-view") : undefined;
  if (found === undefined) throw new ServiceError("No service for patient-view was found.");
  // Without such a query what is entered here would not be sent at all.
  if (!Object.values(found.prefetch ?? {}).some(takesAnswers)) throw new ServiceError("The service takes no answers to questions.");
  return found;
}

/** Return the request as a record system would send it that holds these answers, given at some moment, and nothing else. */
export function requestFor(service, questionnaire, items, answered) {
  const response = {
    resourceType: "QuestionnaireResponse",
    questionnaire: questionnaire.version ? `${questionnaire.url}|${questionnaire.version}` : questionnaire.url,
    status: "completed",
    subject: { reference: `Patient/${PATIENT}` },
    authored: localTime(answered),
    item: items,
  };
  const patient = { resourceType: "Patient", id: PATIENT };
  const slots = Object.entries(service.prefetch ?? {}).map(([key, template]) => {
    if (takesAnswers(template)) return [key, searchset(items.length > 0 ? [response] : [])];
    return [key, template.startsWith("Patient/") ? patient : searchset([])];
  });
  return {
    hook: "patient-view",
    hookInstance: crypto.randomUUID(),
    context: { userId: "Practitioner/demo", patientId: PATIENT },
    prefetch: Object.fromEntries(slots),
  };
}

function takesAnswers(template) {
  return template.startsWith("QuestionnaireResponse?");
}

function searchset(resources) {
  const entry = resources.map((resource) => ({ resource, search: { mode: "match" } }));
  return { resourceType: "Bundle", type: "searchset", total: entry.length, ...(entry.length > 0 ? { entry } : {}) };
}

/** Return the cards; an answer without any, or with one that can't be read, is no answer. */
export async function evaluate(service, request, signal) {
  const body = JSON.stringify(request);
  const headers = { "Content-Type": "application/json" };
  const exchange = await fetched(`${SERVICES}/${encodeURIComponent(service.id)}`, { method: "POST", headers, body, signal });
  const cards = exchange.json?.cards;
  if (!Array.isArray(cards) || cards.length === 0) throw new ServiceError("The service answered without a checklist.", exchange);
  if (!cards.every(isCard)) throw new ServiceError("The service answered with something that is no card.", exchange);
  return { cards, ...exchange };
}

/** When an answer may no longer hold though nothing new is entered, in milliseconds: the service says it. */
export function holdsUntil(json) {
  const said = Date.parse(json.extension?.[EXTENSION]?.validUntil) - Date.now();
  return Date.now() + Math.min(Math.max(Number.isNaN(said) ? FIVE_MINUTES : said, SHORTEST), LONGEST);
}

function isCard(card) {
  const isText = (text) => typeof text === "string" && text !== "";
  return isText(card?.summary) && INDICATORS.includes(card.indicator) && isText(card.source?.label);
}

async function fetched(address, options = {}) {
  const started = performance.now();
  const limit = AbortSignal.timeout(SECONDS * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    const answer = await fetch(address, { ...options, signal, cache: "no-store", credentials: "omit", redirect: "error" });
    const text = await answer.text();
    const exchange = { status: answer.status, text, milliseconds: Math.round(performance.now() - started) };
    if (!answer.ok) throw new ServiceError(`The service answered with the error ${answer.status}.`, exchange);
    return { ...exchange, json: parsed(text, exchange) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError(limit.aborted ? `The service did not answer within ${SECONDS} seconds.` : "The service can't be reached.");
  }
}

function parsed(text, exchange) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError("The service's answer can't be read.", exchange);
  }
}
