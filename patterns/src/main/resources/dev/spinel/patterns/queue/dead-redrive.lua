-- Makes dead letters ready again, as if they had never been delivered. Begins with call-once.lua and
-- adds.lua, then ready-sorted-sets.lua or ready-stream.lua.
--
-- KEYS     of the queue, as there; then
--          dead: messages by when they died
--          hash of dead messages to causes
--          what this call answered, as in call-once.lua
-- ARGV[1]  as there
-- ARGV[2]  channel for those who wait for messages
-- then the messages
--
-- Answers how many of them were dead.

local dead, causes = KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2]
local redriven, seen = {}, {}
redis.call('HLEN', causes)
for i = 3, #ARGV do
  local id = ARGV[i]
  if not seen[id] and redis.call('ZSCORE', dead, id) then
    local priority, limit, enqueued, group =
      string.match(redis.call('HGET', KEYS[5], id) or '0:0:0:1:0:', '^(%d+):%d+:%d+:(%d+):(%d+):(.*)$')
    add(id, priority, limit, enqueued, group, redis.call('HGET', KEYS[4], id) or '')
    redriven[#redriven + 1], seen[id] = id, true
  end
end
end_adds()
if #redriven > 0 then
  redis.call('ZREM', dead, unpack(redriven))
  redis.call('HDEL', causes, unpack(redriven))
  if not READY_IN_HASHES then
    redis.call('HDEL', KEYS[4], unpack(redriven))
    redis.call('HDEL', KEYS[5], unpack(redriven))
  end
  redis.pcall('PUBLISH', ARGV[2], 'redriven')
end
return answer(#redriven)
