-- How scripts go on that add messages to a queue whose ready messages are in sorted sets. Begins with adds.lua.
--
-- KEYS[1]  ready: messages without a group by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:lease:attempts:limit:enqueued:group, as in exchange.lua
-- KEYS[6]  the last id
-- KEYS[7]  grouped: ready messages of groups, as in exchange.lua
-- KEYS[8]  turns: groups by whose turn it is, as in exchange.lua
-- KEYS[9]  hash of groups to how many of their messages are leased, if any
-- ARGV[1]  how many messages of a group may be leased; 0: any number

local QUEUE_KEYS, READY_IN_HASHES = 9, true
local group_limit, last_turn = tonumber(ARGV[1]), nil

-- How many messages wait or are worked on.
local function size()
  return redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[7])
end

-- Scores and ready messages are those without a group; if there are others, these, and turns and groups.
local grouped, turns
end_adds = function()
  if #metas > 2 then
    for _, key in ipairs({1, 2, 7, 8}) do redis.call('ZCARD', KEYS[key]) end
  end
  if more_ids > 0 then redis.call('INCRBY', KEYS[6], more_ids) end
  if #delayed > 0 then redis.call('ZADD', KEYS[2], unpack(delayed)) end
  if #ready > 0 then redis.call('ZADD', KEYS[1], unpack(ready)) end
  if grouped then
    redis.call('ZADD', KEYS[7], unpack(grouped))
    if #turns > 0 then redis.call('ZADD', KEYS[8], 'NX', unpack(turns)) end
    grouped = nil
  end
  if #metas > 0 then
    redis.call('HSET', KEYS[4], unpack(bodies))
    redis.call('HSET', KEYS[5], unpack(metas))
  end
end

-- Makes a message ready that was never delivered.
local function add(id, priority, limit, enqueued, group, body)
  keep(id, priority, limit, enqueued, group, body)
  if group == '' then
    ready[#ready + 1] = exact((9 - priority) * 562949953421312 + id)
    ready[#ready + 1] = id
    return
  end
  if not grouped then grouped, turns = {}, {} end
  grouped[#grouped + 1] = 0
  grouped[#grouped + 1] = #group .. ':' .. group .. ':' .. (9 - priority) .. string.format('%016.0f', id)
  if group_limit > 0 and (tonumber(redis.call('HGET', KEYS[9], group)) or 0) >= group_limit then return end
  last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[8], -1, -1, 'WITHSCORES')[2] or 0)) + 1
  turns[#turns + 1] = exact(last_turn)
  turns[#turns + 1] = group
end

