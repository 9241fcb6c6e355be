// Usage: node read.mjs URL. What two parsers read there, as JSON, one list of events each.
import ICAL from "ical.js";
import ical from "node-ical";

const answer = await fetch(process.argv[2]);
const text = await answer.text();
const root = new ICAL.Component(ICAL.parse(text));
const value = (event, name) => event.component.getFirstPropertyValue(name) ?? null;

const ofIcalJs = root.getAllSubcomponents("vevent").map((each) => {
  const event = new ICAL.Event(each);
  return {
    uid: event.uid,
    summary: event.summary,
    description: event.description ?? null,
    start: event.startDate.toJSDate().toISOString(),
    status: value(event, "status"),
    sequence: event.sequence,
    labels: each.getFirstProperty("categories")?.getValues() ?? [],
  };
});
const parsed = Object.values(ical.sync.parseICS(text));
const ofNodeIcal = parsed
  .filter((each) => each.type === "VEVENT")
  .map((event) => ({
    uid: event.uid,
    summary: event.summary,
    description: event.description ?? null,
    start: event.start.toISOString(),
    status: event.status,
    sequence: Number(event.sequence),
    labels: event.categories ?? [],
  }));

console.log(
  JSON.stringify({
    type: answer.headers.get("content-type"),
    // ical.js leaves properties it does not know as they are written.
    name: parsed.find((each) => each.type === "VCALENDAR")?.["WR-CALNAME"],
    longestLine: Math.max(...text.split("\r\n").map((line) => Buffer.byteLength(line))),
    bareLineEnds: /[^\r]\n/.test(text),
    icalJs: ofIcalJs,
    nodeIcal: ofNodeIcal,
  }),
);
