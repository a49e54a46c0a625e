// One kind of control for each type of question: its node, and how to read the answer from it (null: not known).
// "Not known" is where every question starts, and it is never sent as an answer.

import { element } from "./markdown.js";

const NOT_KNOWN = "Not known";
const NUMBER = /^[+-]?\d{1,9}(\.\d{1,6})?$/;
const UNITS = /\/questionnaire-unit(Option)?$/;

const CONTROLS = {
  boolean: booleanControl,
  choice: choiceControl,
  quantity: quantityControl,
  decimal: (item) => numberControl(item, (value) => ({ valueDecimal: value })),
  integer: (item) => numberControl(item, (value) => ({ valueInteger: value })),
  dateTime: timeControl,
};

/** Return `{node, answer, focus}` of a question, some with `problem` (what is wrong with an entry) and `asked` (it appears, or goes). */
export function controlFor(item) {
  return (Object.hasOwn(CONTROLS, item.type) ? CONTROLS[item.type] : unknownControl)(item);
}

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

export function wordsOf(item) {
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
