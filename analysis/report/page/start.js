// Where the page begins: the data, then one section after another.

let report = null;

const comparisonSections = [patternsSection, scenarioSection];

function start() {
  report = JSON.parse(document.getElementById('data').textContent);
  const button = startTheme(redrawAll);
  document.body.append(element('header'), element('main'), element('footer', { class: 'faint' }));
  document.querySelector('header').append(button);
  comparisonHeader();
  document.querySelector('header').append(element('nav', { 'aria-label': 'Sections' }));
  if (!hasCharts()) document.querySelector('header').append(element('p', { class: 'notice' }, report.no_charts));
  for (const add of comparisonSections) add();
  document.querySelector('footer').append(
    element('p', {}, `Written by epsim ${report.version}. Charts: Apache ECharts, Apache License 2.0. This page fetches nothing.`));
  document.documentElement.dataset.drawn = allCharts.length;
}

document.addEventListener('DOMContentLoaded', start);
