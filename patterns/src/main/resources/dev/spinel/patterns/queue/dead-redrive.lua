-- Makes dead letters ready again, as if they had never been delivered.
--
-- KEYS[1]  dead: messages by when they died
-- KEYS[2]  hash of dead messages to causes
-- KEYS[3]  ready: messages without a group by priority, then by age
-- KEYS[4]  hash of messages to priority:attempts:limit:enqueued:group
-- KEYS[5]  grouped: ready messages of groups, as in exchange.lua
-- KEYS[6]  turns: groups by whose turn it is, as in exchange.lua
-- KEYS[7]  hash of groups to how many of their messages are leased, if any
-- ARGV[1]  channel for those who wait for messages
-- ARGV[2]  how many messages of a group may be leased; 0: any number
-- then the messages
--
-- Answers how many of them were dead.

local redriven, last_turn = 0, nil
local group_limit = tonumber(ARGV[2])
for i = 3, #ARGV do
  local id = ARGV[i]
  if redis.call('ZREM', KEYS[1], id) == 1 then
    redis.call('HDEL', KEYS[2], id)
    local priority, limit, enqueued, group =
      string.match(redis.call('HGET', KEYS[4], id), '^(%d+):%d+:(%d+):(%d+):(.*)$')
    redis.call('HSET', KEYS[4], id, priority .. ':0:' .. limit .. ':' .. enqueued .. ':' .. group)
    if group == '' then
      redis.call('ZADD', KEYS[3], string.format('%.0f', (9 - priority) * 562949953421312 + tonumber(id)), id)
    else
      redis.call('ZADD', KEYS[5], 0, #group .. ':' .. group .. ':' .. (9 - priority) .. string.format('%016.0f', tonumber(id)))
      if group_limit == 0 or tonumber(redis.call('HGET', KEYS[7], group) or 0) < group_limit then
        last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[6], -1, -1, 'WITHSCORES')[2] or 0)) + 1
        redis.call('ZADD', KEYS[6], 'NX', string.format('%.0f', last_turn), group)
      end
    end
    redriven = redriven + 1
  end
end
if redriven > 0 then redis.call('PUBLISH', ARGV[1], 'redriven') end
return redriven
