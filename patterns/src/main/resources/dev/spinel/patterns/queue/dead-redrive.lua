-- Makes dead letters ready again, as if they had never been delivered.
--
-- KEYS[1]  dead: messages by when they died
-- KEYS[2]  hash of dead messages to causes
-- KEYS[3]  ready: messages by priority, then by age
-- KEYS[4]  hash of messages to priority:attempts:limit:enqueued
-- ARGV[1]  channel for those who wait for messages
-- then the messages
--
-- Answers how many of them were dead.

local redriven = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  if redis.call('ZREM', KEYS[1], id) == 1 then
    redis.call('HDEL', KEYS[2], id)
    local priority, limit, enqueued = string.match(redis.call('HGET', KEYS[4], id), '^(%d+):%d+:(%d+):(%d+)$')
    redis.call('HSET', KEYS[4], id, priority .. ':0:' .. limit .. ':' .. enqueued)
    redis.call('ZADD', KEYS[3], string.format('%.0f', (9 - priority) * 562949953421312 + tonumber(id)), id)
    redriven = redriven + 1
  end
end
if redriven > 0 then redis.call('PUBLISH', ARGV[1], 'redriven') end
return redriven
