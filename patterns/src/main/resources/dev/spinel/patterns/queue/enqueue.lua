-- Adds messages.
--
-- KEYS[1]  ready: messages by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:attempts:limit:enqueued
-- KEYS[6]  the last id
-- KEYS[7]... the message that came with an idempotency key before, for each message that has one, in order
-- ARGV[1]  how many messages may wait or be worked on; 0: any number
-- ARGV[2]  for how many milliseconds idempotency keys are kept
-- ARGV[3]  how often a message is delivered at most
-- ARGV[4]  channel for those who wait for messages
-- then four for each message: body, priority, delay in milliseconds, 1 if it has an idempotency key
--
-- Answers for each message 1 if it is new, 0 if its key was there, -1 if the queue is full; and its id, 0 if it has none.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local most = tonumber(ARGV[1])
local size = redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
local reply, added, key = {}, 0, 6
for at = 5, #ARGV, 4 do
  local known
  if ARGV[at + 3] == '1' then
    key = key + 1
    known = redis.call('GET', KEYS[key])
  end
  local state, id = 1, 0
  if known then
    state, id = 0, tonumber(known)
  elseif most > 0 and size + added >= most then
    state = -1
  else
    id = redis.call('INCR', KEYS[6])
    added = added + 1
    local priority, delay = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    redis.call('HSET', KEYS[4], id, ARGV[at])
    redis.call('HSET', KEYS[5], id, string.format('%d:0:%s:%.0f', priority, ARGV[3], now))
    if delay > 0 then
      redis.call('ZADD', KEYS[2], string.format('%.0f', now + delay * 1000), id)
    else
      redis.call('ZADD', KEYS[1], string.format('%.0f', (9 - priority) * 562949953421312 + id), id)
    end
    if ARGV[at + 3] == '1' then redis.call('SET', KEYS[key], id, 'PX', ARGV[2]) end
  end
  reply[#reply + 1] = state
  reply[#reply + 1] = id
end
if added > 0 then redis.call('PUBLISH', ARGV[4], 'enqueued') end
return reply
