// Reads the dropped files, and detects files that contain private keys.

/** Returns the dropped files, [{name, file}], including those in folders. */
export async function dropped(transfer) {
  const files = [];
  // The items are no longer available after the first await.
  const items = [...transfer.items].filter(item => item.kind === 'file').map(item => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  for (const [entry, file] of items) {
    if (entry) await walk(entry, files);
    else if (file) files.push({name: file.name, file}); // not from a file system
  }
  return files;
}

async function walk(entry, files) {
  if (files.length >= 10_000) throw new Error('Expected at most 10,000 files, found more.');
  if (entry.isFile) {
    files.push({name: entry.fullPath.slice(1), file: await new Promise((done, failed) => entry.file(done, failed))});
    return;
  }
  const reader = entry.createReader();
  for (;;) { // it returns at most a hundred entries at a time
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return;
    for (const each of some) await walk(each, files);
  }
}

/**
 * Returns whether a file contains private keys, according to its name and content: PEM, or a PKCS#12 file, which begins
 * with version 3 and the object identifier of its content.
 */
export async function holdsKeys(name, file) {
  if (/\.(pfx|p12|key)$/i.test(name)) return true;
  if (/\.(zip|xml|json|ndjson|ya?ml|reg)$/i.test(name)) return false;
  const start = new Uint8Array(await file.slice(0, 32).arrayBuffer());
  const hex = [...start].map(byte => byte.toString(16).padStart(2, '0')).join('');
  if (/^30(80|[0-7].|8[1-4](..){1,4}?)02010330/.test(hex)) return true;
  if (file.size > 16 << 20) return false; // larger than any certificate file that the program accepts
  const text = (await file.text()).replaceAll('\0', ''); // UTF-16 too
  return /-----BEGIN [A-Z0-9 ]*(PRIVATE KEY|PKCS12)-----/.test(text);
}
