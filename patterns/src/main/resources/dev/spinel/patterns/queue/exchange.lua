-- Settles deliveries, and claims the next messages: those that are ready, became due, or whose lease ended.
--
-- Ends with exchange-answer.lua.
--
-- KEYS[1]  ready: messages without a group by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:lease:attempts:limit:enqueued:group, the last lease, if any
-- KEYS[6]  dead: messages by when they died, likewise
-- KEYS[7]  hash of dead messages to causes
-- KEYS[8]  grouped: ready messages of groups in lexical order, <length>:<group>:<9 - priority><id, 16 digits>, all with score 0
-- KEYS[9]  turns: groups by whose turn it is; the empty name stands for messages without a group
-- KEYS[10] hash of groups to how many of their messages are leased, if any
-- KEYS[11] there while the queue is paused
-- KEYS[12] the last lease: what an exchange claims has one number, which no other lease of a message has
-- KEYS[13] what this exchange did, for a repeated call
-- ARGV[1]  lease in milliseconds
-- ARGV[2]  how many to claim at most
-- ARGV[3]  channel for those who wait for messages
-- ARGV[4]  how many messages of a group may be leased; 0: any number
-- then four for each settlement: receipt, ack | retry | reject | extend | return, delay in milliseconds, cause
--
-- Answers {wait, settled, deliveries}. wait: milliseconds until a delayed message is due or a lease ends, 0 if more are ready, -1 if
-- there is none. settled: for each settlement 1, or 0 if that lease of the message is over. deliveries: for each its receipt, id:lease,
-- then id, attempt, enqueued, body, group.
--
-- A message is in one of ready, grouped, delayed, leased and dead, and has a body and a meta, from enqueue to acknowledgement or
-- discard. A group with ready messages has a turn, unless it was found at its limit; then messages of it are leased, and it gets a
-- turn when one of these leases ends. So claims do not look at groups that wait, nor at those without messages, which leave
-- nothing behind. Should callers disagree about the limit, each keeps its own; the end of a group's last lease gives it a turn in any
-- case. The empty name has a turn only while there are messages without a group, and only beside other groups, so that queues
-- without groups find no turns at all.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local lease, most, group_limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local settled, deliveries, moved = {}, {}, 0
local last_turn

local function exact(number) return string.format('%.0f', number) end

local function meta_of(id)
  local priority, held, attempts, limit, enqueued, group =
    string.match(redis.call('HGET', KEYS[5], id) or '', '^(%d+):(%d+):(%d+):(%d+):(%d+):(.*)$')
  return priority and {
    priority = tonumber(priority), lease = held, attempts = tonumber(attempts), limit = tonumber(limit),
    enqueued = enqueued, group = group}
end
local function text_of(meta)
  return table.concat({meta.priority, meta.lease, meta.attempts, meta.limit, meta.enqueued, meta.group}, ':')
end

local function give_turn(group)
  last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[9], -1, -1, 'WITHSCORES')[2] or 0)) + 1
  redis.call('ZADD', KEYS[9], 'NX', exact(last_turn), group)
end
-- The first of a group's ready messages as they are in grouped, up to so many.
local function first_of(group, count)
  local prefix = #group .. ':' .. group .. ':'
  return redis.call('ZRANGEBYLEX', KEYS[8], '[' .. prefix, '(' .. prefix .. ':', 'LIMIT', 0, count)
end

local function make_ready(id, meta)
  if meta.group == '' then
    redis.call('ZADD', KEYS[1], exact((9 - meta.priority) * 562949953421312 + tonumber(id)), id)
  else
    local group = meta.group
    redis.call('ZADD', KEYS[8], 0, #group .. ':' .. group .. ':' .. (9 - meta.priority) .. string.format('%016.0f', tonumber(id)))
    if group_limit == 0 or tonumber(redis.call('HGET', KEYS[10], group) or 0) < group_limit then give_turn(group) end
  end
  moved = moved + 1
end
-- Ends the lease of a message, which makes room for another one of its group; tells whether it was leased.
local function end_lease(id, meta)
  if redis.call('ZREM', KEYS[3], id) == 0 then return false end
  local group = meta.group
  if group == '' then return true end
  local busy = redis.call('HINCRBY', KEYS[10], group, -1)
  if busy <= 0 then redis.call('HDEL', KEYS[10], group) end
  if (group_limit == 0 or busy < group_limit) and not redis.call('ZSCORE', KEYS[9], group) and #first_of(group, 1) > 0 then
    give_turn(group)
    moved = moved + 1
  end
  return true
end
local function bury(id, cause)
  redis.call('ZADD', KEYS[6], exact(now), id)
  redis.call('HSET', KEYS[7], id, cause)
end
local function deliver(id, meta)
  deliveries[#deliveries + 1] = id .. ':' .. meta.lease
  deliveries[#deliveries + 1] = id
  deliveries[#deliveries + 1] = meta.attempts
  deliveries[#deliveries + 1] = tonumber(meta.enqueued)
  deliveries[#deliveries + 1] = redis.call('HGET', KEYS[4], id)
  deliveries[#deliveries + 1] = meta.group
end

-- The id and meta of a receipt's message, unless another lease followed; that of the receipt may be over.
local function last_leased_by(receipt)
  local id, held = string.match(receipt, '^(%d+):(%d+)$')
  local meta = meta_of(id)
  if meta and meta.lease == held then return id, meta end
end

local function settle(receipt, kind, delay, cause)
  local id, meta = last_leased_by(receipt)
  if not id then return 0 end
  if kind == 'extend' then
    if not redis.call('ZSCORE', KEYS[3], id) then return 0 end
    redis.call('ZADD', KEYS[3], exact(now + lease * 1000), id)
    return 1
  end
  if not end_lease(id, meta) then return 0 end
  if kind == 'ack' then
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[5], id)
  elseif kind == 'return' then
    meta.attempts = meta.attempts - 1
    redis.call('HSET', KEYS[5], id, text_of(meta))
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

-- What is claimed is written at the end, all at once: an id and a value each.
local claimed, leases, metas = {}, {}, {}
local this_lease
local function claim(id, meta)
  this_lease = this_lease or exact(redis.call('INCR', KEYS[12]))
  meta.lease, meta.attempts = this_lease, meta.attempts + 1
  leases[#leases + 1] = exact(now + lease * 1000)
  leases[#leases + 1] = id
  metas[#metas + 1] = id
  metas[#metas + 1] = text_of(meta)
  deliver(id, meta)
  claimed[#claimed + 1] = id .. ':' .. this_lease
end
-- Claims the first message of a group, unless as many as may be are leased; tells whether it did.
local function claim_of_group(group)
  local first = first_of(group, 2)
  if #first == 0 then return false end
  local busy = redis.call('HINCRBY', KEYS[10], group, 1)
  if group_limit > 0 and busy > group_limit then
    redis.call('HINCRBY', KEYS[10], group, -1)
    return false
  end
  redis.call('ZREM', KEYS[8], first[1])
  local id = exact(tonumber(string.sub(first[1], -16)))
  claim(id, meta_of(id))
  if first[2] and (group_limit == 0 or busy < group_limit) then give_turn(group) end
  return true
end
-- Claims in turn, one message of each group; answers how many may still be claimed when nobody is left with whom to share them.
local function claim_in_turn(free)
  local shared = false
  while free > 0 do
    local group = redis.call('ZPOPMIN', KEYS[9])[1]
    if not group then break end
    if group ~= '' then
      if not shared and redis.call('ZCARD', KEYS[1]) > 0 then give_turn('') end
      shared = true
      if claim_of_group(group) then free = free - 1 end
    elseif redis.call('ZCARD', KEYS[9]) > 0 then
      local id = redis.call('ZPOPMIN', KEYS[1])[1]
      claim(id, meta_of(id))
      free = free - 1
      if redis.call('ZCARD', KEYS[1]) > 0 then give_turn('') end
    end
  end
  return free
end

local more
local before = redis.call('GET', KEYS[13])
if before then
  local results, deliveries_before = string.match(before, '^([^|]*)|(.*)$')
  for result in string.gmatch(results, '%d') do settled[#settled + 1] = tonumber(result) end
  for receipt in string.gmatch(deliveries_before, '[^,]+') do
    local id, meta = last_leased_by(receipt)
    if id and redis.call('ZSCORE', KEYS[3], id) then deliver(id, meta) end
  end
else
  for at = 5, #ARGV, 4 do
    settled[#settled + 1] = settle(ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3])
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    redis.call('ZREM', KEYS[2], id)
    make_ready(id, meta_of(id))
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    local meta = meta_of(id)
    end_lease(id, meta)
    if meta.attempts >= meta.limit then bury(id, 'the lease ended') else make_ready(id, meta) end
  end
  if redis.call('EXISTS', KEYS[11]) == 1 then most, more = 0, false end
  local free = most > 0 and claim_in_turn(most) or 0
  if free > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[1], free)
    for i = 1, #popped, 2 do claim(popped[i], meta_of(popped[i])) end
    if #popped / 2 < free then more = false end
  end
  if #claimed > 0 then
    redis.call('ZADD', KEYS[3], unpack(leases))
    redis.call('HSET', KEYS[5], unpack(metas))
  end
  -- Ten seconds are longer than a caller repeats an exchange. One that is repeated later still is harmless: what it settled is
  -- refused as settled, and what it claimed is delivered again.
  if #settled > 0 or #claimed > 0 then
    redis.call('SET', KEYS[13], table.concat(settled) .. '|' .. table.concat(claimed, ','), 'PX', 10000)
  end
end

if more == nil then more = redis.call('ZCARD', KEYS[1]) > 0 or redis.call('ZCARD', KEYS[9]) > 0 end

