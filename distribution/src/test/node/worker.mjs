// A worker process of the queue that its arguments name: it counts each completion of a job in a hash, or, told to hang,
// takes a job and never finishes it.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [port, queue, mode] = process.argv.slice(2);
const counts = new Redis(port);
const worker = new Worker(
  queue,
  async (job) => {
    if (mode === 'hang') {
      process.send('taken');
      await new Promise(() => {});
    }
    await counts.hincrby(`done:${queue}`, job.id, 1);
    return process.pid;
  },
  {
    connection: { port, maxRetriesPerRequest: null },
    concurrency: 20,
    lockDuration: mode === 'hang' ? 500 : 30_000,
    stalledInterval: mode === 'hang' ? 200 : 30_000,
  },
);
await worker.waitUntilReady();
process.send('ready');
process.on('message', async () => {
  await worker.close();
  counts.disconnect();
  process.disconnect();
});
