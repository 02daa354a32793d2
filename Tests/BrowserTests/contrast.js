// Texts whose contrast with what is behind them is below 4.5 to 1 (3 to 1 when large), as WCAG 2.2 counts it.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  const own = rgba(getComputedStyle(element).backgroundColor);
  if (own[3] === 1 || !element.parentElement) return own[3] === 1 ? own : over(own, [255, 255, 255, 1]);
  return over(own, ground(element.parentElement));
};
const poor = [];
for (const element of document.querySelectorAll("body *")) {
  const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const box = element.getBoundingClientRect();
  if (!isText || box.width < 2 || box.height < 2 || element.closest("svg, dialog:not([open]), select")) continue;
  const style = getComputedStyle(element);
  const behind = ground(element);
  const [one, other] = [luminance(over(rgba(style.color), behind)), luminance(behind)].sort((a, b) => b - a);
  const isLarge = parseFloat(style.fontSize) >= 24;
  const ratio = (one + 0.05) / (other + 0.05);
  if (ratio < (isLarge ? 3 : 4.5)) poor.push(`${element.className || element.tagName} ${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 30)}`);
}
return poor;
