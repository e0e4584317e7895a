// A small front end, typed by what `supportcore schema` writes: home, a list, a form and a page as lines of text.
import type { AddNote } from "./commands/note";
import type { OpenTicket } from "./commands/open";
import type { ErrorView } from "./errors/error_view";
import type { FormView } from "./views/form_view";
import type { Home } from "./views/home";
import type { ListView } from "./views/list_view";
import type { TicketPage } from "./views/ticket_page";

export function homeLines(home: Home): string[] {
  const menu = home.menu.map((item) => `${item.label}${item.count === null ? "" : ` (${item.count})`}: ${target(item)}`);
  const boxes = home.boards.flatMap((board) => board.cells.map((cell) => `${cell.label}: ${cell.count} of ${board.total}`));
  const questions = home.questions.map((question) => question.answers.map((answer) => answer.label).join(" / "));
  return [home.greeting, home.now.text, ...menu, ...boxes, ...questions];
}

function target(item: Home["menu"][number]): string {
  switch (item.to) {
    case "host":
      return item.address;
    case "list":
    case "form":
    case "board":
    case "view":
      return `/${item.to}/${item.name}`;
    default: {
      const none: never = item.to; // there is no other
      return none;
    }
  }
}

export function listLines(list: ListView): string[] {
  const head = list.columns.map((column) => (column.sorted === "up" ? `${column.label} ↑` : column.label));
  const rows = list.rows.map((row) => row.cells.map((cell) => cell.text).join(" | "));
  const chosen = list.filters.filter((filter) => filter.active).map((filter) => filter.label);
  return [list.title, head.join(" | "), ...rows, list.page.text, ...chosen];
}

export function formLines(form: FormView): string[] {
  const order = form.ui["ui:order"];
  const fields = Array.isArray(order) ? order.map(String) : [];
  const slots = form.slots.map((slot) => `${slot.label}: ${slot.count} of ${slot.size} bytes`);
  return [form.title, ...fields.map((key) => `${key} = ${form.data[key] ?? ""}`), ...slots, form.submit.label];
}

export function pageLines(page: TicketPage): string[] {
  const head = page.header.map((field) => `${field.label}: ${field.value.text}`);
  const thread = page.thread.map((entry) => `${entry.author.name}: ${entry.text}`);
  const actions = page.actions.map((action) =>
    action.form === null ? action.reasons.map((reason) => reason.text).join(" ") : formLines(action.form).join("\n"),
  );
  return [page.title, page.state.label, ...head, ...thread, ...actions];
}

export function opening(form: FormView, files: string[]): OpenTicket {
  const said = Object.entries(form.data).flatMap(([key, value]) =>
    value === null || Array.isArray(value) ? [] : [[key, value] as const],
  );
  return { form: form.submit.form, document: Object.fromEntries(said), files };
}

export function noted(page: TicketPage, text: string): AddNote {
  return { ticket: page.id, seen_version: page.version, document: { text } };
}

export const faultLines = (error: ErrorView): string[] => error.faults.map((fault) => `${fault.path}: ${fault.text}`);
