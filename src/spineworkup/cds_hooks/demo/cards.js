// The cards of an answer as nodes of the page: what matters first, reasons and sources folded away until wanted.

import { element, sections } from "./markdown.js";
import { EXTENSION } from "./service.js";

// A word and a sign for each: colour is never all that tells them apart.
const INDICATORS = {
  critical: { sign: "■", words: "Critical" },
  warning: { sign: "▲", words: "Warning" },
  info: { sign: "●", words: "Information" },
};
// What our service calls the sections that nobody should have to unfold, and where it names the questions.
const ASK = "To ask";
const NOTICES = "Notices";
const SAFE_LINK = /^https:\/\//;

/**
 * The node of a card. `jump(id)` gives what leads to a question of the form, or null where the form doesn't ask it.
 */
export function cardNode(card, jump) {
  const { sign, words } = INDICATORS[card.indicator];
  const mark = element("span", { className: "sign", "aria-hidden": "true", textContent: sign });
  const parts = sections(card.detail ?? "");
  const asked = parts.find((part) => part.heading === ASK);
  if (asked !== undefined) linkQuestions(asked.nodes, list(card.extension?.[EXTENSION]?.questions), jump);
  return element(
    "article",
    { className: `card ${card.indicator}` },
    element("p", { className: "indicator" }, mark, words),
    element("h3", { textContent: card.summary }),
    ...parts.filter(isOpen).flatMap(({ heading, nodes }) => (heading === "" ? nodes : [subheading(heading), ...nodes])),
    ...parts.filter((part) => !isOpen(part)).map(({ heading, nodes }) => fold(heading, nodes, card)),
    ...suggestionNodes(card),
    sourceNode(card),
  );
}

function isOpen({ heading }) {
  return ["", ASK, NOTICES].includes(heading);
}

/** Let each line that asks something lead to where it is answered; lines and ids come in the same order. */
function linkQuestions(nodes, ids, jump) {
  const lines = nodes.flatMap((node) => [...node.children]);
  // Where not all are listed, the last line says how many more there are.
  const listed = ids.length > lines.length ? lines.length - 1 : ids.length;
  for (const [place, id] of ids.slice(0, listed).entries()) {
    const go = typeof id === "string" ? jump(id) : null;
    if (go === null) continue;
    const link = element("a", { href: "#known-heading" }, ...lines[place].childNodes);
    link.addEventListener("click", (event) => { event.preventDefault(); go(); });
    lines[place].append(link);
  }
}

function subheading(words) {
  return element("h4", { textContent: words });
}

function fold(words, nodes, { source }) {
  const made = element("details", {}, element("summary", { textContent: words }), ...nodes);
  made.dataset.key = `${source.topic?.code}/${words}`;
  return made;
}

/** Unfold in new cards what was unfolded in the last ones. */
export function keepOpen(cards, place) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  for (const one of cards.flatMap((card) => [...card.querySelectorAll("details")])) one.open = open.has(one.dataset.key);
}

function suggestionNodes(card) {
  return list(card.suggestions).map(({ label, actions }) => {
    const drafts = list(actions).map(({ description, resource }) => {
      const text = JSON.stringify(resource, null, 2) ?? "";
      return element("li", {}, String(description ?? ""), preformatted(text, `Draft: ${description}`));
    });
    return fold(`Suggestion: ${label}`, [element("ul", {}, ...drafts)], card);
  });
}

function sourceNode({ source, links }) {
  const given = [{ label: source.label, url: source.url }, ...list(links)];
  const nodes = given.flatMap(({ label, url }) => {
    const safe = typeof url === "string" && SAFE_LINK.test(url);
    return ["; ", safe ? element("a", { href: url, rel: "noreferrer noopener", textContent: label }) : String(label)];
  });
  return element("p", { className: "source" }, "Source: ", ...nodes.slice(1));
}

export function preformatted(text, label) {
  return element("pre", { tabIndex: 0, role: "region", "aria-label": label, textContent: text });
}

function list(value) {
  return Array.isArray(value) ? value : [];
}

const LINES = ".card > h3, .card > ul > li";

/** The lines that an answer shows unfolded. */
export function linesOf(place) {
  return new Set([...place.querySelectorAll(LINES)].map((line) => line.dataset.words));
}

/** Mark the lines that the last answer didn't have; the first answer is new as a whole. */
export function markNew(cards, before) {
  for (const line of cards.flatMap((card) => [...card.querySelectorAll(LINES)])) {
    line.dataset.words = line.textContent;
    if (before.size > 0 && !before.has(line.textContent)) line.append(" ", element("span", { className: "new", textContent: "new" }));
  }
}
