// Numbers and names for people. Values stay in seconds and bytes until they come here.

/// Of a list of any length, at least 0.
const largest = (list) => list.reduce((a, b) => Math.max(a, b), 0);

function digits(value, significant = 4) {
  if (value === 0) return '0';
  const text = Number(value).toPrecision(significant);
  return text.includes('e') ? String(Number(text)) : text;
}

function scaled(value, units, base) {
  const size = Math.abs(value);
  let best = units[0];
  for (const unit of units) if (size >= unit[0] * 0.99995 || unit === units[0]) best = unit;
  return size === 0 ? `0 ${base}` : `${digits(value / best[0])} ${best[1]}`;
}

const timeUnits = [
  [1e-9, 'ns'],
  [1e-6, 'µs'],
  [1e-3, 'ms'],
  [1, 's'],
];
const byteUnits = [
  [1, 'B'],
  [1e3, 'kB'],
  [1e6, 'MB'],
  [1e9, 'GB'],
  [1e12, 'TB'],
];
const rateUnits = byteUnits.map(([size, name]) => [size, `${name}/s`]);

const format = {
  seconds: (value) => scaled(value, timeUnits, 's'),
  bytes: (value) => scaled(value, byteUnits, 'B'),
  rate: (value) => scaled(value, rateUnits, 'B/s'),
  share: (value) => `${digits(100 * value, Math.abs(value) < 0.1 ? 2 : 3)} %`,
  count: (value) => (Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(digits(value)))),
  ratio: (value) => `${digits(value, 3)}x`,
  text: (value) => String(value),
};

/// The unit for an axis whose largest value is `most`, and what to divide by.
function axisUnit(most, kind) {
  const units = { seconds: timeUnits, bytes: byteUnits, rate: rateUnits }[kind];
  if (!units) return { size: 1, name: '' };
  let best = units[0];
  for (const unit of units) if (most >= unit[0]) best = unit;
  return { size: best[0], name: best[1] };
}

/// As people write names of figures.
function words(name) {
  return String(name).replaceAll('scale_up', 'scale-up').replaceAll('scale_out', 'scale-out').replaceAll('_', ' ');
}
