// What the sections of a sweep's report share: its rows with keys to group by, means over seeds, where the best pattern
// changes. The rules are those of scenarios/sweep/statistics.hpp.

const sweepPatternPointer = '/expert_parallel/communication_pattern';
let sweepPrepared = null;

/// Made at first use: rows, pointers, figures, patterns.
function sweepData() {
  sweepPrepared ??= prepareSweep();
  return sweepPrepared;
}

function prepareSweep() {
  // A swept pattern is what is compared, no setting to compare at.
  const places = report.pointers
    .map((_, place) => place)
    .filter((place) => report.pointers[place] !== sweepPatternPointer);
  const rows = report.rows.map((row) => {
    const settings = places.map((place) => row.settings[place] ?? null);
    const keys = settings.map((value) => JSON.stringify(value));
    return { ...row, settings, keys, setting: JSON.stringify(keys) };
  });
  const names = sweepPointerNames(places.map((place) => report.pointers[place]));
  const pointers = names.map((name, place) => ({
    place,
    name,
    pointer: report.pointers[places[place]],
    ...sweepValues(rows, place),
  }));
  const patterns = [...new Set([...report.patterns, ...rows.map((row) => row.pattern)])].filter(
    (pattern) => pattern !== '',
  );
  const done = rows.filter((row) => row.status === 'done');
  return { rows, done, pointers, patterns, figures: sweepFigures(done) };
}

/// The last words of each pointer, as many as tell it from the others.
function sweepPointerNames(pointers) {
  const paths = pointers.map((pointer) =>
    pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
  const tail = (path, length) => words(path.slice(-length).join(' ')) || 'scenario';
  return paths.map((path, own) => {
    let length = /^\d+$/.test(path.at(-1)) ? 2 : 1;
    while (length < path.length && paths.some((other, i) => i !== own && tail(other, length) === tail(path, length)))
      ++length;
    return tail(path, length);
  });
}

/// The distinct values of a pointer: numbers rise, others are in order of appearance. Texts are unique.
function sweepValues(rows, place) {
  const byKey = new Map(rows.map((row) => [row.keys[place], row.settings[place]]));
  const values = [...byKey].map(([key, value]) => ({ key, value, text: typeof value === 'string' ? value : key }));
  for (const one of values) if (values.some((other) => other !== one && other.text === one.text)) one.text = one.key;
  const isNumeric = values.length > 1 && values.every(({ value }) => typeof value === 'number');
  if (isNumeric) values.sort((a, b) => a.value - b.value);
  if (isNumeric) for (const one of values) one.text = sweepNumber(one.value);
  if (new Set(values.map(({ text }) => text)).size < values.length) for (const one of values) one.text = one.key;
  return { values, isNumeric, order: new Map(values.map(({ key }, i) => [key, i])) };
}

/// Whole numbers whole, unless fewer digits are asked for.
function sweepNumber(value, significant) {
  const digitsShown = significant ?? (Number.isInteger(value) ? 21 : 6);
  return value.toLocaleString('en-US', { maximumSignificantDigits: digitsShown });
}

/// What can be shown: numeric columns that have a value somewhere. sign -1: more is better.
function sweepFigures(done) {
  const number = (value) => (Number.isFinite(value) ? value : null);
  const figures = report.columns.map(({ name, type }, i) => ({
    id: name,
    type,
    kind: sweepKind(name),
    sign: name === 'communication_efficiency' ? -1 : 1,
    name: words(name).replace(/ seconds$/, ' time'),
    of: (row) => number(row.figures[i]),
  }));
  const parts = ['dispatch', 'combine'].map((phase) => figures.find(({ id }) => id === `${phase}_scale_out_bytes`));
  if (parts.every(Boolean)) {
    const of = (row) => (parts.some((part) => part.of(row) === null) ? null : parts[0].of(row) + parts[1].of(row));
    figures.push({
      id: 'scale_out_bytes',
      type: 'INTEGER',
      kind: 'bytes',
      sign: 1,
      name: 'dispatch + combine scale-out bytes',
      of,
    });
  }
  return figures.filter((figure) => figure.type !== 'TEXT' && done.some((row) => figure.of(row) !== null));
}

function sweepKind(name) {
  if (name.endsWith('_seconds')) return 'seconds';
  if (name.endsWith('_bytes')) return 'bytes';
  return /_(efficiency|utilization|share)$/.test(name) ? 'share' : 'count';
}

const sweepFigure = (id) => sweepData().figures.find((figure) => figure.id === id) ?? sweepData().figures[0];
const sweepFigureOptions = () => sweepData().figures.map((figure) => [figure.id, figure.name]);
const sweepSeveral = () => sweepData().pointers.filter((pointer) => pointer.values.length > 1);
const sweepValue = (pointer, key) => pointer.values[pointer.order.get(key)];

/// Mean and half the width of its 95 % confidence interval; null with a single seed.
function sweepMean(samples) {
  const count = samples.length;
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const t = count > 1 ? (report.t_quantiles[count - 1] ?? report.t_quantiles.at(-1)) : null;
  if (!t) return { mean, half: null, seeds: count };
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  const half = t * Math.sqrt(squares / (count - 1) / count);
  return { mean, half: half > 1e-12 * Math.abs(mean) ? half : 0, seeds: count };
}

/// One group for each setting, in order of appearance: the patterns' means over the seeds that all of its patterns have.
function sweepGroups(figure, rows) {
  const groups = new Map();
  for (const row of rows) {
    const value = figure.of(row);
    if (row.status !== 'done' || value === null) continue;
    if (!groups.has(row.setting)) groups.set(row.setting, { setting: row.setting, keys: row.keys, samples: new Map() });
    const { samples } = groups.get(row.setting);
    if (!samples.has(row.pattern)) samples.set(row.pattern, new Map());
    samples.get(row.pattern).set(row.seed, value);
  }
  return [...groups.values()].map((group) => sweepGroupMeans(group, figure)).filter(Boolean);
}

function sweepGroupMeans({ setting, keys, samples }, figure) {
  const all = [...samples.values()];
  const seeds = [...all[0].keys()].filter((seed) => all.every((one) => one.has(seed)));
  if (!seeds.length) return null;
  const patterns = [...samples].map(([pattern, one]) => ({
    pattern,
    ...sweepMean(seeds.map((seed) => one.get(seed))),
  }));
  const [best, second] = [...patterns].sort((a, b) => figure.sign * (a.mean - b.mean));
  const lead =
    second &&
    sweepMean(
      seeds.map((seed) => figure.sign * (samples.get(second.pattern).get(seed) - samples.get(best.pattern).get(seed))),
    );
  return {
    setting,
    keys,
    patterns,
    best,
    second,
    lead,
    isLevel: second !== undefined && best.mean === second.mean,
    bestName: patterns
      .filter((one) => one.mean === best.mean)
      .map((one) => one.pattern)
      .join(' = '),
    of: (pattern) => patterns.find((one) => one.pattern === pattern),
  };
}

/// How many times as good the best is; null where that means nothing.
function sweepRatio({ best, second }) {
  if (!second || best.mean <= 0 || second.mean <= 0) return null;
  return Math.max(best.mean, second.mean) / Math.min(best.mean, second.mean);
}

/// Whether `pointer` has one value only wherever `axes` are equal, as when a sweep zips them.
function sweepFollows(pointer, axes) {
  const seen = new Map();
  return sweepData().rows.every((row) => {
    const at = axes.map((axis) => row.keys[axis.place]).join('\n');
    if (!seen.has(at)) seen.set(at, row.keys[pointer.place]);
    return seen.get(at) === row.keys[pointer.place];
  });
}

/// The pointers to choose a value of once `axes` vary. What follows from axes and choices needs none.
function sweepOthers(axes) {
  const others = [];
  for (const pointer of sweepSeveral())
    if (!axes.includes(pointer) && !sweepFollows(pointer, [...axes, ...others])) others.push(pointer);
  return others;
}

/// place -> key: the first values of `others` where the axes have the most, so that a chart starts with much to see.
function sweepUsual(others, axes) {
  const combinations = new Map();
  for (const row of sweepData().done) {
    const at = others.map((pointer) => row.keys[pointer.place]).join('\n');
    if (!combinations.has(at)) combinations.set(at, { row, axes: new Set() });
    combinations.get(at).axes.add(axes.map((axis) => row.keys[axis.place]).join('\n'));
  }
  const rank = (row) => others.map((pointer) => pointer.order.get(row.keys[pointer.place]));
  const compareRanks = (a, b) => a.map((place, i) => place - b[i]).find((difference) => difference !== 0) ?? 0;
  const [most] = [...combinations.values()].sort(
    (a, b) => b.axes.size - a.axes.size || compareRanks(rank(a.row), rank(b.row)),
  );
  return new Map(others.map((pointer) => [pointer.place, most ? most.row.keys[pointer.place] : pointer.values[0].key]));
}

/// Rows at the chosen values; a key of '' is any.
function sweepChosen(filters) {
  return sweepData().done.filter((row) => [...filters].every(([place, key]) => key === '' || row.keys[place] === key));
}

/// A select for each of `pointers` that keeps its choice in `filters`.
function sweepFilterChoices(pointers, filters, update, withAll = false) {
  return pointers.map((pointer) =>
    choice(
      pointer.name,
      [...(withAll ? [['', 'all']] : []), ...pointer.values.map(({ key, text }) => [key, text])],
      (key) => {
        filters.set(pointer.place, key);
        update();
      },
      filters.get(pointer.place),
    ),
  );
}

/// Where the best pattern changes between neighbours along `line`, groups by rising value of a numeric pointer.
function sweepCrossings(line, pointer, figure) {
  const crossings = [];
  for (let i = 1; i < line.length; ++i) {
    const [below, above] = [line[i - 1], line[i]];
    if (below.isLevel || above.isLevel || below.best.pattern === above.best.pattern) continue;
    const [low, high] = [below, above].map((group) => sweepValue(pointer, group.keys[pointer.place]).value);
    const [from, to] = [below.best.pattern, above.best.pattern];
    crossings.push({
      pointer,
      keys: below.keys,
      low,
      high,
      from,
      to,
      ...sweepMeeting(below, above, low, high, figure),
    });
  }
  return crossings;
}

/// {at, figureAt}: where the two best patterns' lines meet; nothing when one of them is missing on a side.
function sweepMeeting(below, above, low, high, figure) {
  const [from, to] = [below.best.pattern, above.best.pattern];
  const means = [below.of(from), below.of(to), above.of(from), above.of(to)].map((one) => one?.mean);
  if (means.includes(undefined)) return {};
  const isPositive = low > 0 && Math.min(...means) > 0;
  const scale = isPositive ? Math.log : (value) => value;
  const back = isPositive ? Math.exp : (value) => value;
  const between = (a, b, share) => back(scale(a) + share * (scale(b) - scale(a)));
  const gapBelow = figure.sign * (scale(means[1]) - scale(means[0]));
  const gapAbove = figure.sign * (scale(means[2]) - scale(means[3]));
  const share = gapBelow + gapAbove > 0 ? gapBelow / (gapBelow + gapAbove) : 0.5;
  return { at: between(low, high, share), figureAt: between(means[0], means[2], share) };
}

/// Of all groups along all numeric pointers, whatever the others are.
function sweepAllCrossings(groups, figure) {
  const numeric = sweepSeveral().filter((pointer) => pointer.isNumeric);
  const isTold = (pointer, place) =>
    numeric.slice(0, place).some((earlier) => sweepFollows(pointer, [earlier]) && sweepFollows(earlier, [pointer]));
  return numeric
    .filter((pointer, place) => !isTold(pointer, place))
    .flatMap((pointer) => {
      const others = sweepOthers([pointer]);
      const lines = new Map();
      for (const group of groups) {
        // What follows from the pointer changes with it: then nobody can tell which of them it was.
        const at = group.keys.filter((_, place) => place !== pointer.place).join('\n');
        lines.set(at, [...(lines.get(at) ?? []), group]);
      }
      return [...lines.values()].flatMap((line) =>
        sweepCrossings(sweepSorted(line, pointer), pointer, figure).map((crossing) => ({ ...crossing, others })),
      );
    });
}

function sweepSorted(groups, pointer) {
  const order = (group) => pointer.order.get(group.keys[pointer.place]);
  return [...groups].sort((a, b) => order(a) - order(b));
}

function sweepCrossingText({ pointer, keys, low, high, from, to, at, others = [] }) {
  const where =
    at === undefined ? `between ${format.count(low)} and ${format.count(high)}` : `of about ${sweepNumber(at, 3)}`;
  const rest = others.map((other) => `${other.name} ${sweepValue(other, keys[other.place]).text}`).join(', ');
  return `${from} → ${to} at ${pointer.name} ${where}${rest ? ` (${rest})` : ''}`;
}

const sweepPlural = (count, one, many = `${one}s`) => `${format.count(count)} ${count === 1 ? one : many}`;

function sweepHeader() {
  const header = document.querySelector('header');
  header.append(element('h1', {}, report.name));
  for (const [key, label] of [
    ['question', 'Question: '],
    ['expect', 'Expected: '],
  ])
    if (report[key]) header.append(element('p', { class: 'faint' }, label + report[key]));
  header.append(
    element(
      'p',
      { class: 'lead', id: 'verdict' },
      [sweepSize(), sweepVerdict(), sweepMissing()].filter(Boolean).join(' '),
    ),
  );
}

function sweepSize() {
  const { rows, pointers, patterns } = sweepData();
  const settings = new Set(rows.map((row) => row.setting)).size;
  const seeds = new Set(rows.map((row) => row.seed)).size;
  const swept = pointers.filter((pointer) => pointer.values.length > 1).map((pointer) => pointer.name);
  return (
    `${sweepPlural(settings, 'setting')}${swept.length ? ` of ${swept.join(', ')}` : ''}, ${sweepPlural(seeds, 'seed')}, ` +
    `${sweepPlural(patterns.length, 'pattern')}: ${sweepPlural(report.done, 'point')} done.`
  );
}

function sweepVerdict() {
  const { done, figures, patterns } = sweepData();
  const figure = sweepFigure(report.figure);
  const groups = figures.length ? sweepGroups(figure, done) : [];
  if (!groups.length) return 'There are no results to compare.';
  if (patterns.length === 1) {
    const means = groups.map((group) => group.best.mean);
    const range = [Math.min(...means), Math.max(...means)].map((mean) => format[figure.kind](mean));
    return `${patterns[0]} takes ${range[0] === range[1] ? range[0] : `${range[0]} to ${range[1]}`}.`;
  }
  const names = [...new Set(groups.map((group) => group.bestName))];
  const wins = names
    .map((name) => [name, groups.filter((group) => group.bestName === name).length])
    .sort((one, other) => other[1] - one[1]);
  const best =
    groups.length === 1
      ? `Fastest: ${wins[0][0]}.`
      : `Fastest: ${wins.map(([name, count]) => `${name} in ${count}`).join(', ')} of ${groups.length} settings.`;
  const unsure = groups.filter(
    ({ lead, isLevel }) => !isLevel && lead && lead.half !== null && lead.mean <= lead.half,
  ).length;
  const crossings = sweepAllCrossings(groups, figure);
  const most = 3;
  const changes = crossings.length
    ? ` The fastest changes: ${crossings.slice(0, most).map(sweepCrossingText).join('; ')}` +
      `${crossings.length > most ? `; and at ${crossings.length - most} more` : ''}.`
    : '';
  return `${best}${unsure ? ` In ${unsure} the lead may be chance (95 % over seeds).` : ''}${changes}`;
}

function sweepMissing() {
  const parts = [
    [report.failed, 'failed'],
    [report.pending, report.pending === 1 ? 'has no result yet' : 'have no result yet'],
  ];
  const told = parts.filter(([count]) => count).map(([count, what]) => `${sweepPlural(count, 'point')} ${what}`);
  return told.length ? `${told.join(', ')}.` : '';
}
