// A comparison's head and its last section: what was asked, in full.

const runs = () => report.result.patterns;
const runOf = (pattern) => runs().find((run) => run.pattern === pattern);
const fastest = () => runs().reduce((best, run) => (run.layer_seconds < best.layer_seconds ? run : best));
const patternOptions = () => runs().map((run) => [run.pattern, run.pattern]);

function comparisonHeader() {
  const run = runs()[0];
  const header = document.querySelector('header');
  header.append(element('h1', {}, report.result.scenario));
  for (const [key, label] of [
    ['question', 'Question: '],
    ['expect', 'Expected: '],
  ])
    if (run.resolved_scenario[key]) header.append(element('p', { class: 'faint' }, label + run.resolved_scenario[key]));
  header.append(element('p', { class: 'lead', id: 'verdict' }, report.result.verdict));
  const outside = runs().filter((one) => one.transport !== 'ideal' && !one.validation?.covers_this_run);
  if (outside.length)
    header.append(
      element(
        'p',
        { class: 'notice' },
        'How far these times may be off is not known: ' +
          `${outside.map((one) => `${one.pattern} (${one.transport})`).join(', ')} ran outside of what was held against measurements. `,
        element('a', { href: '#validation' }, 'Validation'),
        ' says where that was.',
      ),
    );
}

function scenarioSection() {
  const run = runs()[0];
  const seed = run.resolved_scenario.workload?.seed;
  const section = addSection('scenario', 'Scenario, version and seed');
  const steps = run.steps.length;
  section.append(
    element(
      'p',
      {},
      `epsim ${run.version}, engine ${run.engine}, ${seed === undefined ? 'no seed (direct traffic)' : `seed ${seed}`}` +
        `${steps > 1 ? `, the last of ${steps} steps where nothing else is said` : ''}. The scenario with all defaults filled in, to be run again:`,
    ),
  );
  section.append(element('pre', { tabindex: '0' }, JSON.stringify(run.resolved_scenario, null, 2)));
}
