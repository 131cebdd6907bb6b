-- How scripts go on that add messages to a queue that is kept as a stream. Begins with adds.lua.
--
-- KEYS[1]  entries: stream of the messages that are ready or leased, as in stream-exchange.lua
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased, as in stream-exchange.lua
-- KEYS[4]  hash of delayed and dead messages to bodies
-- KEYS[5]  hash of delayed and dead messages to 0:0:attempts:limit:enqueued:
-- KEYS[6]  the last id

local QUEUE_KEYS, READY_IN_HASHES = 6, false

-- How many messages wait or are worked on.
local function size() return redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2]) end

-- Ready are first fields of entries, and bodies.
end_adds = function()
  if more_ids > 0 then
    redis.call('XLEN', KEYS[1])
    redis.call('ZCARD', KEYS[2])
    redis.call('INCRBY', KEYS[6], more_ids)
  end
  if #delayed > 0 then redis.call('ZADD', KEYS[2], unpack(delayed)) end
  for i = 1, #ready, 2 do redis.call('XADD', KEYS[1], '*', 'm', ready[i], 'b', ready[i + 1]) end
  if #metas > 0 then
    redis.call('HSET', KEYS[4], unpack(bodies))
    redis.call('HSET', KEYS[5], unpack(metas))
  end
end

-- Makes a message ready that was never delivered. There are no priorities and groups.
local function add(id, _, limit, enqueued, _, body)
  local n = #ready
  ready[n + 1], ready[n + 2] = id .. ':0:' .. limit .. ':' .. enqueued, body
end

