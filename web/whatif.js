// Simulates a command: a form, and the answer with before and after side by side.
const $ = id => document.getElementById(id);

/**
 * Fills in the form for the servers of a result. ask sends a request to the program; read returns a file's {bytes, password},
 * or null if it contains private keys that the user does not want to be read.
 */
export function whatIf(servers, {ask, read, make}) {
  $('what-if').hidden = servers.length === 0;
  if (servers.length === 0) return;
  const certificates = () => $('if-certificate').replaceChildren(...servers[$('if-server').selectedIndex].certificates.map(certificate =>
    make('option', nameOf(certificate), {value: certificate.thumbprint})));
  const asked = () => {
    const flag = $('if-flag').value;
    $('if-certificate-label').hidden = flag === 'add';
    $('if-file-label').hidden = $('if-services-label').hidden = flag !== 'add';
    $('if-overwrite-label').hidden = !(flag === 'enable' || flag === 'add' && $('if-services').value);
  };
  $('if-server').replaceChildren(...servers.map(server => make('option', server.name)));
  $('if-server').onchange = certificates;
  $('if-flag').onchange = $('if-services').onchange = asked;
  certificates();
  asked();
  $('if-result').replaceChildren();
  $('if-run').onclick = async () => {
    const server = $('if-server').selectedIndex, flag = $('if-flag').value;
    const edit = {server, flag, thumbprint: flag === 'add' ? '' : $('if-certificate').value, smtp: $('if-services').value !== '', overwrite: $('if-overwrite').value !== ''};
    try {
      const files = [], contents = [];
      if (flag === 'add') {
        const [file] = $('if-file').files;
        if (!file) throw new Error('Choose a certificate file.');
        const content = await read(file);
        if (!content) return;
        files.push({name: file.name, password: content.password});
        contents.push(content.bytes);
      }
      const {text, result} = JSON.parse(await ask({do: 'whatif', edit, files}, contents));
      $('if-result').replaceChildren(sideBySide(servers[server], result, make), make('pre', text));
    } catch (error) {
      $('if-result').replaceChildren(make('p', error.message, {className: 'failure'}));
    }
  };
}

const nameOf = ({name, thumbprint, not_after}) => `${name || 'no name'}, ${thumbprint.slice(0, 8)}, until ${not_after.slice(0, 10)}`;

/** The rows of a decision: a label and a value. */
function rowsOf(decision, named) {
  const certificate = (offered, thumbprint) => (offered ? 'offered' : 'not offered') + (thumbprint ? `, ${named(thumbprint)}` : '');
  const rows = [['Mail at risk', decision.mail_at_risk ? 'yes' : 'no']];
  for (const c of decision.inbound_anonymous.connectors) rows.push([`${c.name}: X-ANONYMOUSTLS`, certificate(c.advertise_x_anonymoustls, c.certificate)]);
  for (const c of decision.inbound_starttls.connectors) rows.push([`${c.name}: STARTTLS`, certificate(c.advertise_starttls, c.certificate)]);
  rows.push(['Events', decision.events.map(event => event.id + (event.connector ? ` (${event.connector})` : '')).join(', ') || 'none']);
  return rows;
}

function sideBySide(server, {before, after}, make) {
  const known = new Map(server.certificates.map(certificate => [certificate.thumbprint, nameOf(certificate)]));
  const named = thumbprint => known.get(thumbprint) ?? `the new certificate, ${thumbprint.slice(0, 8)}`;
  const then = rowsOf(after, named);
  const cell = text => make('th', text, {scope: 'col'});
  const table = make('table', [
    make('thead', make('tr', [cell(server.name), cell('Before'), cell('After')])),
    make('tbody', rowsOf(before, named).map(([what, was], i) => make('tr', [
      make('th', what, {scope: 'row'}), make('td', was),
      make('td', was === then[i][1] ? was : make('strong', `Changes: ${then[i][1]}`)),
    ]))),
  ]);
  const region = make('div', table, {className: 'scroll', tabIndex: 0, role: 'region'});
  region.setAttribute('aria-label', 'Before and after');
  return region;
}
