/* Moves between a draft and its evidence. Works by delegation, because drafts are replaced while they grow. */
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const behavior = () => (calm.matches ? "auto" : "smooth");
  const target = (link) => document.getElementById(link.getAttribute("href").slice(1));

  function show(element, block) {
    const pane = element.closest(".evidence");
    if (pane && getComputedStyle(pane).overflowY !== "visible") {
      pane.scrollTo({ top: pane.scrollTop + element.getBoundingClientRect().top - pane.getBoundingClientRect().top - 12, behavior: behavior() });
      if (pane.getBoundingClientRect().top > innerHeight * 0.6) pane.scrollIntoView({ block: "start", behavior: behavior() });
    } else {
      const far = Math.abs(element.getBoundingClientRect().top) > 3 * innerHeight;
      element.scrollIntoView({ block, behavior: far ? "auto" : behavior() });
    }
    element.focus({ preventScroll: true });
  }

  function choose(card, mark) {
    const result = card.closest(".result");
    result.querySelectorAll(".active").forEach((element) => element.classList.remove("active"));
    card.classList.add("active");
    mark?.classList.add("active");
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".result a[href^='#']");
    if (link) {
      const to = target(link);
      event.preventDefault();
      if (!to) return;
      if (link.matches(".cite")) {
        choose(to, link);
        show(to, "start");
      } else if (link.matches(".back")) {
        show(link.closest(".result").querySelector(".cite.active[href='#" + link.closest(".card").id + "']") ?? to, "center");
      } else {
        if (to.tagName === "DETAILS") to.open = true;
        show(to, "start");
      }
      return;
    }
    const unfold = event.target.closest?.(".unfold");
    if (unfold) {
      unfold.setAttribute("aria-expanded", String(unfold.getAttribute("aria-expanded") !== "true"));
      /* Gradio measures a text box when it is typed into; one that was hidden has no height yet. */
      const boxes = document.getElementById(unfold.getAttribute("aria-controls")).querySelectorAll("textarea");
      boxes.forEach((box) => box.dispatchEvent(new Event("input", { bubbles: true })));
      return;
    }
    const fold = event.target.closest?.(".result .fold");
    if (fold) {
      const open = fold.dataset.open !== "1";
      fold.dataset.open = open ? "1" : "0";
      fold.textContent = open ? "Overview only" : "Show everything";
      fold.closest("section").querySelectorAll("details.block").forEach((block) => (block.open = open));
    }
  });

  /* When a draft begins to grow out of sight, bring its beginning into view, once. */
  const busy = new WeakSet();
  new MutationObserver(() => {
    document.querySelectorAll("[id^='result-']").forEach((pane) => {
      const growing = pane.querySelector(".draft[aria-busy='true']");
      if (growing && !busy.has(pane)) {
        busy.add(pane);
        const actions = document.querySelector("#form-" + pane.id.slice(7) + " .actions");
        if (growing.getBoundingClientRect().top > innerHeight * 0.6) actions?.scrollIntoView({ block: "start", behavior: behavior() });
      } else if (!growing) {
        busy.delete(pane);
      }
    });
  }).observe(document, { childList: true, subtree: true });
})();
