// Building the page: elements, icons, notices. Knows neither Excel nor the server.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  back: "M10 3 5 8l5 5",
  next: "m6 3 5 5-5 5",
  search: "M11 11l3 3M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Z",
  take: "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3M5.5 8h5M8 5.5v5",
  tick: "M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14ZM5 8.2l2.1 2.1L11 6.2",
  alert: "M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14ZM8 4.5v4M8 11.2v.1",
};

/**
 * An element with its attributes and children.
 * An attribute that is a function listens; null, undefined and false leave it out.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button of some classes, or of none. */
export function button(kind, attributes = {}, ...children) {
  return element("button", { type: "button", class: kind, ...attributes }, ...children);
}

/** A small picture beside words; the words say what it means. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  made.append(path);
  return made;
}

/** A place whose changes a screen reader says; empty until something happens. */
export function sayingPlace() {
  return element("div", { role: "status" });
}

/** Say what happened in a saying place: kind is good, warn or wrong. */
export function say(place, kind, ...words) {
  place.replaceChildren(element("p", { class: `notice ${kind}` }, ...words));
  place.scrollIntoView({ block: "nearest" });
}

/** Say that something is under way. */
export function sayWaiting(place, words) {
  place.replaceChildren(element("p", { class: "waiting" }, words));
}

/** Say nothing any more. */
export function silence(place) {
  place.replaceChildren();
}

/**
 * Ask before something is written over; the answer is a promise of true or false.
 * The harmless answer has the focus.
 */
export function ask(place, question, yes, no) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const answer = (agreed) => {
      silence(place);
      before?.focus();
      resolve(agreed);
    };
    const keep = button("quiet", { click: () => answer(false) }, no);
    place.replaceChildren(
      element(
        "div",
        {
          class: "notice warn",
          role: "alertdialog",
          "aria-label": question,
          keydown: (event) => {
            if (event.key === "Escape") answer(false);
          },
        },
        element("p", {}, question),
        element(
          "div",
          { class: "actions" },
          keep,
          button("quiet", { click: () => answer(true) }, yes),
        ),
      ),
    );
    place.scrollIntoView({ block: "nearest" });
    keep.focus();
  });
}

/**
 * Let a button start something that takes a while, once at a time.
 * It stays in the order of the keyboard meanwhile, and says that it is busy.
 * @param {Function} failed is told in words what went wrong
 */
export function onceAtATime(pressed, work, failed) {
  pressed.addEventListener("click", async () => {
    if (pressed.getAttribute("aria-disabled") === "true") return;
    pressed.setAttribute("aria-disabled", "true");
    try {
      await work();
    } catch (error) {
      failed(error.message);
    } finally {
      pressed.removeAttribute("aria-disabled");
    }
  });
}

/** Show one of the choices in a panel; on the way back the choice has the focus again. */
export function openChoice(panel, chooser, name, viewOf) {
  const scrolled = window.scrollY;
  const back = () => {
    panel.replaceChildren(chooser);
    window.scrollTo(0, scrolled);
    chooser.querySelector(`[data-name="${name}"]`).focus();
  };
  const { view, heading } = viewOf(back);
  panel.replaceChildren(view);
  window.scrollTo(0, 0);
  heading.focus();
}

/** The view of one choice: the way back, its heading, and what it holds, with a saying place. */
export function viewOfChoice(back, all, heading, place, ...children) {
  const leave = (event) => {
    if (event.key === "Escape" && !place.contains(event.target)) back();
  };
  return element(
    "div",
    { keydown: leave },
    button("link back", { click: back }, icon("back"), all),
    heading,
    ...children,
  );
}

/** A word in its number: 1 row, 2 rows. */
export function counted(number, word) {
  return `${number.toLocaleString("en-GB")} ${word}${number === 1 ? "" : "s"}`;
}

/** A text with what was searched for marked in it. */
export function marked(text, words) {
  const wanted = words.filter((word) => word).map((word) => word.replace(/[^\w]/g, "\\$&"));
  if (!wanted.length) return [text];
  return text
    .split(new RegExp(`(${wanted.join("|")})`, "i"))
    .map((part, index) => (index % 2 ? element("mark", {}, part) : part));
}
