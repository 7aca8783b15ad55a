// Charts: <figure class="chart"><div data-chart="ID"></div>…the same numbers as a table…</figure>, the option of ECharts
// beside it as <script type="application/json" id="ID">. Colours and type are the house's, in light and in dark.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const FONT = "Inter, system-ui, sans-serif";

function themed(option) {
  // The font is named at the labels themselves: room for them is measured without the one of the whole chart.
  const axis = { axisLine: { lineStyle: { color: token("--line") } }, axisLabel: { color: token("--soft"), fontFamily: FONT }, splitLine: { lineStyle: { color: token("--line") } } };
  const axes = (one) => (Array.isArray(one) ? one : one ? [one] : []).map((each) => ({ ...axis, ...each, axisLabel: { ...axis.axisLabel, ...each.axisLabel } }));
  return {
    color: [token("--brand"), token("--wait"), token("--soft"), token("--bad"), token("--good")],
    textStyle: { fontFamily: FONT, color: token("--ink") },
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("--paper"), borderColor: token("--line"), textStyle: { color: token("--ink") } },
    ...option,
    legend: option.legend ? { textStyle: { color: token("--ink") }, ...option.legend } : undefined,
    xAxis: axes(option.xAxis),
    yAxis: axes(option.yAxis),
  };
}

function draw(place) {
  const source = document.getElementById(place.dataset.chart);
  if (!source) return;
  drawn.get(place)?.dispose();
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(themed(JSON.parse(source.textContent)));
  drawn.set(place, chart);
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
}

window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
dark.addEventListener("change", drawAll);
document.addEventListener("htmx:after:swap", drawAll);
document.fonts.load("12px Inter").finally(drawAll); // before the font is there labels would be measured in another
