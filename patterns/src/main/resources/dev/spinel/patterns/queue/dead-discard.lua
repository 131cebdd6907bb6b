-- Forgets dead letters. Begins with call-once.lua.
--
-- KEYS[1]  dead: messages by when they died
-- KEYS[2]  hash of dead messages to causes
-- KEYS[3]  hash of messages to bodies
-- KEYS[4]  hash of messages to priority:lease:attempts:limit:enqueued:group
-- KEYS[5]  what this call answered, as there
-- ARGV     the messages
--
-- Answers how many of them were dead.

local discarded = 0
for _, id in ipairs(ARGV) do
  if redis.call('ZREM', KEYS[1], id) == 1 then
    for i = 2, 4 do redis.call('HDEL', KEYS[i], id) end
    discarded = discarded + 1
  end
end
return answer(discarded)
