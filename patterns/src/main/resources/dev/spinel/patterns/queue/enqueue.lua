-- Adds messages.
--
-- KEYS[1]  ready: messages without a group by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:attempts:limit:enqueued:group
-- KEYS[6]  the last id
-- KEYS[7]  grouped: ready messages of groups, as in exchange.lua
-- KEYS[8]  turns: groups by whose turn it is, as in exchange.lua
-- KEYS[9]  hash of groups to how many of their messages are leased, if any
-- KEYS[10]... the message that came with an idempotency key before, for each message that has one, in order
-- ARGV[1]  how many messages may wait or be worked on; 0: any number
-- ARGV[2]  for how many milliseconds idempotency keys are kept
-- ARGV[3]  how often a message is delivered at most
-- ARGV[4]  channel for those who wait for messages
-- ARGV[5]  how many messages of a group may be leased; 0: any number
-- then five for each message: body, priority, delay in milliseconds, 1 if it has an idempotency key, group or nothing
--
-- Answers for each message 1 if it is new, 0 if its key was there, -1 if the queue is full; and its id, 0 if it has none.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local most, group_limit = tonumber(ARGV[1]), tonumber(ARGV[5])
local size, last_turn = 0, nil
if most > 0 then
  for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3], KEYS[7]}) do size = size + redis.call('ZCARD', key) end
end

local function make_ready(id, priority, group)
  if group == '' then
    redis.call('ZADD', KEYS[1], string.format('%.0f', (9 - priority) * 562949953421312 + id), id)
    return
  end
  redis.call('ZADD', KEYS[7], 0, #group .. ':' .. group .. ':' .. (9 - priority) .. string.format('%016.0f', id))
  if group_limit > 0 and tonumber(redis.call('HGET', KEYS[9], group) or 0) >= group_limit then return end
  last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[8], -1, -1, 'WITHSCORES')[2] or 0)) + 1
  redis.call('ZADD', KEYS[8], 'NX', string.format('%.0f', last_turn), group)
end

local reply, added, key = {}, 0, 9
for at = 6, #ARGV, 5 do
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
    local priority, delay, group = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 4]
    redis.call('HSET', KEYS[4], id, ARGV[at])
    redis.call('HSET', KEYS[5], id, string.format('%d:0:%s:%.0f:', priority, ARGV[3], now) .. group)
    if delay > 0 then
      redis.call('ZADD', KEYS[2], string.format('%.0f', now + delay * 1000), id)
    else
      make_ready(id, priority, group)
    end
    if ARGV[at + 3] == '1' then redis.call('SET', KEYS[key], id, 'PX', ARGV[2]) end
  end
  reply[#reply + 1] = state
  reply[#reply + 1] = id
end
if added > 0 then redis.call('PUBLISH', ARGV[4], 'enqueued') end
return reply
