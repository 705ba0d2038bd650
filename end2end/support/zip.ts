/** Zip files, as far as a test needs them: the texts in one, by their names (APPNOTE.TXT 4.3). */
import { inflateRawSync } from "node:zlib";

export function textsOf(zip: Buffer): Record<string, string> {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error("not a zip file");
  const texts: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error("not an entry of the directory");
    const [packed, whole] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const header = zip.readUInt32LE(at + 42);
    const begin = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const bytes = zip.subarray(begin, begin + packed);
    const text = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes;
    if (text.length !== whole) throw new Error("a damaged entry");
    texts[zip.toString("utf8", at + 46, at + 46 + name)] = text.toString("utf8");
    at += 46 + name + extra + comment;
  }
  return texts;
}
