// Each line that ends in a number is wrong, and is refused with that error.
import type { Assign } from "./commands/assign";
import type { SetDeadline } from "./commands/set_deadline";
import type { Home } from "./views/home";
import type { ListView } from "./views/list_view";
import type { TicketPage } from "./views/ticket_page";

export function wrong(home: Home, list: ListView, page: TicketPage): unknown[] {
  return [
    home.tickets, // TS2339
    home.unread.length, // TS2339
    home.part_of_day === "noon", // TS2367
    list.columns.filter((column) => column.kind === "colour"), // TS2367
    home.account.name * 2, // TS2362
    page.actions[0].form.schema, // TS2531
    page.state.label.es, // TS2339
  ];
}

export const nobody: Assign = { ticket: "t", document: { assignee: 7 } }; // TS2322
export const unknown: Assign = { ticket: "t", document: {}, colour: "red" }; // TS2353
export const unsaid: SetDeadline = { document: { deadline: null } }; // TS2741
