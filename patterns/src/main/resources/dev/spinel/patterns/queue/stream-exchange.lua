-- Settles deliveries, and claims the next messages, of a queue that is kept as a stream.
--
-- Ends with exchange-answer.lua.
--
-- KEYS[1]  entries: stream of the messages that are ready or leased. The fields of an entry are m, id:attempts:limit:enqueued, and b,
--          the body. Group workers has those pending that were delivered
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: receipts, entry:lease:attempt, by the end of the lease, likewise
-- KEYS[4]  hash of delayed and dead messages to bodies
-- KEYS[5]  hash of delayed and dead messages to 0:0:attempts:limit:enqueued:
-- KEYS[6]  dead: messages by when they died, likewise
-- KEYS[7]  hash of dead messages to causes
-- KEYS[8]  again: entry:attempts of pending entries that are ready again, by message
-- KEYS[9]  the last id
-- KEYS[10] there while the queue is paused
-- KEYS[11] hash of entries that others added to id:attempts:limit:enqueued
-- KEYS[12] the last lease, as in exchange.lua
-- KEYS[13] there for a while after somebody looked for what others have pending
-- KEYS[14] number of an exchange and what it did, as in exchange.lua
-- ARGV[1]  lease in milliseconds
-- ARGV[2]  how many to claim at most
-- ARGV[3]  channel for those who wait for messages
-- ARGV[4]  how often a message that somebody else added is delivered at most
-- ARGV[5]  the caller's number of this exchange, as in exchange.lua
-- ARGV[6]  for how many milliseconds it is kept what this exchange did: longer than its caller repeats it
-- then four for each settlement: receipt, ack | retry | reject | extend | return, delay in milliseconds, cause
--
-- Answers {wait, settled, deliveries} as exchange.lua; there are no groups.
--
-- A message is one of: an entry that was not delivered; an entry that is pending, and either leased or in again; delayed; dead. Those
-- in again are claimed first, as they are older; those that become due are new entries, behind all others. Entries that others added
-- by XADD, in whatever language, become messages when it is their turn: dead ones, unless they have a field b. What others delete
-- is gone. What others read in the group is taken over after a lease, as if it had been leased; it is looked for once in a tenth of
-- a lease, at least once a second. If the group is gone, all deliveries are: every entry is delivered from the start, with the attempts that it had
-- when it was added, and earlier receipts do not hold.
--
-- What was settled is no longer leased before anything is written that a full server refuses, so that it takes acknowledgements.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local lease, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local settled, deliveries, moved = {}, {}, 0

local function exact(number) return string.format('%.0f', number) end
local lease_end = exact(now + lease * 1000)

-- What an entry holds, by the fields of a reply; nothing if it is not known as a message. Fields m and b may be those of somebody else,
-- as they are if numbers have more digits than ours.
local META = '^(%d+):(%d+):(%d+):(%d+)$'
local function read(entry, fields)
  local id, attempts, limit, enqueued
  local body = fields[4]
  if fields[1] == 'm' and fields[3] == 'b' and not fields[5] then id, attempts, limit, enqueued = string.match(fields[2], META) end
  if not id or #id > 15 or #attempts > 9 or #limit > 10 or #enqueued > 16 then
    id, attempts, limit, enqueued = string.match(redis.call('HGET', KEYS[11], entry) or '', META)
    body = nil
    for i = 1, #fields, 2 do
      if fields[i] == 'b' then body = fields[i + 1] end
    end
  end
  return id and {id = id, attempts = tonumber(attempts), limit = tonumber(limit), enqueued = enqueued, body = body}
end

-- Entries that go, which is done all at once: before any are claimed, so that none of them is, and at the end.
local gone = {}
local function sweep()
  if #gone == 0 then return end
  redis.call('XACK', KEYS[1], 'workers', unpack(gone))
  redis.call('XDEL', KEYS[1], unpack(gone))
  if redis.call('EXISTS', KEYS[11]) == 1 then redis.call('HDEL', KEYS[11], unpack(gone)) end
  gone = {}
end
local function fetch(entry)
  local found = redis.call('XRANGE', KEYS[1], entry, entry)[1]
  if found then return read(entry, found[2]) end
  gone[#gone + 1] = entry
end
local function keep(message, attempts)
  redis.call('HSET', KEYS[4], message.id, message.body)
  redis.call('HSET', KEYS[5], message.id, table.concat({0, 0, attempts, message.limit, message.enqueued, ''}, ':'))
end
local function bury_kept(id, cause)
  redis.call('ZADD', KEYS[6], exact(now), id)
  redis.call('HSET', KEYS[7], id, cause)
end
local function bury(entry, attempts, message, cause)
  keep(message, attempts)
  bury_kept(message.id, cause)
  gone[#gone + 1] = entry
end
-- A message that somebody took the body or the meta from, with what is left.
local function bury_rest(id)
  if #id > 15 or not string.find(id, '^[1-9]%d*$') then return end
  redis.call('HSETNX', KEYS[4], id, '')
  redis.call('HSETNX', KEYS[5], id, '0:0:0:1:' .. exact(now) .. ':')
  bury_kept(id, 'a part of it is gone')
end
local function ready_again(entry, attempts, message)
  redis.call('ZADD', KEYS[8], message.id, entry .. ':' .. attempts)
  moved = moved + 1
end

-- The parts of a receipt that matter once it is known to hold; nothing if it is none, but what somebody else added.
local function parts(receipt)
  local entry, attempt = string.match(receipt, '^(%d+%-%d+):%d+:(%d+)$')
  return entry, tonumber(attempt)
end

-- Answers whether the message was there, which is not looked at if it goes.
local function settle(receipt, kind, delay, cause)
  local entry, attempt = parts(receipt)
  if kind == 'ack' then
    gone[#gone + 1] = entry
    return true
  end
  local message = fetch(entry)
  if not message then return false end
  if kind == 'return' then
    ready_again(entry, attempt - 1, message)
  elseif kind == 'reject' or attempt >= message.limit then
    bury(entry, attempt, message, cause)
  elseif delay == 0 then
    ready_again(entry, attempt, message)
  else
    keep(message, attempt)
    redis.call('ZADD', KEYS[2], exact(now + delay * 1000), message.id)
    gone[#gone + 1] = entry
  end
  return true
end
local function settle_all()
  if #ARGV == 6 then return end
  local receipts = {}
  for at = 7, #ARGV, 4 do receipts[#receipts + 1] = ARGV[at] end
  local held, over, extended = {}, {}, {}
  for i, ends in ipairs(redis.call('ZMSCORE', KEYS[3], unpack(receipts))) do held[receipts[i]] = ends end
  for i, receipt in ipairs(receipts) do
    settled[i] = held[receipt] and 1 or 0
    if settled[i] == 1 and ARGV[4 * i + 4] == 'extend' then
      extended[#extended + 1] = receipt
    elseif settled[i] == 1 then
      held[receipt] = false
      over[#over + 1] = i
    end
  end
  local ended = {}
  for i, at in ipairs(over) do ended[i] = receipts[at] end
  -- As in exchange.lua.
  local longer = {}
  for _, receipt in ipairs(extended) do
    if held[receipt] then
      ended[#ended + 1] = receipt
      longer[#longer + 1] = lease_end
      longer[#longer + 1] = receipt
    end
  end
  if #ended > 0 then redis.call('ZREM', KEYS[3], unpack(ended)) end
  if #longer > 0 then redis.call('ZADD', KEYS[3], unpack(longer)) end
  for _, i in ipairs(over) do
    local at = 4 * i + 3
    if not settle(ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]) then settled[i] = 0 end
  end
end

local function end_lease(entry, attempt, message)
  if attempt >= message.limit then
    bury(entry, attempt, message, 'the lease ended')
  else
    ready_again(entry, attempt, message)
  end
end
local function end_leases()
  for _, receipt in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    local entry, attempt = parts(receipt)
    redis.call('ZREM', KEYS[3], receipt)
    local message = entry and fetch(entry)
    if message then end_lease(entry, attempt, message) end
  end
end
local function add(id, attempts, limit, enqueued, body)
  redis.call('XADD', KEYS[1], '*', 'm', table.concat({id, attempts, limit, enqueued}, ':'), 'b', body)
  moved = moved + 1
end
local function add_due()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', exact(now), 'LIMIT', 0, 1000)) do
    redis.call('ZREM', KEYS[2], id)
    local attempts, limit, enqueued = string.match(redis.call('HGET', KEYS[5], id) or '', '^0:0:(%d+):(%d+):(%d+):$')
    local body = redis.call('HGET', KEYS[4], id)
    if attempts and body then
      add(id, attempts, limit, enqueued, body)
      redis.call('HDEL', KEYS[4], id)
      redis.call('HDEL', KEYS[5], id)
    else
      bury_rest(id)
    end
  end
end

local function deliver(receipt, attempt, message)
  local n = #deliveries
  deliveries[n + 1], deliveries[n + 2], deliveries[n + 3] = receipt, message.id, attempt
  deliveries[n + 4], deliveries[n + 5], deliveries[n + 6] = tonumber(message.enqueued), message.body, ''
end
local claimed, leases = {}, {}
local paused, last_lease, before = unpack(redis.call('MGET', KEYS[10], KEYS[12], KEYS[14]))
local this_lease
local function claim(entry, attempt, message)
  if not this_lease then
    this_lease = exact(math.max(now, (tonumber(last_lease) or 0) + 1))
    redis.call('SET', KEYS[12], this_lease)
  end
  local receipt, n = entry .. ':' .. this_lease .. ':' .. attempt, #claimed
  claimed[n + 1] = receipt
  leases[2 * n + 1], leases[2 * n + 2] = lease_end, receipt
  deliver(receipt, attempt, message)
end
-- Makes an entry that somebody else added a message, of the time that its id tells.
local function adopt(entry, fields)
  local id = exact(redis.call('INCR', KEYS[9]))
  local added = (tonumber(string.match(entry, '^%d+')) - 1577836800000) * 1000
  if added < 0 or added > now then added = now end
  redis.call('HSET', KEYS[11], entry, table.concat({id, 0, ARGV[4], exact(added)}, ':'))
  local message = read(entry, fields)
  if message.body then return message end
  message.body = table.concat(fields, '\n')
  bury(entry, 0, message, 'it has no field b')
end
-- Takes entries over that others have pending, and have had for a lease. They are leases that ended, unless the queue knows them as
-- leased or ready again, so that somebody has only claimed them from it. Up to 1000 are ready again by that: others wait their turn.
local known
local function take_over(consumer, room)
  local stale = redis.call('XPENDING', KEYS[1], 'workers', 'IDLE', lease, '-', '+', room, consumer)
  if #stale == 0 then return 0 end
  if not known then
    known = {}
    for _, key in ipairs({KEYS[3], KEYS[8]}) do
      for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do known[string.match(member, '^[^:]*')] = true end
    end
  end
  local entries = {}
  for i, pending in ipairs(stale) do entries[i] = pending[1] end
  for _, entry in ipairs(redis.call('XCLAIM', KEYS[1], 'workers', 'worker', lease, unpack(entries))) do
    if entry and not known[entry[1]] then
      local message = read(entry[1], entry[2]) or adopt(entry[1], entry[2])
      if message then end_lease(entry[1], message.attempts + 1, message) end
    end
  end
  return #stale
end
-- Sees that the queue has its group for itself: makes it, if it is not there, and looks for what others have of it. Redis goes through
-- all that a consumer has pending to find what is idle, so that this is done once in a while only, unless there was more than fits.
local function own_group()
  local pending = redis.pcall('XPENDING', KEYS[1], 'workers')
  if pending.err then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'workers', 0, 'MKSTREAM')
    redis.call('DEL', KEYS[3], KEYS[8])
    return
  end
  local others = {}
  for _, consumer in ipairs(pending[4] or {}) do
    if consumer[1] ~= 'worker' then others[#others + 1] = consumer[1] end
  end
  if #others == 0 or redis.call('EXISTS', KEYS[13]) == 1 then return end
  local room = 1000 - redis.call('ZCARD', KEYS[8])
  for _, consumer in ipairs(others) do
    if room > 0 then room = room - take_over(consumer, room) end
  end
  if room > 0 then redis.call('SET', KEYS[13], 1, 'PX', math.min(1000, math.ceil(lease / 10))) end
end
local tried = 0
local function claim_again()
  local popped = redis.call('ZPOPMIN', KEYS[8], most)
  tried = #popped / 2
  if tried == 0 then return end
  local attempts, entries = {}, {}
  for i = 1, #popped, 2 do
    local entry, before = string.match(popped[i], '^(%d+%-%d+):(%d+)$')
    if entry then
      attempts[entry] = before + 1
      entries[#entries + 1] = entry
    end
  end
  if #entries == 0 then return end
  entries[#entries + 1] = 'FORCE' -- also if somebody acknowledged it: what is in again is not done
  for _, entry in ipairs(redis.call('XCLAIM', KEYS[1], 'workers', 'worker', 0, unpack(entries))) do
    local message = entry and read(entry[1], entry[2])
    if message then
      claim(entry[1], attempts[entry[1]], message)
      attempts[entry[1]] = nil
    end
  end
  for entry in pairs(attempts) do gone[#gone + 1] = entry end
end
-- Claims new entries, and tells how many it read.
local function claim_new(free)
  local streams = redis.call('XREADGROUP', 'GROUP', 'workers', 'worker', 'COUNT', free, 'STREAMS', KEYS[1], '>')
  if not streams then return 0 end
  for _, entry in ipairs(streams[1][2]) do
    local message = read(entry[1], entry[2]) or adopt(entry[1], entry[2])
    if message then claim(entry[1], message.attempts + 1, message) end
  end
  return #streams[1][2]
end
-- Whether there is more to claim: what is again ready, or was never delivered.
local function has_more()
  if redis.call('ZCARD', KEYS[8]) > 0 then return true end
  local pending = redis.pcall('XPENDING', KEYS[1], 'workers')
  return redis.call('XLEN', KEYS[1]) > (pending.err and 0 or pending[1])
end

local read_new = 0
local turn, results, receipts = string.match(before or '', '^(%d+)|([^|]*)|(.*)$')
local later = turn and tonumber(turn) - tonumber(ARGV[5]) or -1
if later > 0 then
  -- Its caller has given it up since, and asks for something else.
  for at = 7, #ARGV, 4 do settled[#settled + 1] = 0 end
elseif later == 0 then
  for result in string.gmatch(results, '%d') do settled[#settled + 1] = tonumber(result) end
  for receipt in string.gmatch(receipts, '[^,]+') do
    local entry, attempt = parts(receipt)
    local message = redis.call('ZSCORE', KEYS[3], receipt) and fetch(entry)
    if message then deliver(receipt, attempt, message) end
  end
else
  settle_all()
  end_leases()
  add_due()
  if most > 0 and not paused then
    sweep()
    own_group()
    claim_again()
    local wanted, got = most - #claimed, 0
    while wanted > 0 and read_new < 1000 do
      got = claim_new(wanted)
      read_new = read_new + got
      wanted = got < wanted and 0 or most - #claimed
    end
    if #leases > 0 then redis.call('ZADD', KEYS[3], unpack(leases)) end
  end
  sweep()
  -- Also of one that did nothing, since nobody would work on what it claims when it arrives once more, later. A full server may refuse to
  -- keep that.
  local outcome = table.concat(settled)
  local call = (#claimed > 0 or string.find(outcome, '1', 1, true)) and redis.call or redis.pcall
  call('SET', KEYS[14], ARGV[5] .. '|' .. outcome .. '|' .. table.concat(claimed, ','), 'PX', ARGV[6])
end

-- A claim that got less than it asked for has left nothing, unless what it tried was gone, or became dead letters.
local more = not paused and (later >= 0 or #claimed >= most or tried >= most or read_new >= 1000) and has_more()

