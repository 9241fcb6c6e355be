// Sends a file with tus-js-client, breaks off in the middle, resumes, and gives one up.
// usage: node send.mjs ENDPOINT AUTHORIZATION FILE HOW; prints what came of it as JSON.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Upload } from 'tus-js-client';

const [endpoint, Authorization, file, how] = process.argv.slice(2);
const size = statSync(file).size;
const told = { offsets: [], statuses: [], retries: 0 };

const shared = {
  endpoint,
  headers: { Authorization },
  metadata: { filename: basename(file), alt_text: 'Lavaux, vu du lac.' },
  uploadSize: size,
  retryDelays: Array(200).fill(500),
  onShouldRetry: (error) => {
    told.retries += 1;
    const status = error.originalResponse?.getStatus() ?? 0;
    return status === 0 || status === 409 || status === 423 || status >= 500;
  },
  onAfterResponse: (request, response) => {
    told.statuses.push(`${request.getMethod()} ${response.getStatus()}`);
    const offset = response.getHeader('Upload-Offset');
    if (request.getMethod() === 'HEAD') told.offsets.push(Number(offset));
    told.media = response.getHeader('Parvis-Media-Id') ?? told.media;
  },
};

const run = (more) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(file), {
      ...shared,
      ...more,
      onSuccess: () => resolve(upload),
      onError: reject,
    });
    more.begun?.(upload, resolve);
    upload.start();
  });

async function resume() {
  const stopped = await run({
    chunkSize: 4_000_000,
    begun: (upload, resolve) => {
      upload.options.onChunkComplete = async () => {
        await upload.abort();
        resolve(upload);
      };
    },
  });
  await run({ uploadUrl: stopped.url, chunkSize: Infinity });
}

async function endure() {
  // One long request: whoever runs this kills the api in its middle.
  await run({
    begun: (upload) => {
      upload.options.onProgress = (sent) => {
        if (!told.said && sent > size / 2) {
          told.said = true;
          console.error('in the middle');
        }
      };
    },
  });
}

async function checksum() {
  const bytes = readFileSync(file);
  const chunk = 5_000_000;
  await run({
    chunkSize: chunk,
    onBeforeRequest: (request) => {
      if (request.getMethod() !== 'PATCH') return;
      const at = Number(request.getHeader('Upload-Offset'));
      const sum = createHash('sha1').update(bytes.subarray(at, at + chunk));
      request.setHeader('Upload-Checksum', `sha1 ${sum.digest('base64')}`);
    },
  });
}

async function terminate() {
  const stopped = await run({
    chunkSize: 1_000_000,
    begun: (upload, resolve) => {
      upload.options.onChunkComplete = async () => {
        await upload.abort(true);
        resolve(upload);
      };
    },
  });
  told.url = stopped.url;
}

await { resume, endure, checksum, terminate }[how]();
console.log(JSON.stringify(told));
