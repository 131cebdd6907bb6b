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
local redriven = 0
for i = 3, #ARGV do
  local id = ARGV[i]
  if redis.call('ZREM', dead, id) == 1 then
    redis.call('HDEL', causes, id)
    local priority, limit, enqueued, group =
      string.match(redis.call('HGET', KEYS[5], id) or '0:0:0:1:0:', '^(%d+):%d+:%d+:(%d+):(%d+):(.*)$')
    local body = redis.call('HGET', KEYS[4], id) or ''
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[5], id)
    add(id, priority, limit, enqueued, group, body)
    redriven = redriven + 1
  end
end
end_adds()
if redriven > 0 then redis.pcall('PUBLISH', ARGV[2], 'redriven') end
return answer(redriven)
