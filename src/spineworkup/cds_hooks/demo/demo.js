// The page: every change asks the service anew, and only what answers the entries of now is shown as the answer.

import { cardNode, keepOpen, linesOf, markNew } from "./cards.js";
import { buildForm } from "./form.js";
import { element } from "./markdown.js";
import { ServiceError, discover, evaluate, holdsUntil, loadQuestionnaire, requestFor } from "./service.js";

const PAUSE = 250; // after the last key, in milliseconds
const byId = (id) => document.getElementById(id);

let form, questionnaire, service, timer;
let running = new AbortController();
let answered = new Date(); // when the questions were, not when the service did
let validUntil = Infinity;

start();

async function start() {
  try {
    [questionnaire, service] = await Promise.all([loadQuestionnaire(), discover()]);
    form = buildForm(questionnaire, byId("groups"));
  } catch (error) {
    return showError(error, start);
  }
  listen();
  return ask();
}

function listen() {
  const node = byId("form");
  node.addEventListener("submit", (event) => event.preventDefault());
  node.addEventListener("input", entered);
  node.addEventListener("change", entered);
  // The fields are empty only after the event.
  node.addEventListener("reset", () => setTimeout(() => { search(); changed(); }));
  // A page that was out of sight, or kept by the browser, may show an answer of some time ago.
  document.addEventListener("visibilitychange", () => Date.now() >= validUntil && ask());
  addEventListener("pageshow", (event) => event.persisted && ask());
}

function entered(event) {
  if (event.target.id === "filter") search();
  else changed();
}

function search() {
  const words = byId("filter").value;
  const found = form.filter(words);
  byId("found").textContent = words.trim() === "" ? "" : `${found} found`;
}

function changed() {
  answered = new Date();
  form.update();
  showWaiting();
  later(PAUSE);
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(ask, milliseconds);
}

/** Ask the service; an answer that a change or a newer request has overtaken is dropped. */
async function ask() {
  showWaiting();
  const mine = running;
  const request = requestFor(service, questionnaire, form.answers(), answered);
  const lines = form.lines();
  byId("request").textContent = JSON.stringify(request, null, 2);
  try {
    const answer = await evaluate(service, request, mine.signal);
    if (mine === running) showAnswer(answer, lines);
  } catch (error) {
    if (mine === running) showError(error, ask);
  }
}

function showWaiting() {
  clearTimeout(timer);
  running.abort();
  running = new AbortController();
  setState("waiting", "Being evaluated. What is below answers earlier entries.");
  say("Being evaluated…");
}

function showAnswer({ cards, json, status, milliseconds }, lines) {
  const place = byId("cards");
  const nodes = cards.map((card) => cardNode(card, form.jump));
  markNew(nodes, linesOf(place));
  keepOpen(nodes, place);
  place.replaceChildren(...nodes);
  byId("entered").replaceChildren(...lines.map((line) => element("li", { textContent: line })));
  byId("error").replaceChildren();
  byId("answered").textContent = `Answered on ${new Date().toLocaleString("en-GB")}`;
  showExchange(`${service.id} answered ${status} in ${milliseconds} ms.`, JSON.stringify(json, null, 2));
  setState("answered");
  say(cards[0].summary, cards[0].indicator);
  validUntil = holdsUntil(json);
  later(validUntil - Date.now());
}

function showError(error, retry) {
  const again = element("button", { type: "button", textContent: "Try again" });
  again.addEventListener("click", () => retry());
  const words = element("strong", { textContent: "Could not evaluate. " });
  const why = error instanceof ServiceError ? error.message : "The page can't show what it got.";
  byId("error").replaceChildren(element("p", { className: "error" }, words, `${why} `, again));
  const { status, text } = error.exchange ?? {};
  showExchange(status ? `it answered ${status}.` : "it gave no answer.", text ?? "");
  setState("failed", "Out of date. What is below answers earlier entries: don't use it.");
  say("Could not evaluate", "failed");
}

function showExchange(words, text) {
  byId("exchange").textContent = words;
  byId("response").textContent = text;
}

/** Unless what is shown answers the entries of now, it is greyed out and says so; there may be nothing yet. */
function setState(state, words = "") {
  byId("answer").dataset.state = state;
  byId("stale").textContent = words;
  byId("stale").hidden = words === "" || !byId("cards").hasChildNodes();
}

/** Say how it stands, on top and to screen readers: in the words of the loudest card, which comes first. */
function say(words, look = "") {
  byId("bar").className = `bar ${look}`;
  byId("status").textContent = words;
}
