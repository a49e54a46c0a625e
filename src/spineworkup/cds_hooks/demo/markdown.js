// The Markdown of a card as nodes of the page. It knows headings, lists, bold and italics; whatever else there is stays text.
// Text only ever becomes a text node: nothing in it can turn into markup, a link or a request.

// A mark with a space on both sides, and an underscore inside a word, mark nothing.
const MARK = String.raw`\*\*|(?<!\s)\*|\*(?!\s)|(?<!\w)_|_(?!\w)`;
const TOKEN = new RegExp(String.raw`\\([!-/:-@[-\x60{-~])|(\\\n| {2,}\n)|(${MARK})|(\n)`, "g");
const HEADING = /^#{1,6} +(.*?)(?: +#+)? *$/;
const ITEM = /^( *)(?:[-*+]|\d+[.)]) +(.*)$/;

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

/** The blocks of a text: `{heading, nodes}` for each section; the first has no heading. */
export function sections(text) {
  const found = [{ heading: "", nodes: [] }];
  let lines = [];
  const close = () => found.at(-1).nodes.push(...blocks(lines.splice(0)));
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const heading = HEADING.exec(line);
    if (heading === null) lines.push(line);
    else {
      close();
      found.push({ heading: plainText(heading[1]), nodes: [] });
    }
  }
  close();
  return found.filter(({ heading, nodes }) => heading !== "" || nodes.length > 0);
}

function blocks(lines) {
  const made = [];
  let paragraph = [];
  let lists = [];
  const close = () => {
    if (paragraph.length > 0) made.push(element("p", {}, ...inline(paragraph.splice(0).join("\n"))));
  };
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item !== null) {
      close();
      lists = intoList(lists, item[1].length, inline(item[2]), made);
    } else if (line.trim() === "") {
      close();
    } else if (lists.length > 0 && /^ /.test(line)) {
      lists.at(-1).last.append(element("br"), ...inline(line.trim()));
    } else {
      lists = [];
      paragraph.push(line.trimStart());
    }
  }
  close();
  return made;
}

/** Add an item to the list of its depth; open one where there is none yet. */
function intoList(lists, depth, nodes, made) {
  const open = lists.filter((list) => list.depth <= depth);
  if (open.length === 0 || open.at(-1).depth < depth) {
    const list = { depth, node: element("ul"), last: null };
    if (open.length === 0) made.push(list.node);
    else open.at(-1).last.append(list.node);
    open.push(list);
  }
  const list = open.at(-1);
  list.last = element("li", {}, ...nodes);
  list.node.append(list.last);
  return open;
}

function inline(text) {
  const tokens = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    tokens.push({ text: text.slice(from, found.index) });
    const [all, escaped, hardBreak, mark] = found;
    if (escaped !== undefined) tokens.push({ text: escaped });
    else if (hardBreak !== undefined) tokens.push({ isBreak: true });
    else tokens.push(mark === undefined ? { text: " " } : { mark });
    from = found.index + all.length;
  }
  tokens.push({ text: text.slice(from) });
  return marked(tokens);
}

/** Pair the marks; one without its twin is a character. */
function marked(tokens) {
  const nodes = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const { text, isBreak, mark } = tokens[at];
    const twin = mark === undefined ? -1 : tokens.findIndex((other, place) => place > at && other.mark === mark);
    if (isBreak) nodes.push(element("br"));
    else if (twin > at + 1) {
      nodes.push(element(mark === "**" ? "strong" : "em", {}, ...marked(tokens.slice(at + 1, twin))));
      at = twin;
    } else if (text ?? mark) nodes.push(text ?? mark);
  }
  return nodes;
}

function plainText(text) {
  return inline(text)
    .map((node) => (typeof node === "string" ? node : node.textContent))
    .join("");
}
