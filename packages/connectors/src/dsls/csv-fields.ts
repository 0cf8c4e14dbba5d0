/** The fields of one line of comma-separated values. A quoted field may hold commas and doubled quotes, and no line break. */

/** Null where a quote is never closed, or something follows one that is. Linear in the line. */
export function csvFields(line: string): readonly string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      const quoted = quotedFrom(line, at + 1);
      if (!quoted) return null;
      fields.push(quoted.text);
      at = quoted.end;
      if (at < line.length && line[at] !== ',') return null;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end).trim());
      at = end;
    }
    if (at >= line.length) return fields;
    at += 1;
  }
}

function quotedFrom(line: string, from: number): { readonly text: string; readonly end: number } | null {
  let text = '';
  for (let at = from; ; ) {
    const quote = line.indexOf('"', at);
    if (quote < 0) return null;
    text += line.slice(at, quote);
    if (line[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    at = quote + 2;
  }
}
