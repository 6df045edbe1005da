// The page's worker. The page creates the worker from wasm_exec.js followed by this file.
'use strict';

onmessage = async ({data}) => {
  try {
    if (!data.module) {
      self.transportcert(data.id, JSON.stringify(data.request), data.files);
      return;
    }
    const go = new Go();
    await go.run(await WebAssembly.instantiate(data.module, go.importObject));
    postMessage({ended: 'it exited'});
  } catch (error) {
    postMessage({ended: String(error)});
  }
};
