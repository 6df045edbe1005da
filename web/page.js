// The page: it accepts files, has the worker check them, and shows the result. Text from files is inserted
// as text, never as markup.
import {Program} from './program.js';
import {dropped, holdsKeys} from './files.js';
import {whatIf} from './whatif.js';

const $ = id => document.getElementById(id);
const maxBytes = 256 << 20; // the program's limit

/** name -> {file, role, password, bytes}; bytes are read when the file is first needed. */
const given = new Map();
let result = null;

const program = new Program(showProgress);
program.ready.then(() => showStatus('Ready.'), showError);

function make(tag, content = '', attributes = {}) {
  const element = document.createElement(tag);
  Object.assign(element, attributes);
  element.append(...[content].flat());
  return element;
}

function showStatus(text, busy = false) {
  $('status').textContent = text;
  $('bar').hidden = $('stop').hidden = !busy;
}

function showProgress({what, done = 0, of = 0}) {
  showStatus(of ? `${what}: ${done} of ${of}` : `${what}…`, true);
  $('stop').hidden = false;
  if (of) {
    $('bar').max = of;
    $('bar').value = done;
  } else {
    $('bar').removeAttribute('value');
  }
}

function showError(error) {
  $('error').textContent = error?.message ?? String(error);
  $('error').hidden = false;
  showStatus('');
}

/** Adds files, [{name, file}], and checks all files. */
async function add(files) {
  $('error').hidden = true;
  try {
    for (const {name, file} of files) given.set(name, {file, role: '', password: ''});
    let size = 0;
    for (const {file} of given.values()) size += file.size;
    if (size > maxBytes) throw new Error(`Expected files of at most ${maxBytes >> 20} MiB together, found ${Math.ceil(size / 2 ** 20)} MiB.`);
    const keys = [];
    for (const {name, file} of files) if (await holdsKeys(name, file)) keys.push(name);
    const passwords = keys.length > 0 ? await mayReadKeys(keys) : null;
    keys.forEach((name, i) => passwords ? given.get(name).password = passwords[i] : given.delete(name));
  } catch (error) {
    for (const {name} of files) given.delete(name);
    showError(error);
    return;
  }
  await check();
}

/** Asks whether to read files with private keys, and returns their passwords, or null if not. */
function mayReadKeys(names) {
  const fields = names.map(name => make('input', [], {type: 'password', autocomplete: 'off', name}));
  $('keys-list').replaceChildren(...names.map((name, i) => make('label', [`Password of ${name}, if it has one`, fields[i]])));
  $('keys').returnValue = '';
  $('keys').showModal();
  return new Promise(done => {
    $('keys').addEventListener('close', () => {
      $('keys-list').replaceChildren();
      done($('keys').returnValue === 'read' ? fields.map(field => field.value) : null);
    }, {once: true});
  });
}

/** Checks all files. Requests in the meantime are answered afterwards. */
async function check() {
  $('error').hidden = true;
  for (const id of ['result', 'given', 'what-if', 'report-section']) $(id).hidden = true;
  if (given.size === 0) return showStatus('Ready.');
  showProgress({what: 'Reading the files'});
  try {
    await program.ready;
    const files = [], contents = [];
    for (const [name, entry] of given) {
      entry.bytes ??= await bytesOf(name, entry.file);
      files.push({name, role: entry.role, modified: entry.file.lastModified, password: entry.password});
      contents.push(entry.bytes);
    }
    result = JSON.parse(await program.ask({do: 'check', files, at: $('at').value.trim(), procedure: $('procedure').value}, contents));
    show();
    if (result.servers.length > 0) await showReport();
    showStatus(summary());
  } catch (error) {
    showError(error);
    if (given.size > 0 && !result) showFiles([...given.keys()].map(name => ({name, role: '', roles: [], holds: []})));
  }
}

async function bytesOf(name, file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new Error(`${name}: could not be read: ${error.message}`);
  }
}

function summary() {
  const count = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${count(result.servers.length, 'server')} checked` + (result.failed.length ? `, ${result.failed.length} could not be checked` : '') + '.';
}

function show() {
  showFiles(result.files);
  showNotes();
  $('servers').tBodies[0].replaceChildren(...result.servers.map(server => make('tr', [
    make('th', server.name, {scope: 'row'}),
    make('td', server.verdict, {className: `verdict ${server.verdict.split(' ')[0]}`}),
    make('td', String(server.errors)), make('td', String(server.warnings)), make('td', server.evaluated_at),
  ])));
  $('servers-scroll').hidden = result.servers.length === 0;
  $('failed').replaceChildren(...result.failed.map(failure => make('div', [
    make('p', (failure.document ? `${failure.document}: ` : '') + failure.message, {className: 'failure'}),
    ...commands(failure.missing, 'Run this in the Exchange Management Shell of the server, and add the file:'),
  ])));
  showMissing();
  showDownloads();
  whatIf(result.servers, {ask: askBusy, read: readAdded, make});
  $('result').hidden = $('given').hidden = false;
  $('result-title').focus({preventScroll: true});
}

/** Sends a request that takes a moment. */
async function askBusy(request, contents) {
  showProgress({what: 'Comparing'});
  try {
    return await program.ask(request, contents);
  } finally {
    showStatus(summary());
  }
}

async function readAdded(file) {
  const passwords = await holdsKeys(file.name, file) ? await mayReadKeys([file.name]) : [''];
  return passwords && {bytes: await bytesOf(file.name, file), password: passwords[0]};
}

function commands(sections, title) {
  const unique = [...new Set(sections.map(section => section.command).filter(command => command))];
  return unique.length ? [make('p', title), make('pre', unique.join('\n'))] : [];
}

/** Shows what was not gathered: this is not an error, but the results would be more complete with it. */
function showMissing() {
  const parts = [];
  const unknown = result.servers.filter(server => server.unknown_trust > 0).map(server => server.name);
  if (unknown.length) parts.push(make('p', `Could not determine whether certificates of ${unknown.join(', ')} are trusted: add the root certificates of your CA in PEM.`));
  const sections = new Map();
  for (const server of result.servers) {
    for (const section of server.not_gathered) sections.set(section.name, {...section, servers: [...(sections.get(section.name)?.servers ?? []), server.name]});
  }
  if (sections.size) {
    parts.push(make('details', [
      make('summary', 'Not gathered'),
      make('ul', [...sections.values()].map(section => make('li', `${section.name}: ${section.servers.join(', ')}`))),
      ...commands([...sections.values()], 'Export the missing information with these commands:'),
    ]));
  }
  $('missing').replaceChildren(...parts);
}

const roles = {
  zip: 'exports', export: 'exports', documents: 'document', facts: 'facts', waivers: 'waivers', certificates: 'certificates of the store',
  services: 'services of certificates', roots: 'trusted roots', registry: 'cluster names', unknown: 'skipped', '': '',
};

function showFiles(files) {
  $('list').tBodies[0].replaceChildren(...files.map(file => make('tr', [
    make('th', file.name, {scope: 'row'}), make('td', roleOf(file)), make('td', holds(file.holds)),
    make('td', make('button', ['Remove', make('span', ` ${file.name}`, {className: 'hidden'})], {
      type: 'button', className: 'plain', onclick: () => { given.delete(file.name); result = null; check(); },
    })),
  ])));
  $('given').hidden = false;
}

function roleOf(file) {
  if (file.roles.length === 0) return roles[file.role] ?? file.role;
  const select = make('select', file.roles.map(role => make('option', roles[role], {value: role, selected: role === file.role})), {
    onchange: () => { given.get(file.name).role = select.value; check(); },
  });
  select.setAttribute('aria-label', `Use ${file.name} as`);
  return select;
}

function holds(lines) {
  const list = () => make('ul', lines.map(line => make('li', line)));
  if (lines.length <= 8) return lines.length ? list() : '';
  return make('details', [make('summary', `${lines.length} kinds of objects`), list()]);
}

function showNotes() {
  $('notes').replaceChildren(...(result.notes.length === 0 ? [] : [make('h3', 'Notes'), make('ul', result.notes.map(note => make('li', note)))]));
}

async function showReport() {
  showProgress({what: 'Writing the report'});
  const text = await program.ask({do: 'write', format: 'html'});
  URL.revokeObjectURL($('report').src);
  $('report').src = URL.createObjectURL(new Blob([text], {type: 'text/html'})); // with srcdoc, its links would leave the frame
  $('report-section').hidden = false;
}

/** The downloads: label, format, name and type of the file. */
const downloads = [
  ['Report', 'html', 'report.html', 'text/html'],
  ['Plan', 'plan', 'plan.ps1', 'text/plain'],
  ['Findings (JSON)', 'json', 'findings.json', 'application/json'],
  ['Findings (SARIF)', 'sarif', 'findings.sarif', 'application/json'],
  ['Findings (CSV)', 'csv', 'findings.csv', 'text/csv'],
  ['Calendar', 'ics', 'forecast.ics', 'text/calendar'],
  ['Decisions', 'decision', 'decision', 'application/json'],
  ['Documents', 'document', 'document', 'application/json'],
];

function showDownloads() {
  const several = result.servers.length > 1;
  $('downloads').replaceChildren(...downloads.map(([label, format, name, type]) => make('button', label, {
    type: 'button', className: 'plain', disabled: result.servers.length === 0,
    onclick: async () => {
      try {
        showProgress({what: `Writing ${label}`});
        save(await program.ask({do: 'write', format}), name.includes('.') ? name : `${name}.${several ? 'nd' : ''}json`, type);
        showStatus(summary());
      } catch (error) {
        showError(error);
      }
    },
  })));
}

function save(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  make('a', [], {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

$('choose-files').onclick = () => $('files').click();
$('choose-folder').onclick = () => $('folder').click();
for (const input of [$('files'), $('folder')]) {
  input.onchange = async () => {
    const files = [...input.files].map(file => ({name: file.webkitRelativePath || file.name, file}));
    input.value = '';
    await add(files);
  };
}
$('example').onclick = async () => {
  try {
    given.clear();
    const files = await Promise.all(['example.zip', 'example-root.pem'].map(async name => {
      const response = await fetch(name);
      if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
      return {name, file: new File([await response.blob()], name)};
    }));
    await add(files);
  } catch (error) {
    showError(error);
  }
};
$('stop').onclick = () => program.stop('Stopped.');
for (const id of ['at', 'procedure']) $(id).onchange = () => given.size > 0 && check();

addEventListener('dragover', event => { event.preventDefault(); $('drop').classList.add('over'); });
addEventListener('dragleave', () => $('drop').classList.remove('over'));
addEventListener('drop', async event => {
  event.preventDefault();
  $('drop').classList.remove('over');
  try {
    await add(await dropped(event.dataTransfer));
  } catch (error) {
    showError(error);
  }
});
