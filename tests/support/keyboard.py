"""A page walked through with the tab key: what the keyboard does not reach, what it stops at unseen, and what only a mouse can press."""

from __future__ import annotations

from playwright import async_api, sync_api

ROUND = 60
"""Presses between two looks at how far the walk is; a form of a drill has some 200 stops, and no control 60 parts."""
LIMIT = 1_200

UNSEEN = """one => {
  const style = getComputedStyle(one)
  if (style.outlineStyle === "none") return "is not marked"
  const isSeen = [...one.getClientRects()].some(box => {
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth)
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight)
    if (right - left < 1 || bottom - top < 1) return false
    return [0.5, 0.1, 0.9].some(part => {
      const there = document.elementFromPoint(left + (right - left) / 2, top + (bottom - top) * part)
      return there && (one.contains(there) || there.contains(one) || [...(one.labels || [])].some(label => label.contains(there)))
    })
  })
  return isSeen ? "" : "is not seen when it is come to"
}"""

START = """() => {
  const unseenBecause = UNSEEN
  document.activeElement.blur()
  getSelection().removeAllRanges()
  const walk = {stops: new Set(), found: [], round: false, first: null, now: null, before: 0}
  window.__walk = walk
  const named = one => `${one.tagName.toLowerCase()} ${(one.getAttribute("aria-label") || one.textContent || one.name || "").trim().replace(/\\s+/g, " ").slice(0, 40)}`
  walk.named = named
  addEventListener("keyup", () => {  // once the browser has moved to what has the focus
    const one = document.activeElement
    if (walk.round || one === document.body || one === walk.now) return
    walk.now = one
    if (one === walk.first && walk.stops.size > 1) { walk.round = true; return }
    walk.first = walk.first || one
    if (walk.stops.has(one)) { walk.found.push(`${named(one)} is come to twice`); return }
    walk.stops.add(one)
    const unseen = unseenBecause(one)
    if (unseen) walk.found.push(`${named(one)} ${unseen}`)
  })
}""".replace("UNSEEN", UNSEEN)

HOW_FAR = """() => {
  const walk = window.__walk, isStuck = !walk.round && walk.stops.size === walk.before
  walk.before = walk.stops.size
  if (isStuck) walk.found.push(`${walk.named(document.activeElement)} keeps the keyboard`)
  return isStuck || walk.round
}"""

TELL = """() => {
  const walk = window.__walk
  const PRESSED = "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex^='-']), [contenteditable=true]"
  const isShown = one => one.checkVisibility({visibilityProperty: true}) && !one.closest("[inert]")
  const isFor = one => one.type !== "radio" || ![...walk.stops].some(other => other.type === "radio" && other.name === one.name && other.form === one.form)
  for (const one of document.querySelectorAll(PRESSED))
    if (!one.disabled && !one.closest("fieldset:disabled") && one.tabIndex >= 0 && isShown(one) && !walk.stops.has(one) && isFor(one))
      walk.found.push(`${walk.named(one)} is never come to`)
  for (const one of document.querySelectorAll("main *, header *, footer *")) {
    const isHand = getComputedStyle(one).cursor === "pointer" && getComputedStyle(one.parentElement).cursor !== "pointer"
    if (isHand && isShown(one) && !one.closest("a[href], button, label, summary, input, select")) walk.found.push(`${walk.named(one)} is only for a mouse`)
  }
  return walk.stops.size ? walk.found : ["the keyboard reaches nothing"]
}"""


def why_unseen(page: sync_api.Page) -> str:
    """Why one does not see where the keyboard is; empty when one does."""
    return page.evaluate(f"({UNSEEN})(document.activeElement)")  # type: ignore[no-any-return]


def walked(page: sync_api.Page) -> list[str]:
    """What somebody without a mouse does not get at on the page as it stands, in words; empty when the tab key comes round.

    Every control that is shown and not disabled is a stop; of a group of radio buttons one is, for the arrows lead to
    the others. A stop is marked, is in the window, and lies under nothing (WCAG 2.1.1, 2.1.2, 2.4.7, 2.4.11).
    """
    page.evaluate(START)
    for _ in range(0, LIMIT, ROUND):
        for _ in range(ROUND):
            page.keyboard.press("Tab")
        if page.evaluate(HOW_FAR):
            return page.evaluate(TELL)  # type: ignore[no-any-return]
    return [f"after {LIMIT} presses the keyboard has not come round", *page.evaluate(TELL)]


async def walked_by(page: async_api.Page) -> list[str]:
    """The same for a page of Playwright's asynchronous half."""
    await page.evaluate(START)
    for _ in range(0, LIMIT, ROUND):
        for _ in range(ROUND):
            await page.keyboard.press("Tab")
        if await page.evaluate(HOW_FAR):
            return await page.evaluate(TELL)  # type: ignore[no-any-return]
    return [f"after {LIMIT} presses the keyboard has not come round", *await page.evaluate(TELL)]
