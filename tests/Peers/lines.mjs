// How the tests talk to these programs: one JSON object a line. When the tests end, so does the input, and so do we.
import { createInterface } from 'node:readline';

// What a library has to say must not come between the lines.
console.log = console.error;
console.info = console.error;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export async function read() {
  const { done, value } = await lines.next();
  return done ? process.exit(0) : JSON.parse(value);
}

export function write(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
