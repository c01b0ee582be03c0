// All results as a table, and what failed.

/// Columns of settings; `keysOf(row)` are the row's keys by pointer.
function sweepSettingColumns(pointers, keysOf) {
  return pointers.map((pointer) => ({
    name: pointer.name,
    kind: sweepSettingKind(pointer),
    of: (row) => {
      const { value, text } = sweepValue(pointer, keysOf(row)[pointer.place]);
      return pointer.isNumeric ? value : text;
    },
  }));
}

/// Settings are shown as they were written: 0.2, not 0.2000, so fractions have no format of their own.
function sweepSettingKind({ isNumeric, values }) {
  if (!isNumeric) return 'text';
  return values.every(({ value }) => Number.isInteger(value)) ? 'count' : 'number';
}

function sweepTableSection() {
  const section = addSection(
    'sweep-table',
    'All results',
    'One row for each setting and pattern, means over seeds; click a column to sort.',
  );
  if (!sweepData().figures.length) section.append(element('p', {}, 'No point has a result.'));
  else sweepResults(section);
  sweepFailures(section);
}

function sweepResults(section) {
  const { figures } = sweepData();
  const state = { figure: sweepFigure(report.figure), more: 'none' };
  const box = element('div', { class: 'scroll', tabindex: '0' });
  const update = () => box.replaceChildren(makeTable(sweepResultsTable(state)));
  const texts = sweepTexts();
  section.append(
    element(
      'div',
      { class: 'controls' },
      sweepFigureChoice('figure', state, 'figure', update),
      stateChoice(
        'further columns',
        state,
        'more',
        [['none', 'none'], ['all', 'all'], ...[...figures, ...texts].map(({ id, name }) => [id, name])],
        update,
      ),
    ),
    box,
  );
  update();
}

/// Columns of words, such as the busiest link: over seeds there may be several.
function sweepTexts() {
  return report.columns
    .map(({ name, type }, i) => ({ id: name, name: words(name), type, of: (row) => row.figures[i] }))
    .filter(({ type, of }) => type === 'TEXT' && sweepData().done.some((row) => of(row) !== null));
}

const sweepRowKey = (setting, pattern) => `${setting}\n${pattern}`;

function sweepResultsTable({ figure, more }) {
  const { done, pointers, figures } = sweepData();
  const several = sweepSeveral();
  const groups = sweepGroups(figure, done);
  const isBest = (group, one) => Boolean(group.second) && one.mean === group.best.mean;
  const rows = groups.flatMap((group) => group.patterns.map((one) => ({ group, ...one, isBest: isBest(group, one) })));
  const isShown = ({ id }) => id !== figure.id && (more === 'all' || more === id);
  return {
    caption:
      `Mean ${figure.name} over seeds; ±: half the 95 % confidence interval. Bold: best of its setting.` +
      sweepUncounted(
        done.filter((row) => figure.of(row) !== null),
        groups,
      ),
    rows,
    isBest: (row) => row.isBest,
    columns: [
      ...sweepSettingColumns(several.length ? several : pointers, ({ group }) => group.keys),
      { name: 'pattern', kind: 'text', of: (row) => row.pattern },
      { name: 'seeds', kind: 'count', of: (row) => row.seeds },
      { name: figure.name, kind: figure.kind, of: (row) => row.mean },
      { name: '±', kind: figure.kind, of: (row) => row.half },
      {
        name: 'vs best',
        kind: 'ratio',
        of: (row) => (row.group.best.mean > 0 ? row.mean / row.group.best.mean : null),
      },
      { name: 'best', kind: 'text', of: (row) => (row.isBest ? 'yes' : '') },
      ...figures.filter(isShown).map((one) => sweepMeanColumn(one, done)),
      ...sweepTexts()
        .filter(isShown)
        .map((one) => sweepTextColumn(one, done)),
    ],
  };
}

function sweepMeanColumn(figure, done) {
  const means = new Map(
    sweepGroups(figure, done).flatMap((group) =>
      group.patterns.map(({ pattern, mean }) => [sweepRowKey(group.setting, pattern), mean]),
    ),
  );
  return {
    name: figure.name,
    kind: figure.kind,
    of: ({ group, pattern }) => means.get(sweepRowKey(group.setting, pattern)),
  };
}

function sweepTextColumn({ name, of }, done) {
  const texts = new Map();
  for (const row of done) {
    const at = sweepRowKey(row.setting, row.pattern);
    const text = of(row);
    if (text !== null) texts.set(at, (texts.get(at) ?? new Set()).add(text));
  }
  return {
    name,
    kind: 'text',
    of: ({ group, pattern }) => {
      const all = [...(texts.get(sweepRowKey(group.setting, pattern)) ?? [])];
      return all.length ? `${all[0]}${all.length > 1 ? ` and ${all.length - 1} more` : ''}` : null;
    },
  };
}

/// Results that other patterns of their setting lack.
function sweepUncounted(done, groups) {
  const counted = groups.reduce((sum, group) => sum + group.best.seeds * group.patterns.length, 0);
  const left = done.length - counted;
  return left > 0 ? ` ${sweepPlural(left, 'result')} not counted: other patterns of the setting lack the seed.` : '';
}

/// A failed point has a row for each pattern; here it has one.
function sweepFailures(section) {
  const points = new Map();
  for (const row of sweepData().rows) {
    if (row.status !== 'failed') continue;
    if (!points.has(row.point)) points.set(row.point, { ...row, patterns: [] });
    if (row.pattern) points.get(row.point).patterns.push(row.pattern);
  }
  if (!points.size) return;
  section.append(
    element('h3', {}, 'Failed points'),
    element(
      'div',
      { class: 'scroll', tabindex: '0', id: 'failures' },
      makeTable({
        caption: 'epsim sweep --retry-failed runs them again.',
        rows: [...points.values()],
        columns: [
          { name: 'point', kind: 'count', of: (row) => row.point },
          { name: 'seed', kind: 'text', of: (row) => row.seed },
          ...sweepSettingColumns(sweepSeveral(), ({ keys }) => keys),
          { name: 'patterns', kind: 'text', of: (row) => row.patterns.join(', ') },
          { name: 'error', kind: 'text', of: (row) => row.error },
        ],
      }),
    ),
  );
}
