// Opens a report in Chromium, offline, and checks what a reader would see.
// node browser.cjs MODULES PAGE TITLE [RESULT.json]; prints every fault, and exits with 1 when there is one.
// A page that was written without the charts' library has to say so, and to have its tables.
'use strict';

const fs = require('fs');
const [modules, pagePath, title, resultPath] = process.argv.slice(2);
const { chromium } = require(`${modules}/playwright-core`);

const faults = [];
const check = (holds, text) => {
  if (!holds) faults.push(text);
};

/// Colours that a chart has drawn; what a canvas without anything has is one.
function coloursOf(box) {
  const seen = new Set();
  for (const canvas of box.querySelectorAll('canvas')) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 0) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
}

/// Remembers what a figure shows, once it is drawn.
async function remember(box) {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  box.remembered = [...box.querySelectorAll('canvas')].map((one) =>
    one.getContext('2d').getImageData(0, 0, one.width, one.height),
  );
}

/// The share of pixels that are others than those remembered; 1 where their number is.
async function changeOf(box) {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  let other = 0,
    all = 0;
  for (const [i, one] of [...box.querySelectorAll('canvas')].entries()) {
    const before = box.remembered[i];
    if (!before || before.width !== one.width || before.height !== one.height) return 1;
    const now = new Uint32Array(one.getContext('2d').getImageData(0, 0, one.width, one.height).data.buffer);
    new Uint32Array(before.data.buffer).forEach((pixel, k) => {
      other += pixel !== now[k];
    });
    all += now.length;
  }
  return other / all;
}
const rounding = 0.001; // a layout that is computed anew may move a line by a fraction of a pixel

/// Names of axes; a drawing without axes has none to name.
function namelessAxes(box) {
  const option = echarts.getInstanceByDom(box).getOption();
  return ['xAxis', 'yAxis'].flatMap((kind) => (option[kind] ?? []).filter((one) => !one.name).map(() => kind));
}

async function checkNoCharts(page) {
  check((await page.$$('canvas')).length === 0, 'there are charts without their library');
  check(
    (await page.$$('figure .notice')).length === (await page.$$('figure')).length,
    'a figure does not say why it has no chart',
  );
  check(
    await page.$$eval('header .notice', (list) => list.some((one) => /npm/.test(one.textContent))),
    'the page does not say what to do',
  );
  for (const figure of await page.$$('figure'))
    check(
      (await figure.$$('table tbody tr')).length > 0,
      `${await figure.evaluate((one) => one.querySelector('h3').textContent)}: has no table`,
    );
}

async function checkCharts(page) {
  const boxes = await page.$$('.chart');
  check(boxes.length > 0, 'there are no charts');
  const drawn = Number(await page.getAttribute('html', 'data-drawn'));
  check(drawn === boxes.length, `${drawn} of ${boxes.length} charts were drawn on load`);
  for (const box of boxes) {
    const label = await box.getAttribute('aria-label');
    check((await box.evaluate(coloursOf)) >= 3, `${label}: has drawn nothing`);
    const nameless = await box.evaluate(namelessAxes);
    check(nameless.length === 0, `${label}: ${nameless} without a name`);
    check(
      (await box.evaluate((one) => one.parentElement.querySelectorAll('table tbody tr').length)) > 0,
      `${label}: has no table`,
    );
  }
}

/// Another value of every choice changes what its figure shows, and leads back. A choice may bring others, so each is looked up anew.
async function checkControls(page) {
  await page.mouse.move(2, 2); // in the margin: charts show where they are pointed at
  for (const figure of await page.$$('figure')) {
    const name = await figure.evaluate((one) => one.querySelector('h3').textContent);
    const labels = await figure.$$eval('select', (list) => list.map((one) => one.getAttribute('aria-label')));
    for (const label of labels) {
      const select = () => figure.$(`select[aria-label=${JSON.stringify(label)}]`);
      const choose = async (value) => {
        await (await select())?.selectOption(value);
      };
      const first = await (await select()).inputValue();
      const values = await (await select()).evaluate((one) => [...one.options].map((option) => option.value));
      await figure.evaluate(remember);
      let changes = values.length < 2;
      for (const value of values.filter((one) => one !== first)) {
        await choose(value);
        changes = (await figure.evaluate(changeOf)) > 0;
        if (changes) break;
      }
      await choose(first);
      check(changes, `${name}: choosing ${label} changes nothing`);
      const left = await figure.evaluate(changeOf);
      check(left < rounding, `${name}: ${label} does not lead back (${left})`);
    }
  }
}

/// Zooming and panning show another part, and the whole comes back.
async function checkZoom(page) {
  const figure = await page.$('#timeline figure');
  if (!figure) return;
  await figure.evaluate(remember);
  for (const text of ['Zoom in', 'Later', 'Earlier', 'Zoom out']) {
    await (await figure.$(`button:has-text("${text}")`)).click();
    if (text !== 'Zoom out') check((await figure.evaluate(changeOf)) > 0, `timeline: ${text} changes nothing`);
  }
  await (await figure.$('button:has-text("Whole layer")')).click();
  check((await figure.evaluate(changeOf)) < rounding, 'timeline: the whole layer does not come back');
}

/// What stands under the mouse is told by name: a device in the timeline, two in the matrices.
async function checkPointing(page) {
  const device = 'device \\d+ \\(node \\d+\\)';
  for (const [id, wanted] of [
    ['timeline', device],
    ['traffic', `${device} to ${device}: `],
    ['waits', `${device} .*${device}`],
  ]) {
    const figure = await page.$(`#${id} figure`);
    if (!figure) continue;
    const chart = await figure.$('.chart');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + 150, box.y + 80);
    const read = await (await figure.$('.pointed')).textContent();
    check(new RegExp(wanted).test(read), `${id}: pointing says only "${read}"`);
  }
  await page.mouse.move(2, 2);
}

async function checkSorting(page) {
  const table = await page.$('#patterns table');
  if (!table) return;
  const column = () =>
    table.evaluate((one) => [...one.querySelectorAll('tbody tr')].map((row) => Number(row.cells[2].dataset.value)));
  await table.evaluate((one) => one.closest('details').setAttribute('open', ''));
  await (await table.$('thead th:nth-child(3) button')).click();
  const rising = await column();
  check(
    rising.every((value, i) => i === 0 || rising[i - 1] <= value),
    'a column does not sort',
  );
}

/// On paper every chart is a picture, in light colours, and gone afterwards.
async function checkPrint(page) {
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  const charts = (await page.$$('.chart')).length;
  const printed = await page.$$eval('img.printed', (list) => list.filter((one) => one.src.length > 5000).length);
  check(printed === charts, `${printed} of ${charts} charts are printed`);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  check((await page.$$('img')).length === 0, 'pictures for paper stay');
}

async function checkTheme(page) {
  const box = await page.$('.chart');
  await box.evaluate(remember);
  await page.click('button.theme');
  check((await box.evaluate(changeOf)) > rounding, 'the other theme draws the same');
  await page.click('button.theme');
  check((await box.evaluate(changeOf)) < rounding, 'the first theme does not come back');
}

/// The table of patterns says exactly what result.json says.
async function checkNumbers(page, result) {
  const rows = await page.$$eval('#patterns table tbody tr', (list) =>
    list.map((row) => [...row.cells].map((cell) => cell.dataset.value)),
  );
  const heads = await page.$$eval('#patterns table thead th', (list) => list.map((head) => head.textContent));
  check(rows.length === result.patterns.length, 'the table has not every pattern');
  for (const run of result.patterns) {
    const row = rows.find((one) => one[0] === run.pattern) ?? [];
    const expect = {
      layer: run.layer_seconds,
      'lower bound': run.lower_bound_seconds,
      '% of ideal': run.communication_efficiency,
      dispatch: run.phases.dispatch.seconds,
      combine: run.phases.combine.seconds,
      'exposed communication': run.exposed_communication_seconds,
      'all steps': run.total_seconds,
      'scale-out bytes': run.phases.dispatch.scale_out_bytes + run.phases.combine.scale_out_bytes,
      messages: run.phases.dispatch.messages + run.phases.combine.messages,
    };
    for (const [cause, seconds] of Object.entries(run.blame.seconds)) {
      const head = cause.replace('scale_up', 'scale-up').replace('scale_out', 'scale-out').replaceAll('_', ' ');
      if (heads.includes(head)) expect[head] = seconds;
    }
    for (const [head, value] of Object.entries(expect))
      check(
        Number(row[heads.indexOf(head)]) === value,
        `${run.pattern}: ${head} is ${row[heads.indexOf(head)]}, not ${value}`,
      );
  }
  check((await page.textContent('#verdict')) === result.verdict, 'the verdict is another');
  await checkTables(page, result);
}

/// Values of a table's column, by what its summary begins with.
const columnOf = (page, summary, head) =>
  page.evaluate(
    ([wanted, name]) => {
      const details = [...document.querySelectorAll('details')].find((one) =>
        one.querySelector('summary').textContent.startsWith(`Table: ${wanted}`),
      );
      const place = [...details.querySelectorAll('thead th')].findIndex((one) => one.textContent === name);
      return [...details.querySelectorAll('tbody tr')].map((row) => row.cells[place].dataset.value);
    },
    [summary, head],
  );

/// The other tables: loads, sums of traffic, waits, steps, validation, the end of the path.
async function checkTables(page, { patterns }) {
  const same = (found, said, what) =>
    check(JSON.stringify(found.map(Number)) === JSON.stringify(said), `${what}: ${found} instead of ${said}`);
  const best = patterns.reduce((one, other) => (other.layer_seconds < one.layer_seconds ? other : one));
  const first = patterns[0];
  if (first.load) {
    same(await columnOf(page, 'load of each expert', 'selections'), first.load.expert_loads, 'loads of experts');
    same(await columnOf(page, 'load of each rank', 'selections'), first.load.device_loads, 'loads of ranks');
    const level = await columnOf(page, 'sums of each phase', 'deduplication');
    const bytes = (await columnOf(page, 'sums of each phase', 'together')).map(Number);
    same(
      bytes.filter((_, i) => level[i] === 'device'),
      ['dispatch', 'combine'].map((phase) => first.phases[phase].logical_bytes),
      'traffic',
    );
  }
  same(
    await columnOf(page, 'the ten longest waits', 'waited'),
    best.waits.map((wait) => wait.waited_seconds),
    'waits',
  );
  if (first.steps.length > 1)
    for (const run of patterns)
      check(
        JSON.stringify(
          (await columnOf(page, 'time of a layer', run.pattern)).map((one) => (one === '' ? null : Number(one))),
        ) === JSON.stringify(run.steps.map((step) => step.layer_seconds)),
        `${run.pattern}: steps`,
      );
  if (patterns.some((run) => run.transport !== 'ideal'))
    same(
      await columnOf(page, 'validated ranges', 'mean error'),
      patterns.filter((run) => run.transport !== 'ideal').map((run) => run.validation?.error?.mean ?? 0),
      'errors',
    );
  const begins = (await columnOf(page, `critical path of ${best.pattern}`, 'begin')).map(Number);
  const lasts = (await columnOf(page, `critical path of ${best.pattern}`, 'lasts')).map(Number);
  const end = begins.at(-1) + lasts.at(-1);
  check(
    begins.length === Math.min(best.blame.operations, 500) &&
      (begins.length === 500 || Math.abs(end - best.layer_seconds) < 1e-9),
    `the path ends at ${end}`,
  );
}

/// The chosen pattern is the one that is shown.
async function checkChoices(page, { patterns }) {
  for (const run of patterns) {
    await page.selectOption('#timeline select[aria-label="Pattern"]', run.pattern);
    const path = await columnOf(page, `critical path of ${run.pattern}`, 'begin');
    check(path.length === Math.min(run.blame.operations, 500), `timeline: choosing ${run.pattern} shows another path`);
  }
}

async function main() {
  const html = fs.readFileSync(pagePath, 'utf8');
  check(!/\b(src|href)\s*=\s*["']?http/i.test(html), 'something is fetched from the net');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  const isOurs = (text) => !text.startsWith('Canvas2D: Multiple readback'); // of these tests, which read pixels
  page.on('console', (message) =>
    check(!['error', 'warning'].includes(message.type()) || !isOurs(message.text()), `console: ${message.text()}`),
  );
  page.on('pageerror', (error) => check(false, `error: ${error.message}`));
  page.on('request', (request) => check(/^(file|data|blob):/.test(request.url()), `asked for ${request.url()}`));
  const began = Date.now();
  await page.goto(`file://${pagePath}`);
  await page.waitForSelector('html[data-drawn]', { state: 'attached' });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const seconds = (Date.now() - began) / 1000;
  check(seconds < 10, `interactive after ${seconds} s`);
  check((await page.textContent('h1')) === title, `the title is ${await page.textContent('h1')}`);
  check((await page.$$('img')).length === 0, 'text has become an image');
  check(
    await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    'the page is wider than a laptop',
  );
  const hasCharts = await page.evaluate(() => typeof echarts !== 'undefined');
  await (hasCharts ? checkCharts : checkNoCharts)(page);
  const result = resultPath && JSON.parse(fs.readFileSync(resultPath, 'utf8'));
  if (result) await checkNumbers(page, result);
  if (hasCharts) {
    await checkTheme(page);
    await checkPrint(page);
    await checkControls(page);
    await checkZoom(page);
    await checkPointing(page);
  }
  if (result) await checkChoices(page, result);
  await checkSorting(page);
  await browser.close();
  console.log(`${seconds} s until interactive`);
  for (const fault of faults) console.log(`fault: ${fault}`);
  process.exit(faults.length ? 1 : 0);
}

main().catch((error) => {
  console.log(`fault: ${error.stack}`);
  process.exit(1);
});
