// The questions of a FHIR Questionnaire as a form, and what is entered as the items of a QuestionnaireResponse.
// "Not known" is where every question starts, and it is never sent as an answer.

import { element } from "./markdown.js";

const NOT_KNOWN = "Not known";
const NUMBER = /^[+-]?\d{1,9}(\.\d{1,6})?$/;
const UNITS = /\/questionnaire-unit(Option)?$/;

/** Build the form; return how to read it, empty it and find a question in it. */
export function buildForm(questionnaire, place) {
  const questions = [];
  place.replaceChildren(...questionnaire.item.map((item) => itemNode(item, questions)));
  const byId = new Map(questions.map((question) => [question.item.linkId, question]));
  const update = () => {
    for (const question of questions) {
      const isAsked = isEnabled(question.item, byId);
      if (isAsked === question.node.hidden) question.asked?.(isAsked);
      question.node.hidden = !isAsked;
    }
    for (const group of place.querySelectorAll("details.group")) countKnown(group, questions);
  };
  update();
  return {
    update,
    questions: questions.length,
    answers: () => answersOf(questionnaire.item, byId),
    lines: () => questions.filter(({ node }) => !node.hidden).flatMap(lineOf),
    jump: (id) => jump(byId.get(id), place),
    filter: (words) => filter(words, place, questions, byId),
  };
}

function itemNode(item, questions) {
  if (item.type === "group") return groupNode(item, questions);
  if (item.type === "display") return helpNode(item);
  const control = Object.hasOwn(CONTROLS, item.type) ? CONTROLS[item.type] : unknownControl;
  const made = control(item);
  const follow = (item.item ?? []).map((child) => itemNode(child, questions));
  made.node.append(...follow);
  questions.push({ item, ...made, problem: made.problem ?? (() => "") });
  return made.node;
}

function groupNode(item, questions) {
  const count = element("span", { className: "count" });
  const summary = element("summary", {}, element("h3", { textContent: item.text ?? item.linkId }), count);
  const nodes = (item.item ?? []).map((child) => itemNode(child, questions));
  return element("details", { className: "group" }, summary, ...nodes);
}

/** What a form says itself; the help with a question, its source above all, is folded away. */
function helpNode(item) {
  const words = element("p", { className: "help", textContent: item.text ?? "" });
  if (!item.linkId.endsWith(".help")) return words;
  return element("details", { className: "help" }, element("summary", { textContent: "Note and source" }), words);
}

function countKnown(group, questions) {
  const isKnown = ({ item, node, answer }) => !item.linkId.endsWith(".at") && !node.hidden && group.contains(node) && answer() !== null;
  const known = questions.filter(isKnown);
  group.querySelector(".count").textContent = known.length > 0 ? `${known.length} known` : "";
}

// One function for each type: the node, and how to read the answer from it (null: not known).

const CONTROLS = {
  boolean: booleanControl,
  choice: choiceControl,
  quantity: quantityControl,
  decimal: (item) => numberControl(item, (value) => ({ valueDecimal: value })),
  integer: (item) => numberControl(item, (value) => ({ valueInteger: value })),
  dateTime: timeControl,
};

function booleanControl(item) {
  const options = [["true", "Present"], ["false", "Absent"], ["", NOT_KNOWN]];
  const radios = options.map(([value]) =>
    element("input", { type: "radio", name: item.linkId, value, defaultChecked: value === "" }),
  );
  const labels = options.map(([, words], n) => element("label", {}, radios[n], element("span", { textContent: words })));
  const row = element("div", { className: "choices" }, ...labels);
  const node = element("fieldset", { className: "question" }, element("legend", { textContent: wordsOf(item) }), row);
  const answer = () => {
    const chosen = radios.find((radio) => radio.checked)?.value ?? "";
    return chosen === "" ? null : { valueBoolean: chosen === "true" };
  };
  return { node, answer, focus: () => (radios.find((radio) => radio.checked) ?? radios[0]).focus() };
}

function choiceControl(item) {
  const codings = (item.answerOption ?? []).map((option) => option.valueCoding);
  const options = codings.map((coding, n) => element("option", { value: String(n), textContent: coding.display ?? coding.code }));
  const select = element("select", { id: idOf(item) }, element("option", { value: "", textContent: NOT_KNOWN }), ...options);
  const answer = () => (select.value === "" ? null : { valueCoding: codings[Number(select.value)] });
  return { node: questionNode(item, select), answer, focus: () => select.focus() };
}

function numberControl(item, valueOf, unit = null) {
  const help = element("span", { id: `${idOf(item)}-problem`, className: "problem" });
  const input = element("input", { id: idOf(item), type: "text", inputMode: "decimal", size: 8, autocomplete: "off" });
  input.setAttribute("aria-describedby", help.id);
  const text = () => input.value.trim();
  const problem = () => {
    const wrong = text() !== "" && !NUMBER.test(text());
    help.textContent = wrong ? "Not a number, such as 2.5: not sent, and not known." : "";
    input.setAttribute("aria-invalid", String(wrong));
    return help.textContent;
  };
  const answer = () => (text() === "" || problem() ? null : valueOf(Number(text())));
  return { node: questionNode(item, input, unit, help), answer, problem, focus: () => input.focus() };
}

function quantityControl(item) {
  const units = (item.extension ?? []).filter(({ url }) => UNITS.test(url)).map(({ valueCoding }) => valueCoding);
  const distinct = [...new Map(units.map((unit) => [unit.code, unit])).values()];
  if (distinct.length === 0) return unknownControl(item);
  const options = distinct.map((unit, n) => element("option", { value: String(n), textContent: unit.display ?? unit.code }));
  const select = element("select", { "aria-label": `Unit: ${wordsOf(item)}` }, ...options);
  const valueOf = (value) => {
    const { system, code, display } = distinct[Number(select.value)];
    return { valueQuantity: { value, unit: display ?? code, system, code } };
  };
  return numberControl(item, valueOf, select);
}

function timeControl(item) {
  const input = element("input", { id: idOf(item), type: "datetime-local", autocomplete: "off" });
  const now = element("button", { type: "button", textContent: "Now", "aria-label": `Now: ${wordsOf(item)}` });
  const fill = () => (input.value = localTime(new Date()).slice(0, 16));
  now.addEventListener("click", () => {
    fill();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // What is entered now was, until somebody corrects it, seen now; the time stands there for all to see.
  const asked = (isAsked) => (isAsked ? fill() : (input.value = ""));
  const answer = () => (input.value === "" ? null : { valueDateTime: localTime(new Date(input.value)) });
  return { node: questionNode(item, input, now), answer, asked, focus: () => input.focus() };
}

function unknownControl(item) {
  const words = `${wordsOf(item)}: this page can't ask questions of this type`;
  return { node: element("p", { className: "question", textContent: words }), answer: () => null, focus: () => {} };
}

function questionNode(item, ...controls) {
  const label = element("label", { htmlFor: idOf(item), textContent: wordsOf(item) });
  return element("div", { className: "question" }, label, element("div", { className: "answer" }, ...controls));
}

function wordsOf(item) {
  return item.text ?? item.linkId;
}

function idOf(item) {
  return `q-${item.linkId}`;
}

/** A moment with the offset of this machine, which FHIR needs. */
export function localTime(moment) {
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const offset = -moment.getTimezoneOffset();
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  return `${day}T${time}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

// What is asked, and what was answered.

/** What is entered in words, for the printed page; also what can't be read, which isn't sent. */
function lineOf({ item, answer, problem }) {
  const given = answer();
  if (given === null) return problem() ? [`${wordsOf(item)} ${problem()}`] : [];
  const [value] = Object.values(given);
  if (typeof value === "boolean") return [`${wordsOf(item)} ${value ? "Present" : "Absent"}`];
  return [`${wordsOf(item)}: ${value.display ?? (value.unit ? `${value.value} ${value.unit}` : value)}`];
}

function isEnabled(item, byId) {
  const conditions = item.enableWhen ?? [];
  const holds = (condition) => {
    const asked = byId.get(condition.question);
    const answer = asked === undefined || !isEnabled(asked.item, byId) ? null : asked.answer();
    if (condition.operator === "exists") return (answer !== null) === condition.answerBoolean;
    // A condition that this page doesn't know hides nothing.
    if (condition.operator !== "=") return true;
    if (answer === null) return false;
    if (condition.answerCoding) return answer.valueCoding?.code === condition.answerCoding.code;
    return answer.valueBoolean === condition.answerBoolean;
  };
  return conditions.length === 0 || conditions[item.enableBehavior === "any" ? "some" : "every"](holds);
}

function answersOf(items, byId) {
  return items.flatMap((item) => {
    const below = answersOf(item.item ?? [], byId);
    if (item.type === "group") return below.length > 0 ? [{ linkId: item.linkId, item: below }] : [];
    const question = byId.get(item.linkId);
    const answer = question === undefined || question.node.hidden ? null : question.answer();
    if (answer === null) return [];
    return [{ linkId: item.linkId, answer: [below.length > 0 ? { ...answer, item: below } : answer] }];
  });
}

/** Return what leads to a question, or null where it isn't asked here or not now. */
function jump(question, place) {
  if (question === undefined || question.node.hidden) return null;
  return () => {
    question.node.classList.remove("filtered");
    const groups = [...place.querySelectorAll("details.group")].filter((group) => group.contains(question.node));
    for (const group of groups) { group.classList.remove("filtered"); group.open = true; }
    question.focus();
    question.node.scrollIntoView({ block: "center" });
  };
}

/** Show the questions that hold some words, and those that follow from them; return how many. */
function filter(words, place, questions, byId) {
  const wanted = words.trim().toLowerCase();
  const holds = ({ item }) =>
    wordsOf(item).toLowerCase().includes(wanted) ||
    (item.enableWhen ?? []).some(({ question }) => byId.has(question) && holds(byId.get(question)));
  for (const question of questions) question.node.classList.toggle("filtered", !holds(question));
  for (const group of place.querySelectorAll("details.group")) {
    const found = group.querySelector(".question:not(.filtered):not([hidden])") !== null;
    group.classList.toggle("filtered", !found);
    if (wanted !== "") group.open = found;
  }
  return questions.filter(({ node }) => !node.hidden && !node.classList.contains("filtered")).length;
}
