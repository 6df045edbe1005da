// The page's worker: wasm_exec.js stands before this, since the page makes the worker of both texts.
'use strict';

onmessage = async ({data}) => {
  try {
    if (!data.module) {
      self.transportcert(data.id, JSON.stringify(data.request), data.files);
      return;
    }
    const go = new Go();
    await go.run(await WebAssembly.instantiate(data.module, go.importObject));
    postMessage({ended: 'it ended'});
  } catch (error) {
    postMessage({ended: String(error)});
  }
};
