// Where the page begins: the data, then one section after another.

let report = null;

const comparisonSections = [
  patternsSection,
  timelineSection,
  linkUseSection,
  trafficSection,
  waitsSection,
  loadsSection,
  stepsSection,
  networkSection,
  validationSection,
  scenarioSection,
];
const sweepSections = [sweepLinesSection, sweepMapSection, sweepFrontSection, sweepTableSection, sweepScenarioSection];

function start() {
  report = JSON.parse(document.getElementById('data').textContent);
  const button = startTheme(redrawAll);
  document.body.append(element('header'), element('main'), element('footer', { class: 'faint' }));
  document.querySelector('header').append(button);
  const isSweep = report.kind === 'sweep';
  (isSweep ? sweepHeader : comparisonHeader)();
  document.querySelector('header').append(element('nav', { 'aria-label': 'Sections' }));
  if (!hasCharts()) document.querySelector('header').append(element('p', { class: 'notice' }, report.no_charts));
  for (const add of isSweep ? sweepSections : comparisonSections) add();
  document
    .querySelector('footer')
    .append(
      element(
        'p',
        {},
        `Written by epsim ${report.version}. Charts: Apache ECharts, Apache License 2.0. This page fetches nothing.`,
      ),
    );
  document.documentElement.dataset.drawn = allCharts.length;
}

document.addEventListener('DOMContentLoaded', start);
