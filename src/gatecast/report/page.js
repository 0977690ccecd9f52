"use strict";
// Draws every figure of the page from the JSON beside it, in the colours of the reader's scheme.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  // Buttons appear under a mouse; a finger pinches, and buttons would only lie over the legend.
  const buttons = window.matchMedia("(hover: hover)").matches ? "hover" : false;
  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: buttons,
    modeBarButtonsToRemove: ["lasso2d", "select2d"],
  };
  // The palette's blue is dark; on dark paper a lighter one of the same hue is seen better. Its sky blue
  // would then look the same, so that grows lighter first.
  const lighter = [
    [/#56B4E9/g, "#b3dcf5"],
    [/rgba\(86, 180, 233,/g, "rgba(179, 220, 245,"],
    [/#0072B2/g, "#4ba7e0"],
    [/rgba\(0, 114, 178,/g, "rgba(75, 167, 224,"],
  ];

  function ink() {
    return getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim();
  }

  function draw(place) {
    let text = document.getElementById(place.dataset.figure).textContent;
    if (dark.matches) {
      lighter.forEach(function (pair) {
        text = text.replace(pair[0], pair[1]);
      });
    }
    const figure = JSON.parse(text);
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
