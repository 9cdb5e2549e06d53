// Looks for text that touches other text, and for what is wider than the page.
// The value is an object that the test decodes.
(() => {
  const seen = [];
  const clip = (element, r) => {
    // What scrolls hides what lies outside.
    for (let e = element; e && e !== document.body; e = e.parentElement) {
      if (getComputedStyle(e).overflowX === "auto") {
        const c = e.getBoundingClientRect();
        r = {left: Math.max(r.left, c.left), right: Math.min(r.right, c.right), top: r.top, bottom: r.bottom};
      }
    }
    return r;
  };
  const add = (element, text, r) => {
    r = clip(element, r);
    if (r.right - r.left < 1 || r.bottom - r.top < 1 || r.right < 0) return;
    seen.push({element, text: text.trim().slice(0, 60), left: r.left, right: r.right, top: r.top, bottom: r.bottom});
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("title,desc,style,script")) continue;
    if (getComputedStyle(parent).visibility === "hidden") continue;
    const svgText = parent.closest("text");
    if (svgText) {
      add(svgText, node.data, svgText.getBoundingClientRect());
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) add(parent, node.data, r);
  }
  // A line's box is higher than its letters: two pixels may be shared.
  const slack = 2;
  const Overlaps = [];
  seen.sort((a, b) => a.top - b.top);
  for (let i = 0; i < seen.length; i++) {
    for (let k = i + 1; k < seen.length && seen[k].top < seen[i].bottom - slack; k++) {
      const a = seen[i], b = seen[k];
      if (a.left + slack < b.right && b.left + slack < a.right && Overlaps.length < 20) {
        Overlaps.push(`"${a.text}" touches "${b.text}" at ${Math.round(b.left)},${Math.round(b.top + scrollY)}`);
      }
    }
  }
  const Overflow = [];
  const wide = document.documentElement.clientWidth;
  const scrolls = (e) => e && e !== document.body &&
    (getComputedStyle(e).overflowX === "auto" || scrolls(e.parentElement));
  for (const e of document.querySelectorAll("body, body *")) {
    if (Overflow.length < 5 && e.getBoundingClientRect().right > wide + 1 && !scrolls(e.parentElement)) {
      Overflow.push(`${e.tagName} ${e.id} is wider than the page, ${wide}: ${e.textContent.trim().slice(0, 60)}`);
    }
  }
  if (document.documentElement.scrollWidth > wide && !Overflow.length) {
    Overflow.push(`the page scrolls to ${document.documentElement.scrollWidth}, it is wider than ${wide}`);
  }
  return {Texts: seen.length, Overlaps, Overflow};
})()
