// What BullMQ adds and handles per second: the counterpart of the queue's lines of patterns/src/comparison/Comparison.java.
//
//     npm ci && node throughput.mjs HOST PORT SECONDS
//
// The data of the server go.

import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [host, port, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const connection = { host, port, maxRetriesPerRequest: null };
const data = { body: '0123456789'.repeat(10) };
const options = { removeOnComplete: true, removeOnFail: true };
const batch = Array.from({ length: 50 }, () => ({ name: 'job', data, opts: options }));

const redis = new Redis(port, host);
await redis.flushall();
await redis.quit();
const queue = new Queue('throughput', { connection });

async function measure(what, perCall, call) {
    const run = async milliseconds => {
        const taken = [];
        const end = performance.now() + milliseconds;
        for (let now = performance.now(); now < end;) {
            await call();
            const after = performance.now();
            taken.push(after - now);
            now = after;
        }
        return taken;
    };
    await run(seconds * 500);
    const taken = (await run(seconds * 1000)).sort((a, b) => a - b);
    const at = part => (taken[Math.floor(taken.length * part)] * 1000).toFixed(0).padStart(9);
    console.log(what.padEnd(52), ((taken.length * perCall) / seconds).toFixed(0).padStart(10), at(0.5), at(0.99));
}

await measure('enqueue: BullMQ', 1, () => queue.add('job', data, options));
await measure('enqueue, batches of 50: BullMQ', 50, () => queue.addBulk(batch));

for (const concurrency of [1, 50]) {
    const jobs = 20_000;
    for (let ready = await queue.getWaitingCount(); ready < jobs; ready += batch.length) {
        await queue.addBulk(batch);
    }
    const waiting = await queue.getWaitingCount();
    let handled = 0;
    const start = performance.now();
    await new Promise(done => {
        const worker = new Worker('throughput', async () => {
            if (++handled === waiting) {
                done(worker.close());
            }
        }, { connection, concurrency });
    });
    const rate = waiting / ((performance.now() - start) / 1000);
    console.log(`worker with ${concurrency} places: BullMQ`.padEnd(52), rate.toFixed(0).padStart(10));
}
await queue.close();
