-- Takes expired sessions to report them. What is neither confirmed nor renewed within the lease is taken again.
--
-- KEYS[1]  sorted set of the lane's sessions by when they expire, in milliseconds since 1970
-- KEYS[2]  hash of the lane's sessions to their principals
-- KEYS[3]  sorted set of the lane's principals and sessions
-- KEYS[4]  sorted set of the expired sessions that are being reported, by when their lease ends
-- ARGV[1]  how many to take at most
-- ARGV[2]  lease in milliseconds
-- ARGV[3]  how many were reported
-- then their ids, then those of the ones that are still being reported, whose leases begin anew
--
-- Answers {milliseconds until the next one is due as things are, or -1, and for each expired session: id, principal or empty}.

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local function exact(number) return string.format('%.0f', number) end

local reported = 3 + tonumber(ARGV[3])
for i = 4, reported do
  redis.call('ZREM', KEYS[4], ARGV[i])
  redis.call('HDEL', KEYS[2], ARGV[i])
end
-- Not those that another one has reported meanwhile. A server that is short of memory refuses a ZADD, but not what follows a write that needs none.
for i = reported + 1, #ARGV do
  if redis.call('ZREM', KEYS[4], ARGV[i]) == 1 then redis.call('ZADD', KEYS[4], exact(now + ARGV[2]), ARGV[i]) end
end
local reply = {-1}
local function take(id)
  local principal = redis.call('HGET', KEYS[2], id) or ''
  redis.call('ZADD', KEYS[4], exact(now + ARGV[2]), id)
  reply[#reply + 1] = id
  reply[#reply + 1] = principal
  return principal
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', exact(now), 'LIMIT', 0, ARGV[1])) do
  redis.call('ZREM', KEYS[4], id)
  take(id)
end
local left = tonumber(ARGV[1]) - (#reply - 1) / 2
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. exact(now), 'LIMIT', 0, left)) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', KEYS[3], take(id) .. '\0' .. id)
end
for _, key in ipairs({KEYS[1], KEYS[4]}) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  if first then
    local due = math.max(0, tonumber(first) - now)
    if reply[1] < 0 or due < reply[1] then reply[1] = due end
  end
end
return reply
