// What programs that use BullMQ see of a server, whose port is in the environment. Each test has queues of its own.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const port = Number(process.env.SPINEL_PORT);
const connection = { port, maxRetriesPerRequest: null };
const patienceMillis = 20_000;
const redis = new Redis(port);

let opened = [];
let queueNumber = 0;

function open(instance) {
  opened.push(instance);
  return instance;
}

function newQueue(options = {}) {
  return open(new Queue(`queue-${process.pid}-${++queueNumber}`, { connection, ...options }));
}

function newWorker(queue, processor, options = {}) {
  return open(new Worker(queue.name, processor, { connection, ...options }));
}

async function newEvents(queue) {
  const events = open(new QueueEvents(queue.name, { connection, lastEventId: '0-0' }));
  await events.waitUntilReady();
  return events;
}

async function until(condition, millis = patienceMillis) {
  const deadline = Date.now() + millis;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `in vain: ${condition}`);
    await sleep(10);
  }
}

function startWorkerProcess(queue, mode) {
  return fork(new URL('worker.mjs', import.meta.url), [port, queue.name, mode]);
}

after(() => redis.disconnect());

afterEach(async () => {
  await Promise.all(opened.reverse().map((instance) => instance.close()));
  opened = [];
});

test('a job is processed, and its progress, logs and result are told', async () => {
  const queue = newQueue();
  const events = await newEvents(queue);
  const told = [];
  for (const name of ['added', 'waiting', 'active', 'progress', 'completed', 'drained']) {
    events.on(name, ({ jobId }) => told.push(jobId ? `${name} ${jobId}` : name));
  }
  newWorker(queue, async (job) => {
    await job.updateProgress(50);
    await job.log('halfway');
    return { sum: job.data.a + job.data.b };
  });

  const job = await queue.add('sum', { a: 40, b: 2 });

  assert.deepEqual(await job.waitUntilFinished(events, patienceMillis), { sum: 42 });
  await until(() => told.includes('drained'));
  assert.deepEqual(
    told,
    ['added', 'waiting', 'active', 'progress', 'completed'].map((name) => `${name} ${job.id}`).concat('drained'),
  );
  const finished = await queue.getJob(job.id);
  assert.equal(finished.progress, 50);
  assert.deepEqual((await queue.getJobLogs(job.id)).logs, ['halfway']);
  assert.equal(await finished.getState(), 'completed');
  assert.deepEqual(finished.returnvalue, { sum: 42 });
});

test('a delayed job runs when it is time, or when it is told to', async () => {
  const queue = newQueue();
  const waited = {};
  newWorker(queue, async (job) => (waited[job.name] = Date.now() - job.timestamp));

  const promoted = await queue.add('promoted', {}, { delay: 60_000 });
  const changed = await queue.add('changed', {}, { delay: 60_000 });
  await queue.add('later', {}, { delay: 400 });
  await queue.add('sooner', {}, { delay: 100 });
  assert.ok((await queue.getDelayedCount()) >= 2);
  await promoted.promote();
  await changed.changeDelay(1);
  await until(() => Object.keys(waited).length === 4);

  assert.ok(waited.later >= 400 && waited.sooner >= 100, `too early: ${JSON.stringify(waited)}`);
});

test('jobs come by priority, and in order of arrival within one', async () => {
  const queue = newQueue();
  const order = [];
  await queue.pause();
  for (const [name, priority] of [['low', 10], ['high 1', 1], ['middle', 5], ['high 2', 1], ['raised', 20], ['none', 0]]) {
    const job = await queue.add(name, {}, { priority });
    if (name === 'raised') {
      await job.changePriority({ priority: 2 });
    }
  }
  await queue.add('last in, first out', {}, { lifo: true });
  assert.deepEqual(await queue.getCountsPerPriority([0, 1, 5]), { 0: 2, 1: 2, 5: 1 });

  newWorker(queue, async (job) => order.push(job.name));
  await queue.resume();
  await until(() => order.length === 7);

  assert.deepEqual(order, ['last in, first out', 'none', 'high 1', 'high 2', 'raised', 'middle', 'low']);
});

test('a job that fails is tried again with back-off, until its attempts are used up', async () => {
  const queue = newQueue();
  const events = await newEvents(queue);
  const tries = { heals: [], dies: [] };
  newWorker(queue, async (job) => {
    tries[job.name].push(Date.now());
    if (job.name === 'dies' || tries.heals.length < 3) {
      throw new Error(`try ${tries[job.name].length}`);
    }
    return 'healed';
  });

  const healing = await queue.add('heals', {}, { attempts: 5, backoff: { type: 'exponential', delay: 60 } });
  assert.equal(await healing.waitUntilFinished(events, patienceMillis), 'healed');
  const dying = await queue.add('dies', {}, { attempts: 2, backoff: { type: 'fixed', delay: 20 } });
  await assert.rejects(dying.waitUntilFinished(events, patienceMillis), /try 2/);

  assert.equal(tries.heals.length, 3);
  assert.ok(tries.heals[1] - tries.heals[0] >= 60 && tries.heals[2] - tries.heals[1] >= 120, `too early: ${tries.heals}`);
  const [failed] = await queue.getFailed();
  assert.equal(failed.failedReason, 'try 2');
  assert.equal(failed.attemptsMade, 2);
  assert.equal(failed.stacktrace.length, 2);
  await failed.retry();
  await until(() => tries.dies.length === 3);
});

test('a processor puts its job off', async () => {
  const queue = newQueue();
  const events = await newEvents(queue);
  const started = [];
  newWorker(queue, async (job, token) => {
    started.push(Date.now());
    if (started.length === 1) {
      await job.moveToDelayed(Date.now() + 100, token);
      throw new DelayedError();
    }
    return 'at last';
  });

  const job = await queue.add('job', {});

  assert.equal(await job.waitUntilFinished(events, patienceMillis), 'at last');
  assert.ok(started[1] - started[0] >= 100);
});

test('schedulers make jobs at an interval and by a pattern', async () => {
  const queue = newQueue();
  const made = { interval: [], pattern: [] };
  newWorker(queue, async (job) => made[job.name].push(job.data.number));
  await queue.upsertJobScheduler('interval', { every: 100 }, { name: 'interval', data: { number: 1 } });
  await queue.upsertJobScheduler('pattern', { pattern: '* * * * * *', limit: 2 }, { name: 'pattern', data: { number: 2 } });
  assert.deepEqual((await queue.getJobSchedulers()).map(({ key }) => key).sort(), ['interval', 'pattern']);
  await until(() => made.interval.length >= 5 && made.pattern.length === 2);

  await queue.upsertJobScheduler('interval', { every: 50 }, { name: 'interval', data: { number: 3 } });
  await until(() => made.interval.includes(3));
  assert.equal(await queue.removeJobScheduler('interval'), true);
  assert.equal(await queue.getJobScheduler('interval'), undefined);
  await until(async () => (await queue.getActiveCount()) === 0);
  assert.equal(await queue.getDelayedCount(), 0);
});

test('a parent runs after its children, and sees what they returned', async () => {
  const queue = newQueue();
  const events = await newEvents(queue);
  const order = [];
  newWorker(queue, async (job) => {
    order.push(job.name);
    if (job.name === 'bad child') {
      throw new Error('bad');
    }
    return Object.values(await job.getChildrenValues()).reduce((sum, value) => sum + value, job.data.value ?? 0);
  });
  const flows = open(new FlowProducer({ connection }));
  const node = (name, value, children, opts) => ({ name, queueName: queue.name, data: { value }, children, opts });

  const tree = await flows.add(node('root', 1, [node('leaf', 10), node('branch', 100, [node('twig', 1000)])]));

  assert.equal(await tree.job.waitUntilFinished(events, patienceMillis), 1111);
  assert.equal(order.at(-1), 'root');
  assert.ok(order.indexOf('twig') < order.indexOf('branch'));
  assert.deepEqual(await tree.job.getDependenciesCount({ processed: true, unprocessed: true }), {
    processed: 2,
    unprocessed: 0,
  });
  const doomed = await flows.add(node('doomed', 1, [node('bad child', 1, [], { failParentOnFailure: true })]));
  await assert.rejects(doomed.job.waitUntilFinished(events, patienceMillis), /child .* failed/);
});

test('a limiter holds back what exceeds its rate', async () => {
  const queue = newQueue();
  const started = [];
  await queue.addBulk(Array.from({ length: 12 }, () => ({ name: 'job', data: {} })));
  const limiter = { max: 4, duration: 300 };
  newWorker(queue, async (job) => started.push(job.processedOn), { limiter, concurrency: 5 });
  newWorker(queue, async (job) => started.push(job.processedOn), { limiter, concurrency: 5 });

  await until(() => started.length === 12);

  started.sort((a, b) => a - b);
  assert.ok(started[11] - started[0] >= 600, `too fast: ${started.map((time) => time - started[0])} ms`);
});

test('a job whose worker was killed is given to another', async () => {
  const queue = newQueue();
  const events = await newEvents(queue);
  const stalled = [];
  events.on('stalled', ({ jobId }) => stalled.push(jobId));
  const process = startWorkerProcess(queue, 'hang');
  assert.deepEqual(await once(process, 'message'), ['ready', undefined]);
  const job = await queue.add('job', {});
  assert.deepEqual(await once(process, 'message'), ['taken', undefined]);
  process.kill('SIGKILL');
  await once(process, 'exit');

  newWorker(queue, async () => 'rescued', { stalledInterval: 200 });

  assert.equal(await job.waitUntilFinished(events, patienceMillis), 'rescued');
  assert.deepEqual(stalled, [job.id]);
});

test('two worker processes complete 10,000 jobs once each', async () => {
  const queue = newQueue();
  const processes = [startWorkerProcess(queue, 'count'), startWorkerProcess(queue, 'count')];
  try {
    await Promise.all(processes.map((process) => once(process, 'message')));
    for (let batch = 0; batch < 10; batch++) {
      await queue.addBulk(Array.from({ length: 1000 }, (_, i) => ({ name: 'job', data: { i } })));
    }
    await until(async () => (await queue.getCompletedCount()) === 10_000, 5 * patienceMillis);

    const done = await redis.hgetall(`done:${queue.name}`);
    assert.equal(Object.keys(done).length, 10_000);
    assert.deepEqual(Object.entries(done).filter(([, times]) => times !== '1'), []);
    assert.deepEqual(await queue.getJobCounts('wait', 'active', 'delayed', 'failed', 'completed'), {
      wait: 0,
      active: 0,
      delayed: 0,
      failed: 0,
      completed: 10_000,
    });
    const workers = new Set((await queue.getCompleted()).map((job) => job.returnvalue));
    assert.deepEqual([...workers].sort(), processes.map(({ pid }) => pid).sort());
    assert.equal(await queue.getWorkersCount(), 2);
  } finally {
    for (const process of processes) {
      process.send('end');
    }
    await Promise.all(processes.map((process) => once(process, 'exit')));
    await queue.obliterate();
    assert.deepEqual(await redis.keys(`bull:${queue.name}:*`), []);
  }
});

test('a queue is paused, drained, cleaned and obliterated', async () => {
  const queue = newQueue();
  const done = [];
  newWorker(queue, async (job) => done.push(job.name));
  await queue.pause();
  assert.equal(await queue.isPaused(), true);
  await queue.addBulk(Array.from({ length: 50 }, (_, i) => ({ name: `${i}`, data: {} })));
  await queue.add('delayed', {}, { delay: 60_000 });
  await queue.add('prior', {}, { priority: 3 });
  assert.deepEqual(await queue.getJobCounts('wait', 'prioritized', 'delayed'), { wait: 50, prioritized: 1, delayed: 1 });
  assert.deepEqual(done, []);

  await queue.drain(true);
  assert.equal(await queue.count(), 0);
  await queue.add('kept', {});
  await queue.resume();
  await until(() => done.length === 1);
  assert.deepEqual(done, ['kept']);
  await until(async () => (await queue.getCompletedCount()) === 1);
  assert.equal((await queue.clean(0, 10, 'completed')).length, 1);
  await queue.obliterate({ force: true });
  assert.deepEqual(await redis.keys(`bull:${queue.name}:*`), []);
});

test('what is finished is removed as told, and the same job is not added twice', async () => {
  const queue = newQueue({ defaultJobOptions: { removeOnComplete: { count: 3 } } });
  const events = await newEvents(queue);
  const duplicates = [];
  events.on('deduplicated', ({ deduplicationId }) => duplicates.push(deduplicationId));
  let done = 0;
  await queue.pause();
  for (let i = 0; i < 3; i++) {
    await queue.add('single', { i }, { deduplication: { id: 'only' } });
    await queue.add('named', { i }, { jobId: 'name' });
  }
  assert.equal(await queue.count(), 2);
  await until(() => duplicates.length === 2);
  await queue.addBulk(Array.from({ length: 18 }, () => ({ name: 'job', data: { large: 'x'.repeat(100_000) } })));

  newWorker(queue, async () => done++);
  await queue.resume();
  await until(async () => done === 20 && (await queue.getActiveCount()) === 0);

  assert.equal(await queue.getCompletedCount(), 3);
  const removed = await queue.add('removed', {}, { delay: 60_000 });
  await removed.remove();
  assert.equal(await queue.getJob(removed.id), undefined);
});
