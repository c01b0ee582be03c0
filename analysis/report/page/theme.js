// Colours: Okabe and Ito's, which people tell apart whatever they see of colours, on light and on dark.

const parts = {
  gate: '#cc79a7',
  dispatch: '#0072b2',
  expert: '#e69f00',
  combine: '#009e73',
  overhead: '#8a8f98',
};
const causes = {
  start_up: '#5f6670',
  message_overhead: '#8a8f98',
  least_duration: '#b8bdc5',
  latency: '#009e73',
  window: '#80cfb9',
  scale_up_transfer: '#0072b2',
  scale_up_sharing: '#0072b2',
  scale_out_transfer: '#d55e00',
  scale_out_sharing: '#d55e00',
  device_cap_transfer: '#cc79a7',
  device_cap_sharing: '#cc79a7',
  computation: '#e69f00',
  hot_device: '#e69f00',
  unexplained: '#000000',
};
const seriesColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a8f98', '#b8a000'];
const seriesSymbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'circle', 'rect', 'triangle'];
const seriesLines = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 2], [12, 4], 'solid', 'dashed'];

const themes = {
  light: {
    ink: '#1b1e23',
    faint: '#5a626e',
    line: '#d9dde3',
    paper: '#ffffff',
    raised: '#f5f6f8',
    ramp: ['#f3f6fb', '#c6dcec', '#8fbfda', '#4a93c3', '#1f66a5', '#08306b'],
  },
  dark: {
    ink: '#e6e9ed',
    faint: '#a3acb8',
    line: '#363c45',
    paper: '#15181c',
    raised: '#1e2228',
    ramp: ['#1d2733', '#21435f', '#2a6a94', '#4a9cc7', '#9ad0e8', '#f2fbff'],
  },
};

let isPrinting = false;
function currentTheme() {
  return themes[isPrinting ? 'light' : document.documentElement.dataset.theme];
}

/// The reader's choice, else the system's, which may change while the page is open.
function startTheme(redraw) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = null;
  const apply = () => {
    document.documentElement.dataset.theme = isPrinting ? 'light' : (chosen ?? (system.matches ? 'dark' : 'light'));
    redraw();
  };
  system.addEventListener('change', apply);
  window.addEventListener('beforeprint', () => {
    isPrinting = true;
    apply();
  });
  window.addEventListener('afterprint', () => {
    isPrinting = false;
    apply();
  });
  document.documentElement.dataset.theme = system.matches ? 'dark' : 'light';
  const button = element('button', { type: 'button', class: 'theme' }, 'Dark or light');
  button.addEventListener('click', () => {
    chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    apply();
  });
  return button;
}
