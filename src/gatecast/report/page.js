"use strict";
// Draws every figure of the page from the JSON beside it, in the colours of the reader's scheme.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };

  function ink() {
    return getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim();
  }

  function draw(place) {
    const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    figure.layout.font = Object.assign({}, figure.layout.font, { color: ink() });
    if (place.clientWidth < 640) {
      figure.layout.margin = Object.assign({}, figure.layout.margin, { l: 48, r: 8 });
      figure.layout.legend = Object.assign({}, figure.layout.legend, { font: { size: 11 } });
    }
    place.style.height = figure.layout.height + "px";
    return Plotly.newPlot(place, figure.data, figure.layout, config);
  }

  function drawAll() {
    const places = Array.from(document.querySelectorAll(".plot"));
    return Promise.all(places.map(draw)).then(function () {
      document.documentElement.dataset.drawn = String(places.length);
    });
  }

  drawAll();
  dark.addEventListener("change", drawAll);
})();
