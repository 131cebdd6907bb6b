-- How scripts go on that add messages to a queue that is kept as a stream. Begins with adds.lua.
--
-- KEYS[1]  entries: stream of the messages that are ready or leased, as in stream-exchange.lua
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased, as in stream-exchange.lua
-- KEYS[4]  hash of delayed and dead messages to bodies
-- KEYS[5]  hash of delayed and dead messages to 0:0:attempts:limit:enqueued:
-- KEYS[6]  the last id

local QUEUE_KEYS = 6

-- How many messages wait or are worked on.
local function size() return redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2]) end

-- Makes a message ready that was never delivered. There are no priorities and groups.
local function add(id, _, limit, enqueued, _, body)
  redis.call('XADD', KEYS[1], '*', 'm', id .. ':0:' .. limit .. ':' .. enqueued, 'b', body)
end

