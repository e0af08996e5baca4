// Runs before the first paint, so that a chosen theme never flashes the other one. "system" is the absence of a choice.
(function () {
  try {
    var theme = localStorage.getItem('kanban-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch (e) {
    console.info('No stored theme: the browser keeps no storage for this page.', e);
  }
})();
