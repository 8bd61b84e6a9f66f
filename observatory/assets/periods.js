// ISO weeks and retention quarters, as the service reckons them (observatory/complaint/periods.py).
// A moment is a number of milliseconds since 1970; days are those of UTC.
const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

// The Thursday of a moment's week, to which the week's year, month and quarter belong.
function thursdayOf(moment) {
  const day = Math.floor(moment / DAY_MS);
  const sinceMonday = (((day + 3) % 7) + 7) % 7; // 1 January 1970 was a Thursday
  return (day - sinceMonday + 3) * DAY_MS;
}

// Return { week: "2026-W48", quarter: year * 4 + (quarter - 1) } of a moment.
export function periodOf(moment) {
  const thursday = new Date(thursdayOf(moment));
  const year = thursday.getUTCFullYear();
  const number = 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK_MS);
  return {
    week: `${String(year).padStart(4, "0")}-W${String(number).padStart(2, "0")}`,
    quarter: year * 4 + Math.floor(thursday.getUTCMonth() / 3),
  };
}

// Return the period that lies `weeks` after a week written as "2026-W48".
export function later(week, weeks) {
  const [year, number] = week.split("-W").map(Number);
  return periodOf(thursdayOf(Date.UTC(year, 0, 4)) + (number - 1 + weeks) * WEEK_MS);
}
