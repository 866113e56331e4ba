/** A table is sorted by the heading that is pressed; cells carry numbers in data-v where their text is not the value. */
export function sortTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("table.sortable")) makeSortable(table);
}

function makeSortable(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const body = table.tBodies[0];
  if (!body) return;
  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
      const value = (row: HTMLTableRowElement): string => {
        const cell = row.cells[column];
        return cell?.dataset["v"] ?? cell?.textContent ?? "";
      };
      const rows = [...body.rows];
      rows.sort((a, b) => {
        const x = value(a), y = value(b), n = Number(x) - Number(y);
        return up * (Number.isNaN(n) ? x.localeCompare(y, "en", { numeric: true }) : n);
      });
      body.append(...rows);
    });
  });
}
