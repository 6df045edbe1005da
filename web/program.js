// The program, compiled once, and the worker that runs it.

const patience = 60_000; // milliseconds without progress until the worker is terminated

export class Program {
  #worker = null;
  #waiting = null; // {id, done, failed} of the current request
  #queue = Promise.resolve();
  #id = 0;
  #timer = 0;
  #loaded;
  #progress;

  /** progress is called with {what, done, of}. */
  constructor(progress) {
    this.#progress = progress;
    this.#loaded = this.#load();
    this.ready = this.#loaded.then(() => this.#start());
  }

  async #load() {
    const load = async name => {
      const response = await fetch(name);
      if (!response.ok) throw new Error(`The program could not be loaded: ${name}: ${response.status} ${response.statusText}`);
      return response;
    };
    const [script, support, compressed] = await Promise.all([load('worker.js'), load('wasm_exec.js'), load('program.bin')]);
    // A worker created from a blob has this page's Content-Security-Policy, and restarting it loads nothing.
    const source = URL.createObjectURL(new Blob([await support.text(), '\n', await script.text()], {type: 'text/javascript'}));
    const unpacked = compressed.body.pipeThrough(new DecompressionStream('gzip'));
    const module = await WebAssembly.compileStreaming(new Response(unpacked, {headers: {'Content-Type': 'application/wasm'}}));
    return {source, module};
  }

  /** Starts the worker and waits until the program runs. */
  async #start() {
    const {source, module} = await this.#loaded;
    const worker = new Worker(source);
    this.#worker = worker;
    await new Promise((done, failed) => {
      worker.onmessage = ({data}) => data.ready ? done() : failed(new Error(`The program could not be started: ${data.ended}`));
      worker.onerror = event => failed(new Error(`The program could not be started: ${event.message}`));
      worker.postMessage({module});
    });
    worker.onmessage = ({data}) => this.#take(data);
    worker.onerror = event => this.stop(`The program stopped: ${event.message}. The input may be too large for a browser; use the command line instead.`);
  }

  #take(data) {
    if (data.ended) {
      this.stop(`The program stopped: ${data.ended}. The input may be too large for a browser; use the command line instead.`);
      return;
    }
    if (data.id !== this.#waiting?.id) return;
    this.#watch();
    if (data.progress) {
      this.#progress(data.progress);
      return;
    }
    clearTimeout(this.#timer);
    const {done, failed} = this.#waiting;
    this.#waiting = null;
    data.error === undefined ? done(data.answer) : failed(new Error(data.error));
  }

  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(`Stopped: there was no progress for ${patience / 1000} seconds.`), patience);
  }

  /** Sends a request to the program, after all earlier requests, and returns the answer. */
  ask(request, files = []) {
    const answer = this.#queue.then(async () => {
      if (!this.#worker) await this.#start();
      return new Promise((done, failed) => {
        this.#waiting = {id: ++this.#id, done, failed};
        this.#watch();
        this.#worker.postMessage({id: this.#id, request, files});
      });
    });
    this.#queue = answer.catch(() => {});
    return answer;
  }

  /** Terminates the worker. The next request starts another. */
  stop(why) {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.failed(new Error(why));
  }
}
