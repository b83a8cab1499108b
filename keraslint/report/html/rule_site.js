"use strict";
(() => {
  const box = document.getElementById("search");
  const none = document.getElementById("none");
  const rules = [...document.querySelectorAll("article")].map((article) => ({
    article,
    entry: document.querySelector(`nav [data-rule="${article.id}"]`),
    text: article.textContent.toLowerCase(),
  }));
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { article, entry, text } of rules) {
      const fits = words.every((word) => text.includes(word));
      article.hidden = entry.hidden = !fits;
      shown += fits;
    }
    none.hidden = shown > 0;
  };
  box.addEventListener("input", show);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    box.value = asked;
    show();
  }
})();
