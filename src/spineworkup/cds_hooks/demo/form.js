// The questions of a FHIR Questionnaire as a form, and what is entered as the items of a QuestionnaireResponse.

import { controlFor, wordsOf } from "./controls.js";
import { element } from "./markdown.js";

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
  const made = controlFor(item);
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
