// Tables that can be sorted. A column is {name, kind, of}: `kind` one of format's, `of(row)` its value.
// A cell keeps its exact value in data-value.

function cell(column, row) {
  const value = column.of(row);
  const shown = value === null || value === undefined ? '–' : (format[column.kind] ?? format.text)(value);
  return element('td', { class: column.kind === 'text' ? 'text' : undefined, 'data-value': value ?? '' }, shown);
}

function compareValues(a, b) {
  const isMissing = (value) => value === null || value === undefined;
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
}

/// `rows` any list. With `most`, no more rows are shown, and the caption says how many there are.
function makeTable({ caption, columns, rows, most = 500, isBest }) {
  const body = element('tbody');
  const note = element('caption');
  let sorted = [...rows];
  const fill = () => {
    body.replaceChildren(
      ...sorted
        .slice(0, most)
        .map((row) =>
          element('tr', { class: isBest?.(row) ? 'best' : undefined }, ...columns.map((column) => cell(column, row))),
        ),
    );
    note.textContent =
      caption + (sorted.length > most ? ` The first ${most} of ${format.count(sorted.length)} rows, as sorted.` : '');
  };
  const heads = columns.map((column) => {
    const button = element('button', { type: 'button' }, column.name);
    const head = element('th', { scope: 'col', class: column.kind === 'text' ? 'text' : undefined }, button);
    button.addEventListener('click', () => {
      const rises = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', rises ? 'ascending' : 'descending');
      sorted = [...rows].sort((a, b) => (rises ? 1 : -1) * compareValues(column.of(a), column.of(b)));
      fill();
    });
    return head;
  });
  fill();
  return element('table', {}, note, element('thead', {}, element('tr', {}, ...heads)), body);
}

/// The table beside a chart, folded away.
function tableBeside(description) {
  const details = element('details', {}, element('summary', {}, `Table: ${description.title}`));
  details.append(element('div', { class: 'scroll', tabindex: '0' }, makeTable(description)));
  return details;
}
