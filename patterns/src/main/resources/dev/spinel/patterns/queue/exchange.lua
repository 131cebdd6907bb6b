-- Settles deliveries, and claims the next messages: those that are ready, became due, or whose lease ended.
--
-- KEYS[1]  ready: messages by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:attempts:limit:enqueued
-- KEYS[6]  dead: messages by when they died, likewise
-- KEYS[7]  hash of dead messages to causes
-- KEYS[8]  what this exchange did, for a repeated call
-- ARGV[1]  lease in milliseconds
-- ARGV[2]  how many to claim at most
-- ARGV[3]  channel for those who wait for messages
-- then five for each settlement: id, attempt, ack | retry | reject | extend | return, delay in milliseconds, cause
--
-- Answers {wait, settled, deliveries}. wait: milliseconds until a delayed message is due or a lease ends, 0 if more are ready, -1 if
-- there is none. settled: for each settlement 1, or 0 if the message is not leased with that attempt any more. deliveries: for each
-- message id, attempt, enqueued, body.
--
-- A message is in one of ready, delayed, leased and dead, and has a body and a meta, from enqueue to acknowledgement or discard.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local lease, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local settled, deliveries, moved = {}, {}, 0

local function exact(number) return string.format('%.0f', number) end

local function meta_of(id)
  local priority, attempts, limit, enqueued = string.match(redis.call('HGET', KEYS[5], id) or '', '^(%d+):(%d+):(%d+):(%d+)$')
  return priority and {priority = tonumber(priority), attempts = tonumber(attempts), limit = tonumber(limit), enqueued = enqueued}
end
local function put_meta(id, meta)
  redis.call('HSET', KEYS[5], id, string.format('%d:%d:%d:%s', meta.priority, meta.attempts, meta.limit, meta.enqueued))
end
local function make_ready(id, meta)
  redis.call('ZADD', KEYS[1], exact((9 - meta.priority) * 562949953421312 + tonumber(id)), id)
  moved = moved + 1
end
local function bury(id, cause)
  redis.call('ZADD', KEYS[6], exact(now), id)
  redis.call('HSET', KEYS[7], id, cause)
end
local function deliver(id, meta)
  deliveries[#deliveries + 1] = id
  deliveries[#deliveries + 1] = meta.attempts
  deliveries[#deliveries + 1] = tonumber(meta.enqueued)
  deliveries[#deliveries + 1] = redis.call('HGET', KEYS[4], id)
end

local function settle(id, attempt, kind, delay, cause)
  local meta = redis.call('ZSCORE', KEYS[3], id) and meta_of(id)
  if not meta or meta.attempts ~= attempt then return 0 end
  if kind == 'extend' then
    redis.call('ZADD', KEYS[3], exact(now + lease * 1000), id)
    return 1
  end
  redis.call('ZREM', KEYS[3], id)
  if kind == 'ack' then
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[5], id)
  elseif kind == 'return' then
    meta.attempts = meta.attempts - 1
    put_meta(id, meta)
    make_ready(id, meta)
  elseif kind == 'reject' or meta.attempts >= meta.limit then
    bury(id, cause)
  elseif delay > 0 then
    redis.call('ZADD', KEYS[2], exact(now + delay * 1000), id)
  else
    make_ready(id, meta)
  end
  return 1
end

local before = redis.call('GET', KEYS[8])
if before then
  local results, claimed = string.match(before, '^([^|]*)|(.*)$')
  for result in string.gmatch(results, '%d') do settled[#settled + 1] = tonumber(result) end
  for id, attempt in string.gmatch(claimed, '(%d+):(%d+)') do
    local meta = redis.call('ZSCORE', KEYS[3], id) and meta_of(id)
    if meta and meta.attempts == tonumber(attempt) then deliver(id, meta) end
  end
else
  for at = 4, #ARGV, 5 do
    settled[#settled + 1] = settle(ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4])
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    redis.call('ZREM', KEYS[2], id)
    make_ready(id, meta_of(id))
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    local meta = meta_of(id)
    redis.call('ZREM', KEYS[3], id)
    if meta.attempts >= meta.limit then bury(id, 'the lease ended') else make_ready(id, meta) end
  end
  local claimed = {}
  if most > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[1], most)
    for i = 1, #popped, 2 do
      local id = popped[i]
      local meta = meta_of(id)
      meta.attempts = meta.attempts + 1
      put_meta(id, meta)
      redis.call('ZADD', KEYS[3], exact(now + lease * 1000), id)
      deliver(id, meta)
      claimed[#claimed + 1] = id .. ':' .. meta.attempts
    end
  end
  -- Ten seconds are longer than a caller repeats an exchange. One that is repeated later still is harmless: what it settled is
  -- refused as settled, and what it claimed is delivered again.
  if #settled > 0 or #claimed > 0 then
    redis.call('SET', KEYS[8], table.concat(settled) .. '|' .. table.concat(claimed, ','), 'PX', math.min(lease, 10000))
  end
end

local wait = -1
if redis.call('ZCARD', KEYS[1]) > 0 then
  wait = 0
  if moved > 0 then redis.call('PUBLISH', ARGV[3], 'ready') end
else
  for _, key in ipairs({KEYS[2], KEYS[3]}) do
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    if first then
      local millis = math.max(0, math.ceil((tonumber(first) - now) / 1000))
      if wait < 0 or millis < wait then wait = millis end
    end
  end
end
return {wait, settled, deliveries}
