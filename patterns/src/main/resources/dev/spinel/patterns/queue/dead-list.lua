-- Reads dead letters, the oldest first.
--
-- KEYS[1]  dead: messages by when they died
-- KEYS[2]  hash of dead messages to causes
-- KEYS[3]  hash of messages to bodies
-- KEYS[4]  hash of messages to priority:lease:attempts:limit:enqueued:group
-- ARGV[1]  how many to skip
-- ARGV[2]  how many to read at most
--
-- Answers for each message id, attempts, cause, body, group; what somebody took away of it is 0 or empty. What somebody added that is no
-- id is dropped.

local reply = {}
local first = tonumber(ARGV[1])
local ids
repeat
  local dropped = 0
  ids = redis.call('ZRANGE', KEYS[1], first, first + ARGV[2] - 1)
  for _, id in ipairs(ids) do
    if #id > 15 or not string.find(id, '^[1-9]%d*$') then dropped = dropped + redis.call('ZREM', KEYS[1], id) end
  end
until dropped == 0
for _, id in ipairs(ids) do
  local attempts, group = string.match(redis.call('HGET', KEYS[4], id) or '', '^%d+:%d+:(%d+):%d+:%d+:(.*)$')
  reply[#reply + 1] = id
  reply[#reply + 1] = tonumber(attempts or 0)
  reply[#reply + 1] = redis.call('HGET', KEYS[2], id) or ''
  reply[#reply + 1] = redis.call('HGET', KEYS[3], id) or ''
  reply[#reply + 1] = group or ''
end
return reply
