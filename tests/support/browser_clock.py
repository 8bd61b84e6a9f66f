"""A page's clock, moved by a test: dates are later, and what waits longer than a second is due.

Playwright's own clock holds timers of the browser back now and then, and a test then waits for
ever for a page that waits for them.
"""

from __future__ import annotations

SCRIPT = """
(() => {
  const Real = Date;
  const wait = window.setTimeout.bind(window);
  const pending = [];
  let moved = 0;
  const now = () => Real.now() + moved;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(now()); }
    static now() { return now(); }
  };
  window.setTimeout = (work, ms = 0, ...given) =>
    ms < 1000 ? wait(work, ms, ...given)
      : pending.push({ work: () => work(...given), due: now() + ms });
  window.moveClock = (ms) => {
    moved += ms;
    for (const one of pending.splice(0)) one.due <= now() ? one.work() : pending.push(one);
  };
})();
"""


def hold(page, moment=None):
    """Give the pages that come a clock of the test's own; ``moment`` is where it begins."""
    begin = f"window.moveClock(Date.parse({moment!r}) - Date.now());" if moment else ""
    page.add_init_script(SCRIPT + begin)


def forward(page, ms):
    """Move the clock of the page on."""
    page.evaluate("(ms) => window.moveClock(ms)", ms)
